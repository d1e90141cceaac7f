import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** Behind `g`: each page by a letter of its name. */
export const WAYS: Readonly<Record<string, string>> = {
  t: "/",
  l: "/live",
  c: "/calls",
  a: "/agents",
  q: "/questions",
  n: "/numbers",
  y: "/analytics",
  k: "/keys",
  m: "/money",
  s: "/system",
  e: "/settings",
};
const WITHIN_MS = 1500;
const WRITING = "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]";

/** `g` and a letter lead to a page; `?` shows the keys, where the page has no card of its own. */
export function useGoKeys(help: () => void): void {
  const router = useRouter();
  useEffect(() => {
    let pressedAt = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      const isWriting = event.target instanceof Element && event.target.closest(WRITING) !== null;
      if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
      const way = event.timeStamp - pressedAt < WITHIN_MS ? WAYS[event.key] : undefined;
      pressedAt = event.key === "g" && way === undefined ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (way !== undefined) {
        // The same letter means something else to the page that is left.
        event.preventDefault();
        event.stopImmediatePropagation();
        void router.navigate({ to: way });
      } else if (event.key === "?") {
        window.setTimeout(() => event.defaultPrevented || help());
      }
    };
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [router, help]);
}
