import type { Doc } from "./document";

/** Changes that the server does not have yet, as this browser keeps them. */
export interface Kept {
  base: Doc;
  doc: Doc;
  revision: number;
  at: string;
}

const keyOf = (agentId: string): string => `offhook-draft-${agentId}`;

export function keep(agentId: string, kept: Kept): void {
  try {
    localStorage.setItem(keyOf(agentId), JSON.stringify(kept));
  } catch {
    // A full or forbidden storage: the draft is still saved at the server.
  }
}

export function forget(agentId: string): void {
  localStorage.removeItem(keyOf(agentId));
}

export function recall(agentId: string): Kept | null {
  try {
    const text = localStorage.getItem(keyOf(agentId));
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null;
  }
}
