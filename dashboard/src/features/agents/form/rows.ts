import { useState } from "react";
import { isSame } from "../draft/document";

/** Rows as they are typed, of which some are not whole yet: the document has only those that are. */
export function useRows<Row, Value>(
  value: Value,
  toRows: (value: Value) => Row[],
  toValue: (rows: Row[]) => Value,
): [Row[], (rows: Row[]) => Value] {
  const [rows, setRows] = useState(() => toRows(value));
  // Changed from elsewhere: undone, taken over from somebody else, edited as a text.
  const isOwn = isSame(toValue(rows), value);
  const shown = isOwn ? rows : toRows(value);
  if (!isOwn) setRows(shown);
  return [
    shown,
    (next) => {
      setRows(next);
      return toValue(next);
    },
  ];
}

export type Pair = [name: string, value: string];

export function toPairs(map: Record<string, string>): Pair[] {
  return Object.entries(map);
}

export function fromPairs(pairs: Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([name]) => name.trim() !== "").map(([name, value]) => [name.trim(), value]));
}
