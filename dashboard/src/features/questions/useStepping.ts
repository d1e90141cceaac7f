import { useHotkeys } from "@mantine/hooks";
import { useRef } from "react";

/** `j` and `k` go from question to question, `e` into the answer. */
export function useStepping() {
  const holder = useRef<HTMLDivElement>(null);
  const cards = () => [...(holder.current?.querySelectorAll<HTMLElement>("article") ?? [])];
  const here = () => cards().findIndex((card) => card.contains(document.activeElement));
  const go = (place: number) => cards()[Math.max(0, Math.min(place, cards().length - 1))]?.focus();
  useHotkeys([
    ["j", () => go(here() + 1)],
    ["k", () => go(here() - 1)],
    ["e", () => cards()[Math.max(0, here())]?.querySelector("textarea")?.focus()],
  ]);
  return holder;
}
