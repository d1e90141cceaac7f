import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import type { Call, CallRecord } from "@/client/types.gen";
import { clockTime } from "@/ui/values";

/** Who is on the other side. */
export function Caller({ call }: { call: Call | CallRecord }) {
  if (call.kind === "browser") return <Trans>A browser</Trans>;
  const other = call.direction === "outbound" ? call.to : call.from;
  if (other) return other;
  return call.kind === "test" ? <Trans>A test</Trans> : <Trans>A hidden number</Trans>;
}

/** How far it is, in a word or three. */
export function Status({ call }: { call: Call | CallRecord }) {
  switch (call.status) {
    case "queued":
      return <Trans>waits to be dialled</Trans>;
    case "ringing":
      return <Trans>rings</Trans>;
    case "transferring":
      return <Trans>is being put through</Trans>;
    case "in_progress":
      return <Trans>is being held now</Trans>;
    default:
      return <Trans>is over</Trans>;
  }
}

/** How long it runs by now. */
export function Running({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return <span>{clockTime((now - new Date(since).getTime()) / 1000)}</span>;
}
