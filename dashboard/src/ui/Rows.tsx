import type { ReactNode } from "react";
import classes from "./Rows.module.css";

/** A list whose rows are sentences with something at the right. */
export function Rows({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {children}
    </ul>
  );
}

interface Line {
  title: ReactNode;
  /** In small below it. */
  children?: ReactNode;
  /** At the right, above the buttons' row when narrow. */
  actions?: ReactNode;
  tone?: "good" | "look" | "bad" | "plain";
}

export function Row({ title, children, actions, tone = "plain" }: Line) {
  return (
    <li className={classes.row} data-tone={tone}>
      <div className={classes.words}>
        <div className={classes.title}>{title}</div>
        {children && <div className={classes.small}>{children}</div>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </li>
  );
}

/** A state in a word with a dot beside it: never the colour alone. */
export function State({ tone, children }: { tone: "good" | "look" | "bad" | "plain"; children: ReactNode }) {
  return (
    <span className={classes.state} data-tone={tone}>
      {children}
    </span>
  );
}
