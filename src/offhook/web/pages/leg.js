// One call over the browser's microphone: the other end of the server's linear leg. It knows nothing of the page, and
// asks for calls at a door: `begin()` and `comeBack(call)` give {call, token, address}, or throw a Trouble.

const RATE = 16000;
const MOST_WAITING = 2 * RATE * 2; // bytes, 2 s: what the network has not taken by then is told as missing
const RETRIES_MS = [300, 1000, 2000, 4000];
const SILENT_MS = 8000;
const RUNNING_MS = 5000;
const GOODBYE_MS = 3000;

// What keeps a call from beginning; `code` says which of the page's explanations fits.
export class Trouble extends Error {
  constructor(code, detail = "") {
    super(`${code} ${detail}`.trim());
    this.code = code;
    this.detail = detail;
  }
}

const MICROPHONE = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no-microphone",
  OverconstrainedError: "no-microphone",
  NotReadableError: "busy-microphone",
  AbortError: "busy-microphone",
};

export async function ask(address, key, { method = "POST", body } = {}) {
  let response;
  try {
    const headers = { Authorization: `Bearer ${key}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = body === undefined ? undefined : JSON.stringify(body);
    response = await fetch(address, { method, headers, body: sent, cache: "no-store", credentials: "omit" });
  } catch {
    throw new Trouble("unreachable");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) throw new Trouble("key");
  throw new Trouble(response.status === 410 ? "over" : (answer.why ?? answer.code ?? "refused"), `HTTP ${response.status}`);
}

// `on` has a method for each thing that can be told: connected, lost, told, level, silent, unplugged, over.
export class Leg {
  constructor(door, on) {
    this.door = door;
    this.on = on;
    this.isOver = false;
    this.isConnected = false;
    this.unsent = 0; // samples that could not be sent
    this.since = 0; // by the sound's clock: what was recorded before is not of this connection
    this.delayed = []; // marks that have left the queue and are on their way to the ear
    this.wasHeard = false;
    this.silentMs = 0;
  }

  async open() {
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new Trouble("insecure");
    if (!window.AudioWorkletNode) throw new Trouble("old");
    // Made while the person's press of the button still counts: otherwise it stays silent.
    this.context = new AudioContext({ latencyHint: "interactive" });
    const running = this.context.resume();
    try {
      await this.takeMicrophone();
      // Where there is nothing to play on, some browsers wait for ever.
      const late = new Promise((_, reject) => setTimeout(() => reject(new Trouble("no-loudspeaker")), RUNNING_MS));
      await Promise.race([running, late]);
      await this.context.audioWorklet.addModule(new URL("./sound.js", import.meta.url));
      this.wire();
      const place = await this.door.begin();
      this.call = place.call;
      if (this.isOver) return;
      await this.connect(place);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async takeMicrophone() {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    try {
      this.microphone = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      throw new Trouble(MICROPHONE[error.name] ?? "no-microphone", error.name);
    }
    if (this.isOver) {
      this.close();
      throw new Trouble("left");
    }
    this.microphone.getAudioTracks()[0].onended = () => this.isOver || this.on.unplugged();
  }

  wire() {
    const options = { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1, channelCountMode: "explicit" };
    this.sound = new AudioWorkletNode(this.context, "call-sound", options);
    this.sound.port.onmessage = ({ data }) => (data.passed ? this.passed(data) : this.heard(data));
    this.source = this.context.createMediaStreamSource(this.microphone);
    this.source.connect(this.sound).connect(this.context.destination);
    // A telephone call, another tab: while the browser stops the clock, nothing is heard and nothing is sent.
    let stoppedAt = null;
    this.context.onstatechange = () => {
      if (this.context.state === "running" && stoppedAt !== null) {
        this.unsent += Math.round(((performance.now() - stoppedAt) * RATE) / 1000);
        stoppedAt = null;
      } else if (this.context.state !== "running" && this.context.state !== "closed") {
        stoppedAt ??= performance.now();
        this.context.resume().catch(() => {});
      }
    };
  }

  connect({ token, address }) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address);
      socket.binaryType = "arraybuffer";
      this.socket = socket;
      socket.onopen = () => {
        socket.send(JSON.stringify({ type: "start", rate: RATE, call: this.call, parameters: { token } }));
        this.unsent = 0;
        this.since = this.context.currentTime;
        this.isConnected = true;
        this.on.connected();
        resolve();
      };
      socket.onmessage = ({ data }) => socket === this.socket && this.received(data);
      socket.onclose = ({ code }) => {
        if (socket !== this.socket) return;
        const was = this.isConnected;
        this.isConnected = false;
        if (was) this.closed(code);
        else reject(new Trouble("unreachable"));
      };
    });
  }

  received(data) {
    if (data instanceof ArrayBuffer) {
      this.sound.port.postMessage({ audio: data }, [data]);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "mark") this.sound.port.postMessage({ mark: message.name });
    else if (message.type === "clear") this.sound.port.postMessage({ clear: true });
    else if (message.type === "told") this.told(message);
  }

  told(message) {
    this.on.told(message);
    if (message.told === "ended") this.finish();
  }

  heard({ heard, caller, agent, at }) {
    this.on.level(caller, agent);
    this.watchSilence(caller);
    // A page that was busy gets its pieces late. Those from before the start would put the caller's clock ahead of the
    // call's for good: answers would seem to come before their questions.
    if (!this.isConnected || this.isOver || this.isStopped || at < this.since) return;
    if (this.socket.bufferedAmount > MOST_WAITING) {
      this.unsent += heard.byteLength / 2;
      return;
    }
    if (this.unsent > 0) {
      this.send({ type: "skip", ms: Math.max(1, Math.round((this.unsent * 1000) / RATE)) });
      this.unsent = 0;
    }
    this.socket.send(heard);
  }

  // A microphone that gives nothing from the start is switched off somewhere. Later on silence means nothing: browsers
  // take the noise of a quiet room away.
  watchSilence(level) {
    if (this.wasHeard || this.isMuted || !this.isConnected) return;
    this.wasHeard = level > 0.0005;
    const wasSilent = this.silentMs > SILENT_MS;
    this.silentMs += 20;
    if (this.wasHeard && wasSilent) this.on.silent(false);
    else if (!wasSilent && this.silentMs > SILENT_MS) this.on.silent(true);
  }

  // A mark is passed when the ear has heard what lies before it: the sound card is later than the queue.
  passed({ passed, isCleared }) {
    if (isCleared) {
      for (const { timer } of this.delayed) clearTimeout(timer);
      const names = [...this.delayed.map((mark) => mark.name), ...passed];
      this.delayed = [];
      for (const name of names) this.send({ type: "mark", name });
      return;
    }
    const lateMs = 1000 * (this.context.outputLatency || this.context.baseLatency || 0);
    for (const name of passed) {
      const mark = { name };
      mark.timer = setTimeout(() => {
        this.delayed = this.delayed.filter((one) => one !== mark);
        this.send({ type: "mark", name });
      }, lateMs);
      this.delayed.push(mark);
    }
  }

  send(message) {
    if (this.isConnected && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    this.sound?.port.postMessage({ mute: isMuted });
  }

  press(digit) {
    this.send({ type: "key", digit });
  }

  // The person ends the call; the server still tells why it is over.
  stop() {
    this.isStopped = true;
    this.sound?.port.postMessage({ clear: true });
    if (!this.isConnected) {
      this.finish();
      return;
    }
    this.send({ type: "stop" });
    setTimeout(() => this.finish(), GOODBYE_MS);
  }

  async closed(code) {
    if (this.isOver) return;
    if (this.isStopped || code === 1008) {
      this.finish(code === 1008 ? "refused" : "");
      return;
    }
    // Also when the server closed it in order: it lets go of a leg that gives no sound, as of a machine that slept.
    this.sound.port.postMessage({ clear: true });
    this.on.lost();
    let code_ = "unreachable";
    for (const waitMs of RETRIES_MS) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.isOver) return;
      try {
        await this.connect(await this.door.comeBack(this.call));
        return;
      } catch (error) {
        code_ = error.code ?? "unreachable";
        if (code_ === "over" || code_ === "key") break;
      }
    }
    this.finish(code_ === "over" ? "lost" : code_);
  }

  finish(how = "") {
    if (this.isOver) return;
    this.close();
    this.on.over(how);
  }

  close() {
    this.isOver = true;
    this.isConnected = false;
    for (const { timer } of this.delayed) clearTimeout(timer);
    this.sound?.port.postMessage({ over: true });
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) this.socket.close(1000);
    if (this.context && this.context.state !== "closed") this.context.close();
  }
}
