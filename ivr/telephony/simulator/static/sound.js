// What the ear hears: clips, key tones, the bell and the beep.

const TONES = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477],
  4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477],
  "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
};
const SLOWEST_START = 15000;
const PATIENCE_AFTER_END = 5000;

export class Sound {
  #clip = null;
  #watch = 0;
  #context = null;
  #bell = 0;

  // Calls `ended(true)` when the clip was heard, `ended(false)` when it can't be had. Neither after `stop`.
  play(url, ended) {
    this.stop();
    const clip = new Audio(url);
    this.#clip = clip;
    const finish = (heard) => {
      if (this.#clip !== clip) return;
      this.stop();
      ended(heard);
    };
    clip.addEventListener("ended", () => finish(true));
    clip.addEventListener("error", () => finish(false));
    clip.addEventListener("loadedmetadata", () => {
      clearTimeout(this.#watch);
      this.#watch = setTimeout(() => finish(true), clip.duration * 1000 + PATIENCE_AFTER_END);
    });
    this.#watch = setTimeout(() => finish(false), SLOWEST_START);
    clip.play().catch((error) => error.name !== "AbortError" && finish(false));
  }

  stop() {
    clearTimeout(this.#watch);
    const clip = this.#clip;
    this.#clip = null;
    if (clip) clip.pause();
  }

  get isPlaying() {
    return this.#clip !== null && !this.#clip.paused;
  }

  key(key) {
    this.#tones(TONES[key], 0.12, 0.08);
  }

  beep() {
    this.#tones([1000], 0.35, 0.1);
    return new Promise((resolve) => setTimeout(resolve, 450));
  }

  startBell() {
    if (this.#bell) return;
    const ring = () => {
      this.#tones([440, 480], 0.7, 0.06);
      navigator.vibrate?.(400);
    };
    ring();
    this.#bell = setInterval(ring, 2000);
  }

  stopBell() {
    clearInterval(this.#bell);
    this.#bell = 0;
  }

  // The browser lets a page sound only after somebody has touched it.
  allow() {
    this.#context ??= new AudioContext();
    this.#context.resume();
    return this.#context;
  }

  #tones(frequencies, seconds, loudness) {
    const context = this.#context;
    if (!context || context.state !== "running") return;
    const gain = new GainNode(context, { gain: 0 });
    const end = context.currentTime + seconds;
    gain.gain.setTargetAtTime(loudness, context.currentTime, 0.005);
    gain.gain.setTargetAtTime(0, end - 0.02, 0.005);
    gain.connect(context.destination);
    for (const frequency of frequencies) {
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(gain);
      tone.start();
      tone.stop(end + 0.05);
    }
  }
}
