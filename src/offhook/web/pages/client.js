// Talk to an Offhook agent from a page of any website. No dependency; the types stand in clients/browser/index.d.ts.
//
//   import { Offhook } from "https://offhook.example.com/v1/client.js";
//   const call = await Offhook.call({ key: "pk_..." });
//   call.on("words", ({ who, text }) => console.log(who, text));
//   call.end();

import { Leg, Trouble, ask } from "./leg.js";

export { Trouble };

// What went wrong, and what the person in front of the page can do about it.
const EXPLAINED = {
  insecure: "Browsers give a page the microphone over https only (or on localhost).",
  old: "This browser is too old for calls: it has no AudioWorklet. A current Chrome, Edge, Firefox or Safari has.",
  denied: "The microphone was not allowed. Allow it in the settings of this page, by the sign beside the address.",
  "no-microphone": "No microphone was found. Plug one in, or switch it on in the system's sound settings.",
  "busy-microphone": "The microphone cannot be opened. Another program may hold it: leave other calls.",
  "no-loudspeaker": "There is nothing to play the agent's voice on. Plug in a headset or a loudspeaker.",
  silent: "The microphone gives no sound at all. It may be switched off, at the headset or in the system.",
  unplugged: "The microphone is gone: it was unplugged, or the permission was taken back.",
  unreachable: "The server does not answer. The network may be down.",
  key: "The page's key is not known to the server.",
  "browser_call.origin": "The page's key is not for this website.",
  "browser_call.too_many": "Too many calls from here in a short time. Try again in a minute.",
  "call.refused": "No further call can be taken at the moment. Try again later.",
  lost: "The connection was lost and did not come back.",
  refused: "The call could not be begun.",
};

function explained(trouble) {
  const code = trouble instanceof Trouble ? trouble.code : "refused";
  const told = new Trouble(code, trouble.detail ?? String(trouble));
  told.message = EXPLAINED[code] ?? EXPLAINED.refused;
  return told;
}

// Where calls are asked for. A call that is over cannot be returned to.
function door(server, key, body) {
  const place = ({ id, token, url }) => ({ call: id, token, address: url });
  return {
    begin: async () => place(await ask(new URL("/v1/browser-calls", server), key, { body })),
    comeBack: async (call) => {
      try {
        return place(await ask(new URL(`/v1/browser-calls/${encodeURIComponent(call)}/return`, server), key));
      } catch (error) {
        const isOver = error.code === "browser_call.over" || error.code === "browser_call.not_found";
        throw isOver ? new Trouble("over") : error;
      }
    },
  };
}

export class Call {
  #handlers = new Map();
  #leg;
  #ending = null;
  #isMuted = false;

  constructor(place) {
    this.state = "connecting";
    this.#leg = new Leg(place, {
      connected: () => this.#become("connected"),
      lost: () => this.#become("lost"),
      told: (message) => this.#told(message),
      level: (caller, agent) => this.#tell("level", { caller, agent }),
      silent: (isSilent) => isSilent && this.#tell("trouble", explained(new Trouble("silent"))),
      unplugged: () => this.#tell("trouble", explained(new Trouble("unplugged"))),
      over: (how) => this.#over(how),
    });
  }

  // For `Offhook.call`: take the microphone and connect.
  async open() {
    try {
      await this.#leg.open();
    } catch (error) {
      this.state = "ended";
      throw explained(error);
    }
    return this;
  }

  get id() {
    return this.#leg.call;
  }

  get isMuted() {
    return this.#isMuted;
  }

  on(type, handler) {
    if (!this.#handlers.has(type)) this.#handlers.set(type, new Set());
    this.#handlers.get(type).add(handler);
    return () => this.#handlers.get(type).delete(handler);
  }

  mute(isMuted = true) {
    this.#isMuted = isMuted;
    this.#leg.mute(isMuted);
  }

  press(digit) {
    this.#leg.press(digit);
  }

  end() {
    this.#leg.stop();
  }

  #become(state) {
    this.state = state;
    if (state === "connected" && this.#isMuted) this.#leg.mute(true);
    this.#tell(state, {});
  }

  #told(message) {
    const { told, text, turn = null, what, reason, says } = message;
    if (told === "caller_words") this.#tell("words", { who: "caller", text, turn, isFinal: false });
    else if (told === "caller_turn") this.#tell("words", { who: "caller", text, turn, isFinal: true });
    else if (told === "agent_words") this.#tell("words", { who: "agent", text, turn, isFinal: false });
    else if (told === "agent_turn") this.#tell("words", { who: "agent", text, turn, isFinal: true });
    else if (told === "doing") this.#tell("doing", { what });
    else if (told === "ended") this.#ending = { reason, says };
    this.#tell("told", message);
  }

  #over(how) {
    this.state = "ended";
    const trouble = how ? explained(new Trouble(how)) : null;
    this.#tell("ended", { reason: this.#ending?.reason ?? null, says: this.#ending?.says ?? "", trouble });
  }

  #tell(type, detail) {
    for (const handler of this.#handlers.get(type) ?? []) {
      // A page's own mistake must not end the call.
      try {
        handler(detail);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

export const Offhook = {
  // To be called from a click: otherwise browsers play no sound. Rejects with a Trouble whose message can be shown.
  async call({ key, agent = "", server = new URL(import.meta.url).origin, version, variables }) {
    const body = { agent_id: agent, ...(version ? { version } : {}), ...(variables ? { variables } : {}) };
    return await new Call(door(server, key, body)).open();
  },
};

export default Offhook;
