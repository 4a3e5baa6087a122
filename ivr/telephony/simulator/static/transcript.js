// What a call sounds like, in words, line by line. `show` gets one line at a time.

const PRESS = /^press_([0-9]|star|hash)$/;
const CONTINUES = /^(press|digit)_/;
const NAMES = { star: "*", hash: "#" };
const AT_ONCE = 0.5;
const RECORDED = /\/Recordings?\//i;

const OUTCOMES = {
  "completed": "The call is over",
  "busy": "The hotline is busy",
  "no-answer": "The call was not answered",
  "failed": "The call failed",
  "canceled": "The call was cancelled",
};

// Neither side of a call may see the other's number, on this page either; an emergency number anybody may know.
const shown = (number) => (number.length > 6 ? "another phone" : number);

export class Transcript {
  #aboutClip;
  #show;
  #spoken = Promise.resolve();
  #played = [];
  #pressedAt = -1;
  #asks = false;

  // `aboutClip` gives back a promise of what is said at an address, or of null.
  constructor(aboutClip, show) {
    this.#aboutClip = aboutClip;
    this.#show = show;
  }

  add(at, kind, text, language = "") {
    if (kind === "pressed") this.#pressedAt = at;
    this.#later(() => this.#show({ at, kind, text, language }));
  }

  // Notes what an action means for the ear.
  hear(action, at) {
    switch (action.do) {
      case "fetch":
        // Keys pressed between two replies are lost, so none is shown as counting.
        this.#played = [];
        return this.#later(() => this.#show({ at, kind: "keys", text: "", language: "", keys: [], always: [] }));
      case "answered":
        return this.add(at, "call", "The hotline answers.");
      case "play":
        this.#played.push(action.url);
        return this.#clip(action.url, at);
      case "speak":
        return this.add(at, "heard", `(machine voice) ${action.text}`);
      case "listening":
        return this.#keys(action.clips, at);
      case "nothing-keyed":
        return this.#silence(at);
      case "start-recording":
        return this.add(at, "recording", `Speak after the tone. At most ${action.mostSeconds} seconds.`);
      case "start-dialling": {
        const rung = action.parties.map(([number]) => shown(number)).join(", ") || "nobody";
        return this.add(at, "dialling", `Ringing ${rung} …`);
      }
      case "trouble":
        return this.add(at, "problem", action.text);
      case "ended":
        return this.add(at, "ended", `${OUTCOMES[action.outcome]}, after ${clock(action.seconds)}.`);
      default:
        return undefined;
    }
  }

  // A key that only ends what is keyed, with nothing before it, is no silence; and where nothing is asked there is none.
  #silence(at) {
    if (at - this.#pressedAt < AT_ONCE) return;
    this.#later(() => this.#asks && this.#show({ at, kind: "silence", text: "No key was pressed.", language: "" }));
  }

  // Lines come in the order in which things happened, however long the look-ups take.
  #later(show) {
    this.#spoken = this.#spoken.then(show);
  }

  #clip(url, at) {
    this.#later(async () => {
      const clip = await this.#aboutClip(url);
      const text = clip?.text ?? (RECORDED.test(url) ? "(what was recorded)" : new URL(url).pathname);
      // "English," and "press one." are two clips and one sentence.
      const continues = CONTINUES.test(clip?.prompt ?? "");
      this.#show({ at, kind: "heard", text, language: clip?.language ?? "", continues });
    });
  }

  #keys(urls, at) {
    // Where keys only count after the last word, that has been played already.
    const heard = urls.length ? urls : this.#played;
    this.#later(async () => {
      const clips = await Promise.all(heard.map((url) => (url ? this.#aboutClip(url) : null)));
      const count = keysThatCount(clips);
      this.#asks = urls.length > 0 || count.keys.length > 0;
      this.#show({ at, kind: "keys", text: "", language: "", ...count });
    });
  }
}

// Every key that does something on a screen: those announced there, and those that mean the same everywhere.
export function keysThatCount(clips) {
  const keys = keysAnnounced(clips);
  if (!keys.length && clips.some((clip) => clip?.passable)) keys.push({ key: "#", does: "To go on", language: "en" });
  const named = new Set(keys.map(({ key }) => key));
  // What the line says to its own people has keys of its own, and no others.
  if (clips.some((clip) => clip?.apart)) return { keys, always: [] };
  const { always = [], language = "" } = clips.find((clip) => clip?.always?.length) ?? {};
  const others = always.filter(([key]) => !named.has(key)).map(([key, does]) => ({ key, does, language }));
  return { keys, always: others };
}

// Which key does what: "press N" belongs to the clip before it.
export function keysAnnounced(clips) {
  const announced = [];
  let before = { text: "", language: "" };
  for (const clip of clips) {
    const press = PRESS.exec(clip?.prompt ?? "");
    if (press) {
      const does = before.text.replace(/^[\s,.;:…،]+|[\s,.;:…،]+$/g, "");
      announced.push({ key: NAMES[press[1]] ?? press[1], does, language: before.language });
    }
    before = clip ?? { text: "", language: "" };
  }
  return announced;
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function spaced(number) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return american ? `+1 ${american.slice(1).join(" ")}` : number;
}
