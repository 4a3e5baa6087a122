// Hands on what the microphone gives, for browsers that can't record by themselves.

registerProcessor("warmline-recorder", class extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel) this.port.postMessage(channel.slice());
    return true;
  }
});
