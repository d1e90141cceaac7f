// Two voices on one clock: the caller above, the agent below, the latest at the right.

const SLOT_MS = 60;
const PITCH = 4; // pixels from bar to bar

export class Wave {
  constructor(canvas) {
    this.canvas = canvas;
    this.slots = [];
    this.slot = { caller: 0, agent: 0, pieces: 0 };
    this.isDue = false;
    const redraw = () => this.draw();
    new ResizeObserver(redraw).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    this.isStill = matchMedia("(prefers-reduced-motion: reduce)");
  }

  clear() {
    this.slots = [];
    this.draw();
  }

  // 20 ms of both.
  add(caller, agent) {
    const slot = this.slot;
    slot.caller = Math.max(slot.caller, caller);
    slot.agent = Math.max(slot.agent, agent);
    if (++slot.pieces * 20 < SLOT_MS) return;
    this.slots.push(slot);
    this.slot = { caller: 0, agent: 0, pieces: 0 };
    if (this.slots.length > 2000) this.slots.splice(0, 1000);
    // Where motion is not wanted the picture moves once a second.
    if (this.isDue || (this.isStill.matches && this.slots.length % 16)) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.draw();
    });
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const dense = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * dense);
    this.canvas.height = Math.round(height * dense);
    const pen = this.canvas.getContext("2d");
    pen.scale(dense, dense);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    pen.fillStyle = colour("--line");
    pen.fillRect(0, height / 2 - 0.5, width, 1);
    const shown = this.slots.slice(-Math.floor(width / PITCH));
    for (const [name, middle] of [["caller", height / 4], ["agent", (3 * height) / 4]]) {
      pen.fillStyle = colour(`--${name}`);
      shown.forEach((slot, at) => {
        const tall = Math.max(1.5, Math.min(1, Math.sqrt(slot[name])) * (height / 2 - 8));
        const left = width - (shown.length - at) * PITCH;
        pen.beginPath();
        pen.roundRect(left, middle - tall / 2, PITCH - 1.5, tall, 1.2);
        pen.fill();
      });
    }
  }
}
