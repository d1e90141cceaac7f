import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { said } from "@/app/said";
import type { Task } from "@/client/types.gen";

/** What is to be done, in a sentence; `agent`: its agent's name. */
export function Said({ task, agent }: { task: Task; agent: string }): ReactNode {
  const { detail } = task;
  const text = (name: string) => (typeof detail[name] === "string" ? String(detail[name]) : "");
  const whom = text("number") || <Trans>A caller without a number</Trans>;
  switch (task.kind) {
    case "call_back":
      return detail.is_promised ? (
        <Trans>{whom} was promised a call back.</Trans>
      ) : (
        <Trans>{whom} wants to be called back.</Trans>
      );
    case "promise":
      return <Trans>The caller was told it is done, and no tool did it.</Trans>;
    case "question":
      return <Trans>“{text("text")}” had no answer.</Trans>;
    case "vendor_failing":
      return (
        <Trans>
          {text("provider")} fails for {agent}.
        </Trans>
      );
    case "number_drifted":
      return <Trans>{text("number")} does not turn to us any more: it was changed at the carrier.</Trans>;
    case "model_ends":
      return (
        <Trans>
          The model {text("model")} of {agent} is switched off on {text("ends_at")}.
        </Trans>
      );
    case "vault_locked":
      return <Trans>The vault is locked: no key of a vendor can be used.</Trans>;
    default:
      return said(task.sentence);
  }
}

/** What was said in the call, where the task comes from that. */
export function quoteOf({ kind, detail }: Task): string {
  if (kind !== "call_back" && kind !== "promise") return "";
  return typeof detail.said === "string" ? detail.said : "";
}

/** What helps, in a few words. */
export function Helps({ task }: { task: Task }): ReactNode {
  switch (task.kind) {
    case "question":
      return <Trans>Type the answer, and the agent knows it from the next call on.</Trans>;
    case "vendor_failing":
      return <Trans>Check the key and the vendor's status page, or give the agent a fallback.</Trans>;
    case "number_drifted":
      return <Trans>Put it right: its settings at the carrier are written again.</Trans>;
    case "budget_reached":
      return <Trans>Raise the limit, or wait for the next day or month.</Trans>;
    case "model_ends":
      return <Trans>Choose another model in the draft, try it, and publish.</Trans>;
    case "promise":
      return <Trans>Listen to it, make it true or call them, and tell the agent which tool to use.</Trans>;
    case "call_back":
      return null;
    default:
      return said(task.what_to_do);
  }
}
