import { expect, test } from "vitest";
import type { ProviderBody } from "@/client/types.gen";
import { illOf } from "./illness";

const provider = (name: string, more: Partial<ProviderBody> = {}): ProviderBody => ({
  agent_id: "a",
  kind: "llm",
  provider: name,
  state: "closed",
  ill_since: null,
  retry_at: null,
  taken_over_by: "",
  cause: "",
  successes: 0,
  failures: {},
  first_ms: null,
  ...more,
});

test("who is well is not spoken of, and who is ill for two agents once", () => {
  const since = "2026-11-28T20:00:00Z";
  const told = [
    provider("well"),
    provider("ill", { ill_since: since, taken_over_by: "other" }),
    provider("ill", { ill_since: since, taken_over_by: "other", agent_id: "b" }),
    provider("alone", { ill_since: since, kind: "tts" }),
  ];
  expect(illOf(told).map((one) => one.provider)).toEqual(["alone", "ill"]);
  expect(illOf([provider("well")])).toEqual([]);
});
