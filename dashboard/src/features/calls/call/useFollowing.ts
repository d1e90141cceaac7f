import { type RefObject, useEffect } from "react";
import type { Player } from "./player";

/** While it plays, what is heard stays in sight; whoever scrolls meanwhile is left alone until the next jump. */
export function useFollowing(player: Player, list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let isLeft = false;
    let last: Element | null = null;
    let before = player.at;
    const leave = () => {
      isLeft = true;
    };
    const stop = player.onTick((at) => {
      if (Math.abs(at - before) > 1.5) isLeft = false;
      before = at;
      const on = list.current?.querySelector("[data-on]") ?? null;
      if (on === last) return;
      last = on;
      if (player.state.isPlaying && !isLeft) on?.scrollIntoView({ block: "nearest" });
    });
    window.addEventListener("wheel", leave, { passive: true });
    window.addEventListener("touchmove", leave, { passive: true });
    return () => {
      stop();
      window.removeEventListener("wheel", leave);
      window.removeEventListener("touchmove", leave);
    };
  }, [player, list]);
}
