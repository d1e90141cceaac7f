import { type ReactNode, useEffect, useRef } from "react";
import classes from "./Page.module.css";

interface Frame {
  /** Also the title of the tab. */
  title: string;
  /** In small beside the title. */
  aside?: ReactNode;
  /** What matters, in words, before the evidence. */
  sentence?: ReactNode;
  /** Whether the sentence is good news (the default), to be looked at, or harm. */
  tone?: "good" | "look" | "bad" | "plain";
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** As wide as the window allows. */
  isWide?: boolean;
  children: ReactNode;
}

/** So many pages have been opened since the tab was. */
let shown = 0;

/** The frame of every page: a title, a sentence, then the evidence. */
export function Page({ title, aside, sentence, tone = "plain", actions, isWide = false, children }: Frame) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Offhook`;
  }, [title]);
  useEffect(() => {
    shown += 1;
    // Who goes from page to page is led on: a screen reader says where one is, and the next key is one of this page.
    if (shown > 1) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={classes.page} data-wide={isWide || undefined}>
      <header className={classes.head}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside && <span className={classes.aside}>{aside}</span>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {sentence && (
        <p className={classes.sentence} data-tone={tone}>
          {sentence}
        </p>
      )}
      {children}
    </div>
  );
}

interface Box {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A card. */
export function Card({ title, actions, children, className }: Box) {
  return (
    <section className={[classes.card, className].filter(Boolean).join(" ")}>
      {(title || actions) && (
        <header className={classes.cardHead}>
          {title && <h2>{title}</h2>}
          {actions && <div className={classes.actions}>{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
