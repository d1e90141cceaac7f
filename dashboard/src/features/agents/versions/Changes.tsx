import { Trans } from "@lingui/react/macro";
import type { FieldDifference } from "@/client/types.gen";
import { diffLines, shortened } from "./lines";
import { shown } from "./shown";
import classes from "./Versions.module.css";

/** Texts longer than the words of a change hold. */
const LONG = 60;

/** What differs, in words, each with its field; long texts line by line. */
export function Changes({ fields }: { fields: FieldDifference[] }) {
  return (
    <ul className={classes.changes}>
      {fields.map((field) => (
        <li key={field.pointer} className={classes.change}>
          <p>{sentence(field.words)}</p>
          <Text before={field.before} after={field.after} />
          <p className={classes.pointer}>
            <code>{field.pointer}</code>
          </p>
        </li>
      ))}
    </ul>
  );
}

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Text({ before, after }: { before: unknown; after: unknown }) {
  const texts = [before, after].map((value) => (value === null || value === undefined ? "" : shown(value)));
  const [old = "", fresh = ""] = texts;
  if (texts.every((text) => text.length <= LONG)) return null;
  const lines = shortened(diffLines(old, fresh)).filter((line) => line === null || line.text !== "" || old !== "");
  return (
    <pre className={classes.text}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are known by their place
        <span key={index} data-kind={line?.kind ?? "left-out"}>
          {line === null ? (
            "…"
          ) : (
            <>
              {line.kind === "gone" ? "− " : line.kind === "new" ? "+ " : "  "}
              {line.kind === "gone" && (
                <span className="visually-hidden">
                  <Trans>taken out:</Trans>{" "}
                </span>
              )}
              {line.text}
            </>
          )}
        </span>
      ))}
    </pre>
  );
}
