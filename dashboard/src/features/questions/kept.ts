const PREFIX = "offhook-answer-";

/** What was typed for a question and not sent, so that a reload loses nothing. */
export function kept(id: string): string {
  return sessionStorage.getItem(PREFIX + id) ?? "";
}

export function keep(id: string, text: string): void {
  if (text) sessionStorage.setItem(PREFIX + id, text);
  else forget(id);
}

export function forget(id: string): void {
  sessionStorage.removeItem(PREFIX + id);
}
