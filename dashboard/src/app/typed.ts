const KEPT = "offhook-typed";
/** So long it is waited for the fields to be there again, */
const WAIT_MS = 15_000;
/** and so long for the page to have put into them what it knows itself. */
const CALM_MS = 300;
const FIELDS = "input:not([type=password], [type=checkbox], [type=radio], [type=file]), textarea";

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Typed {
  /** What the field is called, and the how many-th of that name it is. */
  name: string;
  place: number;
  value: string;
}

const touched = new Set<Field>();

/** From now on it is noted where somebody types, so that loading the page anew loses none of it. */
export function watchTyping(): void {
  document.addEventListener(
    "input",
    ({ target }) => {
      if (target instanceof HTMLElement && target.matches(FIELDS)) touched.add(target as Field);
    },
    { capture: true },
  );
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept === null) return;
  const { path, typed } = JSON.parse(kept) as { path: string; typed: Typed[] };
  if (path === location.pathname) typeAgain(typed);
}

/** Keep what stands in the fields in which somebody has typed, for this very page; never a password. */
export function keepTyped(): void {
  const fields = [...document.querySelectorAll<Field>(FIELDS)];
  const typed = fields
    .filter((field) => touched.has(field) && field.value !== "")
    .map((field) => {
      const name = nameOf(field);
      return { name, place: fields.filter((one) => nameOf(one) === name).indexOf(field), value: field.value };
    });
  if (typed.length > 0) sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, typed }));
}

function typeAgain(typed: Typed[]): void {
  let left = typed;
  const look = () => {
    const fields = [...document.querySelectorAll<Field>(FIELDS)];
    left = left.filter(({ name, place, value }) => {
      const field = fields.filter((one) => nameOf(one) === name)[place];
      // What is read only has not got what it shows yet.
      if (field === undefined || field.disabled || field.readOnly) return true;
      type(field, value);
      return false;
    });
    if (left.length === 0) watcher.disconnect();
  };
  let timer = 0;
  const watcher = new MutationObserver(() => {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, CALM_MS);
  });
  watcher.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  window.setTimeout(() => watcher.disconnect(), WAIT_MS);
}

/** As a person does: whoever holds the field's value hears of it. */
function type(field: Field, value: string): void {
  const kind = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function nameOf(field: Field): string {
  return field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? field.name;
}
