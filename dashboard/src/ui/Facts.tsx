import type { ReactNode } from "react";
import classes from "./Facts.module.css";

/** Names and values, one under the other. */
export function Facts({ facts }: { facts: [name: ReactNode, value: ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value], place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order never changes
        <div key={place}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
