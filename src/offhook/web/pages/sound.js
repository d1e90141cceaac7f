// The sound of one call, beside the page's own thread: the microphone as 16,000 samples a second, 20 ms at a time, and
// the agent's sound in order and without a gap. The browser's own rate is another on every machine.

const WIRE_RATE = 16000;
const PIECE = 320;
const PHASES = 512;
const CROSSINGS = 12; // of the filter's sinc on each side: alias and image lie 60 dB below
const FADE = 64; // samples, 4 ms: what is cleared ends at once and without a click
const LONGEST = 120 * WIRE_RATE; // more waits only when somebody sends what no call has

// Windowed sinc. `frac` is where the next result lies behind the window's middle; it is due while that is below one.
class Resampler {
  constructor(from, to) {
    const scale = Math.min(1, to / from);
    this.half = Math.ceil(CROSSINGS / scale);
    this.taps = 2 * this.half;
    this.step = from / to;
    this.frac = 1;
    this.place = 0;
    this.window = new Float32Array(2 * this.taps); // twice, so that it can be read in one piece
    this.table = Array.from({ length: PHASES }, (_, phase) => this.filter(phase / PHASES, scale * 0.95));
  }

  filter(frac, scale) {
    const row = new Float32Array(this.taps);
    let sum = 0;
    for (let tap = 0; tap < this.taps; tap++) {
      const at = this.half - 1 + frac - tap;
      const sinc = at === 0 ? 1 : Math.sin(Math.PI * at * scale) / (Math.PI * at * scale);
      row[tap] = sinc * (0.5 + 0.5 * Math.cos((Math.PI * at) / this.half)) * (Math.abs(at) <= this.half);
      sum += row[tap];
    }
    return row.map((value) => value / sum);
  }

  put(sample) {
    this.window[this.place] = this.window[this.place + this.taps] = sample;
    this.place = (this.place + 1) % this.taps;
    this.frac -= 1;
  }

  get isDue() {
    return this.frac < 1;
  }

  take() {
    const row = this.table[Math.floor(this.frac * PHASES)];
    let sum = 0;
    for (let tap = 0; tap < this.taps; tap++) sum += row[tap] * this.window[this.place + tap];
    this.frac += this.step;
    return sum;
  }
}

class CallSound extends AudioWorkletProcessor {
  constructor() {
    super();
    this.toWire = new Resampler(sampleRate, WIRE_RATE);
    this.toEar = new Resampler(WIRE_RATE, sampleRate);
    this.piece = new Int16Array(PIECE);
    this.filled = 0;
    this.queue = [];
    this.offset = 0;
    this.queued = this.played = 0; // samples since the beginning; what was cleared is in neither
    this.marks = [];
    this.tail = [];
    this.loudness = { caller: 0, agent: 0 };
    this.isMuted = this.isOver = false;
    this.port.onmessage = ({ data }) => this.told(data);
  }

  told(message) {
    if (message.audio !== undefined && this.queued - this.played < LONGEST) {
      const samples = new Int16Array(message.audio);
      this.queue.push(samples);
      this.queued += samples.length;
    } else if (message.mark !== undefined) {
      this.marks.push({ at: this.queued, name: message.mark });
    } else if (message.clear) {
      this.clear();
    } else if (message.mute !== undefined) {
      this.isMuted = message.mute;
    } else if (message.over) {
      this.isOver = true;
    }
  }

  clear() {
    const rest = [];
    while (rest.length < FADE && this.played < this.queued) rest.push(this.next());
    this.tail = rest.map((sample, at) => sample * (1 - at / FADE));
    this.queue = [];
    this.offset = 0;
    this.queued = this.played;
    const names = this.marks.map((mark) => mark.name);
    this.marks = [];
    if (names.length) this.port.postMessage({ passed: names, isCleared: true });
  }

  next() {
    if (!this.queue.length) return 0;
    const sample = this.queue[0][this.offset++] / 32768;
    this.played += 1;
    if (this.offset >= this.queue[0].length) {
      this.queue.shift();
      this.offset = 0;
    }
    return sample;
  }

  process(inputs, outputs) {
    this.play(outputs[0]);
    this.hear(inputs[0][0], outputs[0][0].length);
    return !this.isOver;
  }

  play(channels) {
    const out = channels[0];
    for (let at = 0; at < out.length; at++) {
      while (!this.toEar.isDue) {
        const sample = this.tail.length ? this.tail.shift() : this.next();
        this.loudness.agent = Math.max(this.loudness.agent, Math.abs(sample));
        this.toEar.put(sample);
      }
      out[at] = this.toEar.take();
    }
    for (const other of channels.slice(1)) other.set(out);
    const passed = [];
    while (this.marks.length && this.marks[0].at <= this.played) passed.push(this.marks.shift().name);
    if (passed.length) this.port.postMessage({ passed, isCleared: false });
  }

  // Silence is sent too: without a microphone, and while it is muted.
  hear(samples, length) {
    for (let at = 0; at < length; at++) {
      this.toWire.put(samples && !this.isMuted ? samples[at] : 0);
      while (this.toWire.isDue) this.keep(this.toWire.take());
    }
  }

  keep(sample) {
    const clipped = Math.max(-1, Math.min(1, sample));
    this.loudness.caller = Math.max(this.loudness.caller, Math.abs(clipped));
    this.piece[this.filled++] = Math.round(clipped * 32767);
    if (this.filled < PIECE) return;
    const { caller, agent } = this.loudness;
    this.port.postMessage({ heard: this.piece.buffer, caller, agent, at: currentTime }, [this.piece.buffer]);
    this.piece = new Int16Array(PIECE);
    this.filled = 0;
    this.loudness = { caller: 0, agent: 0 };
  }
}

registerProcessor("call-sound", CallSound);
