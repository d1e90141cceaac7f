import { useEffect } from "react";

export interface ListKeys {
  next: () => void;
  before: () => void;
  open: () => void;
  close: () => void;
  search: () => void;
  place: () => void;
  filter: () => void;
  help: () => void;
}

/** The list's keys. Whoever types, or is in a dialog, is left alone. */
export function useListKeys(does: ListKeys): void {
  useEffect(() => {
    const keys = new Map<string, () => void>([
      ["j", does.next],
      ["k", does.before],
      ["o", does.open],
      ["Enter", does.open],
      ["Escape", does.close],
      ["/", does.search],
      ["c", does.place],
      ["f", does.filter],
      ["?", does.help],
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
  }, [does]);
}

function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]")) {
    return true;
  }
  // Enter presses what it is on; on a call's line it opens the call.
  return key === "Enter" && target.closest("button, a:not([data-call]), summary") !== null;
}
