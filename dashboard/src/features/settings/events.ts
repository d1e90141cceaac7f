/** What a webhook can be told of. */
export const EVENTS = [
  "call.started",
  "call.answered",
  "call.ended",
  "call.analyzed",
  "call.recording_ready",
  "turn.completed",
  "transfer.started",
  "transfer.bridged",
  "transfer.failed",
  "agent.published",
  "number.disconnected",
  "provider.degraded",
  "budget.reached",
] as const;
