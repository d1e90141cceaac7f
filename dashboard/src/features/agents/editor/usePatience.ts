import { useEditing, useField } from "../draft/context";
import { member, resolved, type SchemaNode } from "../form/schema";
import type { Bounds } from "./timeline";

export interface PatienceNumber {
  name: string;
  value: number;
  /** What holds when it is left alone: the preset's number. */
  fallback: number;
  isSet: boolean;
  bounds: Bounds;
  /** How often, not how long. */
  isWhole: boolean;
  error: string | undefined;
  isReadOnly: boolean;
  set: (value: number | undefined) => void;
}

const PATH = ["turn_taking"];

export interface Preset {
  chosen: string;
  names: string[];
  numbers: Record<string, unknown>;
  set: (name: string) => void;
}

/** The block of turn-taking, and what the preset makes of its defaults. */
export function useTurnTaking(): { block: SchemaNode; preset: Preset } {
  const { schema } = useEditing();
  const block = resolved(schema, schema.properties?.turn_taking ?? {});
  const field = useField<string>([...PATH, "preset"]);
  const node = member(schema, block, "preset");
  const chosen = field.value ?? String(node.default ?? "balanced");
  const set = (name: string) => field.set(name === node.default ? undefined : name);
  const numbers = block["x-ui"]?.presets?.[chosen] ?? {};
  return { block, preset: { chosen, names: node.enum ?? [], numbers, set } };
}

/** One number of it. */
export function usePatience(name: string): PatienceNumber {
  const { schema } = useEditing();
  const { block, preset } = useTurnTaking();
  const node = member(schema, block, name);
  const field = useField<number>([...PATH, name]);
  const fallback = Number(preset.numbers[name] ?? node.default ?? 0);
  const value = typeof field.value === "number" ? field.value : fallback;
  return {
    name,
    value,
    fallback,
    isSet: field.value !== undefined,
    bounds: { minimum: node.minimum ?? 0, maximum: node.maximum ?? 60 },
    isWhole: node.type === "integer",
    error: field.error,
    isReadOnly: field.isReadOnly,
    set: field.set,
  };
}
