export interface Line {
  kind: "same" | "gone" | "new";
  text: string;
}

/** What two texts differ in, line by line (the longest common subsequence). */
export function diffLines(before: string, after: string): Line[] {
  const old = before.split("\n");
  const fresh = after.split("\n");
  const common: number[][] = Array.from({ length: old.length + 1 }, () => new Array<number>(fresh.length + 1).fill(0));
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = fresh.length - 1; column >= 0; column--) {
      const line = common[row];
      if (line === undefined) continue;
      const isSame = old[row] === fresh[column];
      line[column] = isSame ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: Line[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && old[row] === fresh[column]) {
      lines.push({ kind: "same", text: old[row++] ?? "" });
      column++;
    } else if (row < old.length && (column >= fresh.length || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: "gone", text: old[row++] ?? "" });
    } else {
      lines.push({ kind: "new", text: fresh[column++] ?? "" });
    }
  }
  return lines;
}

/** Without long stretches that are the same: two lines around each change stay. */
export function shortened(lines: Line[], around = 2): (Line | null)[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== "same"),
  );
  const short: (Line | null)[] = [];
  lines.forEach((line, index) => {
    if (isNear[index]) short.push(line);
    else if (short.at(-1) !== null) short.push(null);
  });
  return short;
}
