// Puts the telephone together.

import { Exchange } from "./exchange.js";
import { Phone } from "./phone.js";
import { Recorder } from "./recorder.js";
import { Screen } from "./screen.js";
import { Sound } from "./sound.js";
import { Transcript } from "./transcript.js";
import { Wire } from "./wire.js";

const { account, publicUrl, voiceUrl, fallbackUrl, statusUrl } = document.querySelector("main").dataset;
const wire = new Wire(publicUrl);
const transcript = new Transcript((url) => wire.aboutClip(url), (line) => screen.add(line));
const house = { wire, exchange: new Exchange(), sound: new Sound(), recorder: new Recorder(publicUrl), transcript };
const phone = new Phone({ account, voiceUrl, fallbackUrl, statusUrl }, house, () => screen.show());
const screen = new Screen(phone);

screen.chooseNumber((below) => crypto.getRandomValues(new Uint32Array(1))[0] % below);
screen.listen();
screen.show();
phone.start();
document.body.dataset.ready = "yes";
