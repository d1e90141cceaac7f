import { createContext, useContext, useSyncExternalStore } from "react";
import type { Agent, Validation } from "@/client/types.gen";
import type { SchemaNode } from "../form/schema";
import { getAt, isSame, type Path, pointerOf } from "./document";
import type { DraftState, DraftStore } from "./store";

export interface Editing {
  agent: Agent;
  schema: SchemaNode;
  store: DraftStore;
  /** The person may not, or a file does it. */
  isReadOnly: boolean;
  /** What the server says of the draft as it was last saved. */
  validation: Validation | undefined;
}

const EditingContext = createContext<Editing | null>(null);
export const EditingProvider = EditingContext.Provider;

export function useEditing(): Editing & { state: DraftState } {
  const editing = useContext(EditingContext);
  if (editing === null) throw new Error("there is no draft around this");
  const state = useSyncExternalStore(editing.store.watch, editing.store.now);
  return { ...editing, state };
}

export interface Flaw {
  pointer: string;
  detail: string;
}

/** All that is wrong: what the server refused to keep, else what stands in the way of publishing. */
export function useFlaws(): Flaw[] {
  const { state, validation } = useEditing();
  if (state.saving === "refused" && state.problem !== null) {
    return state.problem.flaws.map(({ pointer, detail }) => ({ pointer: pointer.replace(/^\/document/, ""), detail }));
  }
  return validation?.errors ?? [];
}

export interface Field<Value> {
  value: Value | undefined;
  isReadOnly: boolean;
  /** What is wrong with it. */
  error: string | undefined;
  set: (value: Value | undefined) => void;
}

/** A place in the draft. */
export function useField<Value>(path: Path, isExact = false): Field<Value> {
  const { state, store, isReadOnly } = useEditing();
  const flaws = useFlaws();
  const pointer = pointerOf(path);
  const flaw = flaws.find((one) => one.pointer === pointer || (!isExact && one.pointer.startsWith(`${pointer}/`)));
  return {
    value: getAt(state.doc, path) as Value | undefined,
    isReadOnly,
    error: flaw?.detail,
    set: (value) => {
      if (!isSame(value, getAt(store.now().doc, path))) store.set(path, value);
    },
  };
}
