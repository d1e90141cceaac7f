import { useEffect } from "react";
import { keepTyped } from "./typed";

const KEPT = "offhook-reloaded";
const ONCE_IN_MS = 30_000;
let held = 0;

/** A tab of before an upgrade asks for parts that are gone: it is loaded anew, once, at the place where it is. */
export function reloadForNewVersion(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(KEPT) ?? 0);
    if (held > 0 || Date.now() - last < ONCE_IN_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEPT, String(Date.now()));
    keepTyped();
    location.reload();
  });
}

/** While somebody talks on this page it is not loaded anew: a caller would be left alone. */
export function useHeldPage(isHeld: boolean): void {
  useEffect(() => {
    if (!isHeld) return;
    held += 1;
    return () => {
      held -= 1;
    };
  }, [isHeld]);
}
