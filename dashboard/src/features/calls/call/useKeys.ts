import { useEffect } from "react";
import type { CallTurn } from "@/client";
import { type Player, RATES } from "./player";

const JUMP_S = 5;
const NEAR_S = 0.3;

/** The page's keys: what each does, by the sign that is pressed. */
export function useKeys(player: Player, turns: CallTurn[], help: () => void, edit?: () => void): void {
  useEffect(() => {
    const go = (turn: CallTurn | undefined) => {
      if (!turn) return;
      player.seek(turn.at_s);
      document.querySelector(`[data-turn="${turn.number}"]`)?.scrollIntoView({ block: "nearest" });
    };
    const inOrder = [...turns].sort((one, other) => one.at_s - other.at_s);
    const keys = new Map<string, () => void>([
      [" ", () => player.toggle()],
      ["k", () => go(inOrder.findLast(({ at_s }) => at_s < player.at - NEAR_S))],
      ["j", () => go(inOrder.find(({ at_s }) => at_s > player.at + 0.05))],
      ["ArrowLeft", () => player.seek(player.at - JUMP_S)],
      ["ArrowRight", () => player.seek(player.at + JUMP_S)],
      ["s", () => player.setSkips(!player.state.skips)],
      ["<", () => player.setRate(step(player.state.rate, -1))],
      [">", () => player.setRate(step(player.state.rate, 1))],
      ["e", () => edit?.()],
      ["?", help],
    ]);
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isElsewhere(event)) return;
      const act = keys.get(event.key);
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player, turns, help, edit]);
}

function step(rate: number, by: number): number {
  const now = (RATES as readonly number[]).indexOf(rate);
  return RATES[Math.min(RATES.length - 1, Math.max(0, now + by))] ?? 1;
}

/** Somebody types, chooses, or is in a dialog; space on a button presses the button. */
function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) return true;
  if (key === " ") return target.closest("button, a, summary, [role=radio]") !== null;
  return key.startsWith("Arrow") && target.closest("[role=slider], [role=radiogroup]") !== null;
}
