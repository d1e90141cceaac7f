import { i18n } from "@lingui/core";
import { expect, test } from "vitest";
import type { AnalyticsRow } from "@/client/types.gen";
import { change, everyDay, plain, written } from "./figures";

i18n.loadAndActivate({ locale: "en", messages: {} });

const row = (values: AnalyticsRow["values"], key = "2026-11-28"): AnalyticsRow => ({
  key,
  label: key,
  from: "2026-11-28T00:00:00.000Z",
  to: "2026-11-29T00:00:00.000Z",
  values,
  unpriced_calls: 0,
  calls_query: null,
});

test("a figure is written as what it is", () => {
  const one = row({ calls: 41, minutes: 62.5, success: 0.934, gap_p50_ms: 612, cost: { amount: "0.5412" } });
  expect(written(one, "minutes")).toBe("1 h 2 min");
  expect(written(one, "success")).toBe("93 %");
  expect(written(one, "gap_p50_ms")).toBe("0.61 s");
  expect(plain(one, "cost")).toBe(0.5412);
  expect(written(one, "cut_ins")).toBe("–");
});

test("nothing is compared with nothing", () => {
  expect(change(3, 2)).toBe(50);
  expect(change(3, 0)).toBeNull();
  expect(change(null, 2)).toBeNull();
});

test("days without calls stand between the others", () => {
  const days = everyDay([row({ calls: 2 }, "2026-11-27")], 3, new Date(2026, 10, 28, 12));
  expect(days.map(({ row: found }) => found?.values.calls)).toEqual([undefined, 2, undefined]);
});
