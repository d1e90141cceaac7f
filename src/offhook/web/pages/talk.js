// The page: buttons, words for every state, and what to do when there is no microphone.

import { Feed, made } from "./feed.js";
import { Leg, Trouble, ask } from "./leg.js";
import { Wave } from "./wave.js";

const part = (id) => document.getElementById(id);
const feed = new Feed(part("feed"));
const wave = new Wave(part("wave"));
const DOING = { listening: "Listening", hearing: "Hearing you", thinking: "Thinking", speaking: "Speaking" };
const AT = `${location.hostname}${location.port ? `:${location.port}` : ""}`;
let leg = null;
let isMuted = false;
let agent = "the agent";

// The key stays out of the address bar, of history and of screenshots; a reload has it still.
function takeKey() {
  const found = location.hash.slice(1);
  if (found) {
    sessionStorage.setItem("offhook talk key", found);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("offhook talk key") ?? "";
}

// ── what to do when it does not work ──

const TROUBLES = {
  insecure: [
    "There is no microphone for this page.",
    "Browsers give a page the microphone over https only, and over plain http only on the very machine that serves it. Do one of these:",
    [
      "On the machine where “offhook talk” runs, open the address that it printed, with 127.0.0.1.",
      `Bring the port here: ssh -L ${location.port || 80}:127.0.0.1:${location.port || 80} you@${location.hostname}, and open that same address on this machine.`,
      "Put https in front of it (a proxy, a tunnel), set OFFHOOK_PUBLIC_URL to its address, and start “offhook talk” again.",
    ],
  ],
  old: ["This browser is too old.", "It has no AudioWorklet, which carries the sound. A current Chrome, Edge, Firefox or Safari has."],
  denied: [
    "The microphone was not allowed.",
    `Open the settings of this page, by the sign beside the address, allow the microphone for ${AT}, and try again. When it is allowed there, the system may forbid it: look for “Microphone” among its privacy settings, and for this browser in its list.`,
  ],
  "no-microphone": ["No microphone was found.", "Plug one in, or switch it on in the system's sound settings, and try again."],
  "busy-microphone": ["The microphone cannot be opened.", "Another program may hold it: leave other calls, and try again."],
  "no-loudspeaker": ["There is nothing to play the agent's voice on.", "Plug in a headset, or switch a loudspeaker on in the system's sound settings, and try again."],
  silent: ["Your microphone gives no sound at all.", "Is it switched off, at the headset or in the system's sound settings? The agent hears nothing."],
  unplugged: ["The microphone is gone.", "It was unplugged, or the permission was taken back. The call goes on, and the agent hears silence. End the call and talk again with another one."],
  key: ["This page needs its whole address.", "Open the address that “offhook talk” printed, with all that stands behind the #. It counts until that process ends."],
  origin: ["The server takes this page for somebody else's.", "A proxy in front has another address than the server knows: set OFFHOOK_PUBLIC_URL to the address in this browser."],
  full: ["All lines are busy.", "The server takes no further call now. Try again in a moment."],
  lagging: ["The server is too busy for another call.", "Try again in a moment."],
  draining: ["The server is about to stop.", "It takes no new calls. Start “offhook talk” again."],
  unreachable: ["The server does not answer.", "Does “offhook talk” still run? Look into its terminal, and try again."],
  refused: ["The server did not take the call.", "What it says about that stands in its terminal."],
  lost: ["The connection was lost, and the call is over by now.", "Look at the network between this browser and the server, and at what the server says in its terminal."],
};

function explain(code, detail = "") {
  const [what, how, steps = []] = TROUBLES[code] ?? TROUBLES.refused;
  const box = part("trouble");
  box.replaceChildren(made("p"));
  box.firstChild.append(made("b", "", what), ` ${how}`);
  if (steps.length) {
    const list = made("ol");
    list.append(...steps.map((step) => made("li", "", step)));
    box.append(list);
  }
  if (detail) box.append(made("small", "", detail));
  box.hidden = false;
  scrollTo({ top: 0 });
}

// Where this page asks for its calls: the server that it came from.
function door(key) {
  const address = new URL("/browser/media", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return {
    begin: async () => ({ ...(await ask("/talk/call", key)), address }),
    comeBack: async (call) => ({ ...(await ask(`/talk/return?call=${encodeURIComponent(call)}`, key)), address }),
  };
}

function say(text) {
  part("news").textContent = text;
}

// ── one call ──

function show(state) {
  const isTalking = state === "talking";
  part("start").hidden = isTalking;
  part("start").disabled = state === "starting";
  for (const id of ["mute", "end", "level"]) part(id).hidden = !isTalking;
  document.body.dataset.state = state;
}

function doing(text) {
  part("doing").textContent = isMuted && leg ? "Muted: the agent hears silence" : text;
}

function mute(wanted) {
  isMuted = wanted;
  part("mute").setAttribute("aria-pressed", String(wanted));
  part("mute").textContent = wanted ? "Unmute" : "Mute";
  leg?.mute(wanted);
  if (leg) say(wanted ? "Muted" : "Not muted");
  doing("Listening");
}

const on = {
  connected() {
    part("trouble").hidden = true;
    show("talking");
    doing("Connected");
    say(`Connected to ${agent}.`);
    if (isMuted) leg.mute(true);
  },
  lost() {
    doing("The connection was lost: trying to come back");
    say("The connection was lost. Trying to come back.");
  },
  told(message) {
    part("empty").hidden = true;
    if (message.told === "doing") doing(DOING[message.what]);
    if (message.told === "ended") ended(message);
    feed.tell(message);
    if (message.told === "gap") numbers();
  },
  level(caller, agentLevel) {
    wave.add(caller, agentLevel);
    const percent = Math.round(100 * Math.min(1, Math.sqrt(caller)));
    part("level").firstElementChild.style.transform = `scaleX(${percent / 100})`;
    if (!(on.count = (on.count + 1) % 25)) part("level").setAttribute("aria-valuenow", String(percent));
  },
  count: 0,
  silent: (isSilent) => (isSilent ? explain("silent") : (part("trouble").hidden = true)),
  unplugged: () => explain("unplugged"),
  over(how) {
    leg = null;
    mute(false);
    doing(part("doing").dataset.end ?? "");
    feed.ended();
    if (how) explain(how);
    part("start").textContent = "Talk again";
    show("over");
    part("start").focus({ preventScroll: true });
  },
};

function ended({ says, advice, reason, detail, record }) {
  const box = part("ending");
  box.replaceChildren(made("p"));
  box.firstChild.append(made("b", "", says), advice ? ` ${advice}` : "");
  box.append(made("small", "", detail ? `${reason}: ${detail}` : reason));
  if (record) {
    const kept = made("p");
    kept.append("Recording, transcript and journal are kept in ", made("code", "", record));
    box.append(kept);
  }
  box.hidden = false;
  part("doing").dataset.end = says;
  say(`The call is over. ${says}`);
}

function numbers() {
  const { last, middle, count } = feed.numbers;
  const line = part("numbers");
  line.replaceChildren("gap: last ", made("b", "", `${last} ms`));
  if (count > 1) line.append(", in the middle ", made("b", "", `${middle} ms`), ` of ${count} turns`);
  line.hidden = false;
}

async function start() {
  if (leg) return;
  for (const id of ["trouble", "ending", "numbers"]) part(id).hidden = true;
  delete part("doing").dataset.end;
  feed.clear();
  wave.clear();
  show("starting");
  doing("Your browser may ask for the microphone: allow it");
  leg = new Leg(door(takeKey()), on);
  try {
    await leg.open();
  } catch (error) {
    leg = null;
    doing("");
    show("idle");
    explain(error instanceof Trouble ? error.code : "refused", error instanceof Trouble ? "" : String(error));
  }
}

// ── the page ──

async function begin() {
  part("start").addEventListener("click", start);
  part("mute").addEventListener("click", () => mute(!isMuted));
  part("end").addEventListener("click", () => leg?.stop());
  addEventListener("hashchange", () => location.reload());
  addEventListener("pagehide", () => leg?.stop());
  addEventListener("keydown", (event) => {
    if (!leg || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key.toLowerCase() === "m") mute(!isMuted);
    else if (/^[0-9*#]$/.test(event.key)) leg.press(event.key);
  });
  show("idle");
  part("start").disabled = true;
  try {
    const about = await ask("/talk/about", takeKey(), { method: "GET" });
    agent = about.agent;
    part("agent").textContent = agent;
    part("feed").lang = about.language;
    document.title = `Talk to ${agent} · Offhook`;
    if (!window.isSecureContext) throw new Trouble("insecure");
    part("start").disabled = false;
    part("start").focus({ preventScroll: true });
  } catch (error) {
    explain(error.code ?? "refused");
    part("start").disabled = error.code === "key" || error.code === "insecure";
  }
}

begin();
