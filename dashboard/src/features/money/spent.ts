import type { Money, UsageOfThing } from "@/client/types.gen";
import { nanoOf, sumOf } from "@/ui/receipt";

export interface Part {
  component: string;
  /** Null: of nothing in it a price is known. */
  cost: Money | null;
  lines: UsageOfThing[];
}

/** What a month was spent on: the parts that cost most first, and in each of them the things that did. */
export function partsOf(lines: readonly UsageOfThing[]): Part[] {
  return [...grouped(lines, ({ component }) => component)]
    .map(([component, held]) => ({ component, cost: sumOf(held), lines: together(held).sort(byCost) }))
    .sort(byCost);
}

/** The same thing at the same price is one line, whichever agent used it. */
function together(lines: UsageOfThing[]): UsageOfThing[] {
  const same = grouped(lines, (one) => [one.item, one.unit, one.price?.amount, one.is_own_price].join("\n"));
  return [...same.values()].flatMap((held) =>
    held.slice(0, 1).map((first) => ({
      ...first,
      quantity: held.reduce((sum, { quantity }) => sum + quantity, 0),
      cost: sumOf(held),
    })),
  );
}

function byCost(one: { cost: Money | null }, other: { cost: Money | null }): number {
  return Number(nanoOf(other.cost?.amount ?? "0") - nanoOf(one.cost?.amount ?? "0"));
}

function grouped(lines: readonly UsageOfThing[], keyOf: (line: UsageOfThing) => string): Map<string, UsageOfThing[]> {
  const found = new Map<string, UsageOfThing[]>();
  for (const line of lines) found.set(keyOf(line), [...(found.get(keyOf(line)) ?? []), line]);
  return found;
}
