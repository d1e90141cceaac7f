export type Path = readonly (string | number)[];
export type Doc = Record<string, unknown>;

/** What stands at a place; undefined: nothing does. */
export function getAt(doc: unknown, path: Path): unknown {
  let found = doc;
  for (const part of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}

/** A copy with another value at a place; undefined takes it out, and with it a block of the document that is empty. */
export function setAt(doc: Doc, path: Path, value: unknown): Doc {
  return changed(doc, path, value, 0) as Doc;
}

function changed(node: unknown, path: Path, value: unknown, depth: number): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const inner = changed(getAt(node, [part]), rest, value, depth + 1);
  if (Array.isArray(node)) {
    if (inner === undefined) return node.filter((_, index) => index !== part);
    const copy = [...node];
    copy[Number(part)] = inner;
    return copy;
  }
  const copy: Record<string, unknown> = { ...(node as object | undefined) };
  if (inner === undefined) delete copy[part];
  else copy[part] = inner;
  // Deeper down, an empty block says something: a variable of which all is left to the defaults.
  const isEmptied = depth === 1 && inner === undefined && Object.keys(copy).length === 0;
  return isEmptied ? undefined : copy;
}

/** A place as a JSON pointer (RFC 6901). */
export function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

export function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSame((one as Doc)[name], (other as Doc)[name]));
}

function isBlock(value: unknown): value is Doc {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Places that differ; blocks are looked into, lists are not. */
export function differing(before: unknown, after: unknown, path: Path = []): Path[] {
  if (isSame(before, after)) return [];
  if (!isBlock(before) || !isBlock(after)) return [path];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => differing(before[name], after[name], [...path, name]));
}

export interface Clash {
  path: Path;
  mine: unknown;
  theirs: unknown;
}

/** Two changes of one document put together: what only one side touched is taken; the rest is for a person. */
export function merged(base: Doc, mine: Doc, theirs: Doc): { doc: Doc; clashes: Clash[] } {
  let doc = theirs;
  const clashes: Clash[] = [];
  for (const path of differing(base, mine)) {
    const own = getAt(mine, path);
    const other = getAt(theirs, path);
    if (isSame(own, other)) continue;
    if (isSame(getAt(base, path), other)) doc = setAt(doc, path, own);
    else clashes.push({ path, mine: own, theirs: other });
  }
  return { doc, clashes };
}
