// Records from the microphone and keeps it where the hotline fetches recordings: 8000 samples a second, as telephones
// have it. The server makes a file of them.

import { randomHex } from "./exchange.js";

const RATE = 8000;
const SAMPLES = "audio/x-samples";
const LOUD_ENOUGH = 0.01;
const LOOK_EVERY = 100;

export class Recorder {
  #publicUrl;
  #stop = null;

  constructor(publicUrl) {
    this.#publicUrl = publicUrl;
  }

  // Gives back the event that tells of the recording. No microphone, or nothing heard: 0 seconds.
  async record({ silence, mostSeconds, beep }, sound, call) {
    const sid = `RE${randomHex()}`;
    const path = `/telephone/recordings/${sid}`;
    const kept = (seconds) => ({ what: "recording-kept", sid, url: this.#publicUrl + path, seconds });
    let stopped = false;
    const stop = new Promise((resolve) => (this.#stop = () => resolve((stopped = true))));
    const opened = openMicrophone();
    // Whoever never answers the question about the microphone must not hold up the call.
    const microphone = await Promise.race([opened, stop.then(() => null)]);
    if (!microphone) {
      opened.then(release);
      return { ...kept(0), noMicrophone: !stopped };
    }
    try {
      if (beep) await sound.beep();
      if (stopped) return kept(0);
      const heard = await this.#listen(microphone, sound.allow(), silence, mostSeconds);
      return kept(heard ? await keep(`${path}?call=${call}`, heard, sound.allow()) : 0);
    } finally {
      release(microphone);
    }
  }

  stop() {
    this.#stop?.();
  }

  #listen(microphone, context, silence, mostSeconds) {
    const recorder = new MediaRecorder(microphone);
    const ear = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(microphone).connect(ear);
    const chunks = [];
    recorder.addEventListener("dataavailable", (event) => chunks.push(event.data));
    return new Promise((resolve) => {
      let anything = false;
      let quiet = 0;
      let all = 0;
      const watch = setInterval(() => {
        all += LOOK_EVERY / 1000;
        quiet = loudness(ear) < LOUD_ENOUGH ? quiet + LOOK_EVERY / 1000 : 0;
        anything ||= quiet === 0;
        if (quiet >= silence || all >= mostSeconds) this.stop();
      }, LOOK_EVERY);
      this.#stop = () => {
        clearInterval(watch);
        if (recorder.state !== "inactive") recorder.stop();
      };
      recorder.addEventListener("stop", () => resolve(anything ? new Blob(chunks) : null));
      recorder.start();
    });
  }
}

async function openMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return null;
  }
}

function release(microphone) {
  for (const track of microphone?.getTracks() ?? []) track.stop();
}

function loudness(ear) {
  const samples = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

async function keep(url, blob, context) {
  try {
    const decoded = await context.decodeAudioData(await blob.arrayBuffer());
    const offline = new OfflineAudioContext(1, Math.ceil(decoded.duration * RATE), RATE);
    const source = new AudioBufferSourceNode(offline, { buffer: decoded });
    source.connect(offline.destination);
    source.start();
    const rendered = await offline.startRendering();
    const response = await fetch(url, { method: "PUT", headers: { "Content-Type": SAMPLES }, body: sixteenBits(rendered) });
    return response.ok ? (await response.json()).seconds : 0;
  } catch {
    return 0;
  }
}

function sixteenBits(rendered) {
  const samples = rendered.getChannelData(0);
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, n) => view.setInt16(n * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return view;
}
