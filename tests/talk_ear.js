// Keeps what the page gives to the loudspeaker, for tests.
const connect = AudioNode.prototype.connect;
window.taken = [];
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode && !window.rate) {
    window.rate = this.context.sampleRate;
    const ear = this.context.createScriptProcessor(4096, 1, 1);
    ear.onaudioprocess = ({inputBuffer}) => window.taken.push(inputBuffer.getChannelData(0).slice());
    connect.call(this, ear);
    connect.call(ear, to);
  }
  return connect.call(this, to, ...rest);
};
function takenSound() {
  const all = Int16Array.from(taken.flatMap((piece) => [...piece]), (one) => Math.max(-1, Math.min(1, one)) * 32767);
  const bytes = new Uint8Array(all.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { rate: window.rate, audio: btoa(text) };
}
