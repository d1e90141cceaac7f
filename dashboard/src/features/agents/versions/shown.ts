/** A value of a document, for reading. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.map(String).join("\n");
  return JSON.stringify(value, null, 2);
}
