import { problemOf } from "@/app/api";
import { createBrowserCall, returnToBrowserCall } from "@/client";
import type { BrowserCall } from "@/client/types.gen";
import { type Door, Trouble } from "./leg";

/** Calls with an agent: its draft, a version by its number, or the published one when `version` is empty. */
export function doorTo(agentId: string, version: string): Door {
  return {
    begin: async () => placeOf((await createBrowserCall({ body: { agent_id: agentId, version } })).data),
    comeBack: async (call) => {
      try {
        return placeOf((await returnToBrowserCall({ path: { call_id: call } })).data);
      } catch (error) {
        const { code, status } = problemOf(error);
        const isOver = code === "browser_call.over" || code === "browser_call.not_found";
        throw new Trouble(isOver ? "over" : status === 401 ? "key" : "unreachable");
      }
    },
  };
}

/** The media's path on the host that this page came from: the one that the page's policy lets it speak to. */
function placeOf({ id, token, url }: BrowserCall): { call: string; token: string; address: string } {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return { call: id, token, address: `${scheme}://${location.host}${new URL(url).pathname}` };
}
