import type { ProviderBody } from "@/client/types.gen";

/** Each once, whichever agents have it: the one that nobody stands in for first. */
export function illOf(providers: readonly ProviderBody[]): ProviderBody[] {
  const ill = providers.filter(({ ill_since }) => ill_since !== null);
  const each = new Map(ill.map((one) => [`${one.kind} ${one.provider}`, one]));
  return [...each.values()].sort((one, other) => Number(one.taken_over_by !== "") - Number(other.taken_over_by !== ""));
}
