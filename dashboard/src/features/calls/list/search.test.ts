import { describe, expect, it } from "vitest";
import { dayOf, dialled, fileOf, filtersOf, isSame, momentOf, queryOf, readSearch, searchOf } from "./search";

const NOW = new Date(2026, 10, 28, 15, 30);

describe("filters in the address", () => {
  it("keeps what is known and leaves the rest", () => {
    expect(readSearch({ q: "harbour", days: 7, is_sample: false, other: "x", from: "", status: { a: 1 } })).toEqual({
      q: "harbour",
      days: 7,
      is_sample: false,
    });
  });
  it("goes there and back", () => {
    const filters = { q: "4711", "gap_p50_ms.gte": "1000", from: "+15005550006", is_sample: "false" };
    const search = searchOf(filters);
    expect(search.q).toBe(4711);
    expect(search.from).toBe("+15005550006");
    expect(filtersOf(search)).toEqual(filters);
  });
  it("asks for the last days from midnight on, and for the beginning of the last word", () => {
    const query = queryOf({ days: "7", q: "a table at har" }, NOW);
    expect(query["started_at.gte"]).toBe(new Date(2026, 10, 22).toISOString());
    expect(query.q).toBe("a table at har*");
    expect(queryOf({ q: "at" }, NOW).q).toBe("at");
  });
  it("knows a day from its first moment to its last", () => {
    expect(dayOf(momentOf("2026-11-28"))).toBe("2026-11-28");
    expect(dayOf(momentOf("2026-11-30", 1))).toBe("2026-12-01");
    expect(momentOf("")).toBe("");
    expect(dayOf("nonsense")).toBe("");
  });
  it("has the same calls as a file", () => {
    expect(fileOf({ from: "+15005550006" }, "csv", NOW)).toBe("/v1/calls/export?from=%2B15005550006&format=csv");
  });
  it("compares two sets of filters", () => {
    expect(isSame({ q: "a" }, { q: "a", has: "" })).toBe(true);
    expect(isSame({ q: "a" }, { q: "b" })).toBe(false);
  });
});

describe("numbers to dial", () => {
  it("takes what people write", () => {
    expect(dialled(" +1 (500) 555-0006 ")).toBe("+15005550006");
    expect(dialled("0049 30 1234567")).toBe("+49301234567");
  });
  it("takes nothing without a country", () => {
    expect(dialled("030 1234567")).toBe("");
    expect(dialled("+1 500 HOTEL")).toBe("");
  });
});
