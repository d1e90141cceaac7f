// Runs the page's sound without a sound card, for tests.
const RATE = 16000;
const pause = () => new Promise((resolve) => setTimeout(resolve, 40));
function tone(frequency, seconds) {
  const samples = Int16Array.from({length: RATE * seconds}, (_, at) => 16384 * Math.sin(2 * Math.PI * frequency * at / RATE));
  return samples.buffer;
}
// How much of a frequency there is, 1 for a full sine.
function strength(samples, rate, frequency, from, to) {
  let real = 0, imaginary = 0, count = 0;
  for (let at = Math.round(from * rate); at < Math.round(to * rate); at++, count++) {
    real += samples[at] * Math.cos(2 * Math.PI * frequency * at / rate);
    imaginary += samples[at] * Math.sin(2 * Math.PI * frequency * at / rate);
  }
  return 2 * Math.hypot(real, imaginary) / count;
}
function loudest(samples, rate, from, to) {
  return samples.slice(Math.round(from * rate), Math.round(to * rate)).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
}
async function render(rate, seconds, steps, frequency = 0) {
  const context = new OfflineAudioContext(1, rate * seconds, rate);
  await context.audioWorklet.addModule("/talk/sound.js");
  const node = new AudioWorkletNode(context, "call-sound", {outputChannelCount: [1], channelCount: 1, channelCountMode: "explicit"});
  const passed = [], heard = [];
  let at = 0;
  node.port.onmessage = ({data}) => data.passed ? passed.push([at, ...data.passed]) : heard.push(...new Int16Array(data.heard));
  if (frequency) {
    const source = new OscillatorNode(context, {frequency});
    source.connect(node);
    source.start();
  }
  node.connect(context.destination);
  for (const [when, ...messages] of steps) {
    context.suspend(when).then(async () => {
      await pause();
      at = when;
      for (const message of messages) node.port.postMessage(message);
      await pause();
      context.resume();
    });
  }
  const buffer = await context.startRendering();
  at = seconds;
  await pause();
  return {out: buffer.getChannelData(0), heard: Float32Array.from(heard, (one) => one / 32767), passed};
}
