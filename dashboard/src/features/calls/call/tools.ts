const MOST_SIGNS = 160;

/** The arguments of a tool as one reads them: `4 people, tomorrow at 19:30` of `{"people": 4, ...}`. */
export function wishOf(json: string): string {
  try {
    const wish: unknown = JSON.parse(json);
    if (typeof wish !== "object" || wish === null) return short(String(wish ?? ""));
    return short(
      Object.entries(wish)
        .map(
          ([name, value]) =>
            `${name.replaceAll("_", " ")}: ${typeof value === "object" ? JSON.stringify(value) : value}`,
        )
        .join(", "),
    );
  } catch {
    return short(json);
  }
}

function short(text: string): string {
  return text.length > MOST_SIGNS ? `${text.slice(0, MOST_SIGNS)}…` : text;
}
