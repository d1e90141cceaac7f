/** One thing that a tool needs to know, as far as it is plain. */
export interface ParameterRow {
  name: string;
  type: string;
  description: string;
  isRequired: boolean;
}

interface ObjectSchema {
  type?: string;
  properties?: Record<string, { type?: string; description?: string }>;
  required?: string[];
}

export const PLAIN_TYPES = ["string", "number", "integer", "boolean"];
const KNOWN = new Set(["type", "properties", "required", "additionalProperties"]);
const KNOWN_OF_ONE = new Set(["type", "description"]);

/** The rows of a JSON schema; null where it says more than rows can hold. */
export function toRows(value: unknown): ParameterRow[] | null {
  if (value === undefined) return [];
  const schema = value as ObjectSchema;
  if (Object.keys(schema).some((key) => !KNOWN.has(key))) return null;
  const properties = Object.entries(schema.properties ?? {});
  const isPlain = properties.every(
    ([, one]) => PLAIN_TYPES.includes(one.type ?? "") && Object.keys(one).every((key) => KNOWN_OF_ONE.has(key)),
  );
  if (!isPlain) return null;
  return properties.map(([name, { type = "string", description = "" }]) => ({
    name,
    type,
    description,
    isRequired: schema.required?.includes(name) ?? false,
  }));
}

/** The JSON schema of those rows that have a name. */
export function toSchema(rows: ParameterRow[]): unknown {
  const named = rows.filter(({ name }) => name.trim() !== "");
  if (named.length === 0) return undefined;
  const required = named.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      named.map(({ name, type, description }) => [name, { type, ...(description ? { description } : {}) }]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}
