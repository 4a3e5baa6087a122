// What the microphone gives, how loud it is, and how it will sound on a telephone. Knows neither pages nor servers.

globalThis.warmlineSound = (() => {
  const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
  const BITS = 64_000; // Better than any telephone, and eight seconds of it go up in a minute at 8 kbit/s.
  const CLIPS_AT = 0.985;
  const PHONE_RATE = 8000;
  const PHONE_LEVEL = 0.11; // −19 dB, as clips are made
  const PHONE_PEAK = 0.89;

  // As it is: what a phone does against echo and noise can't be undone later, and the clip is cleaned by the worker.
  const WANTED = {audio: {channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false}};

  function decibels(level) {
    return level > 0 ? 20 * Math.log10(level) : -120;
  }

  class Microphone {
    #stream; #context; #source; #ear; #samples; #timer = 0;

    constructor(stream, context) {
      this.#stream = stream;
      this.#context = context;
      this.#source = context.createMediaStreamSource(stream);
      this.#ear = context.createAnalyser();
      this.#ear.fftSize = 2048;
      this.#samples = new Float32Array(this.#ear.fftSize);
      this.#source.connect(this.#ear);
      this.track = stream.getAudioTracks()[0];
    }

    get isOpen() {
      return this.track.readyState === "live";
    }

    // Tells many times a second how loud it is: {peak, level} in dB, and whether it clips.
    listen(tell) {
      clearInterval(this.#timer);
      this.#timer = setInterval(() => {
        this.#ear.getFloatTimeDomainData(this.#samples);
        let peak = 0;
        let power = 0;
        for (const sample of this.#samples) {
          peak = Math.max(peak, Math.abs(sample));
          power += sample * sample;
        }
        const level = decibels(Math.sqrt(power / this.#samples.length));
        tell({peak: decibels(peak), level, clips: peak >= CLIPS_AT});
      }, 40);
    }

    stopListening() {
      clearInterval(this.#timer);
    }

    // Begins; gives back how it ends: {sound, kind}.
    async record(worklet) {
      return globalThis.MediaRecorder ? this.#byBrowser() : await this.#byHand(worklet);
    }

    #byBrowser() {
      const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
      const options = kind ? {mimeType: kind, audioBitsPerSecond: BITS} : {};
      const recorder = new MediaRecorder(this.#stream, options);
      const pieces = [];
      const over = new Promise((resolve, reject) => {
        recorder.ondataavailable = (event) => pieces.push(event.data);
        recorder.onerror = (event) => reject(event.error ?? new Error("the recorder broke off"));
        recorder.onstop = () => resolve(new Blob(pieces, {type: recorder.mimeType || kind || "audio/webm"}));
      });
      recorder.start(1000);
      return async () => {
        if (recorder.state !== "inactive") recorder.stop();
        const blob = await over;
        return {sound: await blob.arrayBuffer(), kind: blob.type};
      };
    }

    async #byHand(worklet) {
      await this.#context.audioWorklet.addModule(worklet);
      const node = new AudioWorkletNode(this.#context, "warmline-recorder");
      const pieces = [];
      node.port.onmessage = (event) => pieces.push(event.data);
      this.#source.connect(node);
      node.connect(this.#context.destination); // Silent; nothing is asked for what leads nowhere.
      return async () => {
        this.#source.disconnect(node);
        node.disconnect();
        return {sound: wav(joined(pieces), this.#context.sampleRate), kind: "audio/wav"};
      };
    }

    close() {
      clearInterval(this.#timer);
      for (const track of this.#stream.getTracks()) track.stop();
      this.#context.close();
    }
  }

  // Asks for the microphone. To be called while a key is pressed: browsers make no sound before.
  async function open() {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no microphone here", "NotSupportedError");
    const stream = await navigator.mediaDevices.getUserMedia(WANTED);
    const context = new AudioContext();
    await context.resume();
    return new Microphone(stream, context);
  }

  function joined(pieces) {
    const all = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  // 16-bit mono WAV.
  function wav(samples, rate) {
    const buffer = new ArrayBuffer(44 + samples.length * 2);
    const view = new DataView(buffer);
    const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
    text(0, "RIFF");
    view.setUint32(4, 36 + samples.length * 2, true);
    text(8, "WAVEfmt ");
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, rate, true);
    view.setUint32(28, rate * 2, true);
    view.setUint16(32, 2, true);
    view.setUint16(34, 16, true);
    text(36, "data");
    view.setUint32(40, samples.length * 2, true);
    samples.forEach((sample, i) => view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
    return buffer;
  }

  // As a telephone network carries it: 300 to 3400 Hz, 8000 samples a second, eight bits each. A first impression: the
  // true clip is made by the worker.
  async function asOnThePhone(sound) {
    const decoder = new OfflineAudioContext(1, 1, 48_000);
    const heard = await decoder.decodeAudioData(sound.slice(0));
    const filtered = await band(heard);
    const narrow = new OfflineAudioContext(1, Math.max(1, Math.ceil(heard.duration * PHONE_RATE)), PHONE_RATE);
    const source = narrow.createBufferSource();
    source.buffer = filtered;
    source.connect(narrow.destination);
    source.start();
    const samples = (await narrow.startRendering()).getChannelData(0);
    const gain = gainFor(samples);
    for (let i = 0; i < samples.length; i += 1) samples[i] = eightBits(samples[i] * gain);
    return {sound: wav(samples, PHONE_RATE), seconds: heard.duration};
  }

  async function band(heard) {
    const context = new OfflineAudioContext(1, heard.length, heard.sampleRate);
    let last = context.createBufferSource();
    last.buffer = heard;
    last.start();
    for (const [type, frequency] of [["highpass", 300], ["highpass", 300], ...Array(4).fill(["lowpass", 3400])]) {
      const filter = context.createBiquadFilter();
      filter.type = type;
      filter.frequency.value = frequency;
      last = last.connect(filter);
    }
    last.connect(context.destination);
    return await context.startRendering();
  }

  // To one loudness: that of the louder half of all 50 ms, which is where somebody speaks.
  function gainFor(samples) {
    const size = PHONE_RATE / 20;
    const powers = [];
    let peak = 0;
    for (let at = 0; at < samples.length; at += size) {
      let power = 0;
      for (const sample of samples.subarray(at, at + size)) {
        power += sample * sample;
        peak = Math.max(peak, Math.abs(sample));
      }
      powers.push(power / size);
    }
    const louder = powers.sort((a, b) => b - a).slice(0, Math.ceil(powers.length / 2));
    const level = Math.sqrt(louder.reduce((sum, power) => sum + power, 0) / Math.max(1, louder.length));
    return level > 0 ? Math.min(PHONE_LEVEL / level, PHONE_PEAK / peak) : 1;
  }

  function eightBits(sample) {
    const most = Math.log1p(255);
    const code = Math.round((Math.sign(sample) * Math.log1p(255 * Math.min(1, Math.abs(sample))) / most) * 127) / 127;
    return Math.sign(code) * Math.expm1(Math.abs(code) * most) / 255;
  }

  return {open, asOnThePhone};
})();
