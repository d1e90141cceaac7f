import { expect, it } from "vitest";
import { toRows, toSchema } from "./parameters";

const schema = {
  type: "object",
  properties: { day: { type: "string", description: "As 2026-11-28" }, guests: { type: "integer" } },
  required: ["day"],
};

it("is the same after rows", () => {
  const rows = toRows(schema);
  expect(rows?.map(({ name, isRequired }) => [name, isRequired])).toEqual([
    ["day", true],
    ["guests", false],
  ]);
  expect(toSchema(rows ?? [])).toEqual(schema);
});

it("leaves a schema alone that says more than rows hold", () => {
  expect(toRows({ ...schema, oneOf: [] })).toBeNull();
  expect(toRows({ type: "object", properties: { day: { type: "string", enum: ["a"] } } })).toBeNull();
});

it("says nothing where nothing is named", () => {
  expect(toRows(undefined)).toEqual([]);
  expect(toSchema([{ name: " ", type: "string", description: "", isRequired: true }])).toBeUndefined();
});
