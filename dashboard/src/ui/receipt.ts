import type { CostLine, Money } from "@/client";

export interface Component {
  component: string;
  lines: CostLine[];
  /** Null: of none of its lines a price is known. */
  cost: Money | null;
}

/** Telephone first, then in the order in which a call uses them. */
const ORDER = ["carrier", "stt", "llm", "tts"];

/** The receipt of a call: what each part cost, and all of it. Exact: money is counted in whole billionths. */
export function receiptOf(costs: CostLine[]): { components: Component[]; total: Money | null; unknown: number } {
  const names = [...new Set(costs.map(({ component }) => component))].sort(
    (one, other) => ORDER.indexOf(one) - ORDER.indexOf(other),
  );
  const components = names.map((component) => {
    const lines = costs.filter((line) => line.component === component);
    return { component, lines, cost: sumOf(lines) };
  });
  return { components, total: sumOf(costs), unknown: costs.filter(({ cost }) => cost === null).length };
}

const PLACES = 9;

/** Of those lines whose price is known; null: of none. */
export function sumOf(lines: readonly Pick<CostLine, "cost">[]): Money | null {
  const known = lines.flatMap(({ cost }) => (cost ? [cost] : []));
  const first = known[0];
  if (!first) return null;
  const nano = known.reduce((sum, { amount }) => sum + nanoOf(amount), 0n);
  return { amount: amountOf(nano), ...(first.currency ? { currency: first.currency } : {}) };
}

export function nanoOf(amount: string): bigint {
  const [whole = "0", part = ""] = amount.replace("-", "").split(".");
  const nano = BigInt(whole) * 10n ** BigInt(PLACES) + BigInt(part.padEnd(PLACES, "0").slice(0, PLACES));
  return amount.startsWith("-") ? -nano : nano;
}

function amountOf(nano: bigint): string {
  const digits = (nano < 0n ? -nano : nano).toString().padStart(PLACES + 1, "0");
  const whole = digits.slice(0, -PLACES);
  const part = digits.slice(-PLACES).replace(/0+$/, "");
  return `${nano < 0n ? "-" : ""}${whole}${part ? `.${part}` : ""}`;
}
