import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Fragment, memo, type ReactNode, useEffect, useRef } from "react";
import { said } from "@/app/said";
import { clockTime, number } from "@/ui/values";
import classes from "./Conversation.module.css";
import type { GapItem, Item, NoteItem, SaidItem, ToolItem } from "./story";

interface Shown {
  items: readonly Item[];
  /** In place of what is not there yet. */
  empty?: ReactNode;
  /** What the caller is called: "You" where one talks oneself. */
  caller: string;
  /** Asks a turn again; without it there is no such button. */
  onAgain?: ((turn: number) => void) | undefined;
  /** What is shown below this turn of the caller. */
  below?: { turn: number; content: ReactNode } | null;
  /** Scrolls by itself, in a box of its own. */
  isBox?: boolean;
}

/** What is said and what happens in between, as it falls; the end stays in sight unless somebody scrolls away. */
export function Conversation({ items, empty, caller, onAgain, below = null, isBox = false }: Shown) {
  const { t } = useLingui();
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever falls moves the end
  useEffect(() => {
    const box = list.current;
    if (box && isBox && isAtEnd.current) box.scrollTop = box.scrollHeight;
  }, [items, isBox]);
  const look = () => {
    const box = list.current;
    if (box) isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  };
  return (
    <div
      ref={list}
      className={classes.list}
      data-box={isBox || undefined}
      onScroll={look}
      role="log"
      aria-live="off"
      aria-label={t`What was said`}
      // A box that scrolls must be reached by the keyboard.
      tabIndex={isBox ? 0 : undefined}
    >
      {items.length === 0 && <p className={classes.empty}>{empty}</p>}
      {items.map((item) => (
        <Fragment key={item.key}>
          <Line item={item} caller={caller} onAgain={onAgain} />
          {below && item.kind === "said" && item.who === "caller" && item.turn === below.turn && below.content}
        </Fragment>
      ))}
    </div>
  );
}

interface LineOf {
  item: Item;
  caller: string;
  onAgain: ((turn: number) => void) | undefined;
}

const Line = memo(function Line({ item, caller, onAgain }: LineOf) {
  switch (item.kind) {
    case "said":
      return <Said item={item} caller={caller} onAgain={onAgain} />;
    case "gap":
      return <Gap item={item} />;
    case "tool":
      return <Tool item={item} />;
    case "note":
      return <Note item={item} />;
  }
});

function Said({ item, caller, onAgain }: { item: SaidItem } & Omit<LineOf, "item">) {
  const { turn } = item;
  return (
    <div className={classes.turn} data-who={item.who} data-open={item.isOpen || undefined}>
      <time>{clockTime(item.at)}</time>
      <div className={classes.say}>
        <span className={classes.who}>{item.who === "caller" ? caller : <Trans>Agent</Trans>}</span>
        <span className={classes.words}>
          {item.text}
          {item.unheard && (
            <>
              {" "}
              <span className="visually-hidden">
                <Trans>Not heard:</Trans>
              </span>
              <s>{item.unheard}</s>
            </>
          )}
        </span>
        {onAgain && item.who === "caller" && turn !== null && (
          <Button className={classes.again} variant="subtle" size="compact-xs" onClick={() => onAgain(turn)}>
            <Trans>Again from here</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}

/** One wait, in its parts: they add up to what was heard. */
function Gap({ item }: { item: GapItem }) {
  const { t } = useLingui();
  const names: Record<string, string> = {
    decision: t`waited`,
    transcript: t`words`,
    brain: t`thought`,
    voice: t`voice`,
    sending: t`sent`,
  };
  const seconds = (ms: number) => number(ms / 1000, 2);
  const first = seconds(item.firstSoundMs);
  const early = seconds(-item.gapMs);
  // Sound that comes late, of a machine that is busy, or words that were cut off: there was no wait to be shown.
  if (item.gapMs < 0) {
    return (
      <div className={classes.event}>
        <Trans>the agent began {early} s before the caller's last sound was here</Trans>
      </div>
    );
  }
  return (
    <div className={classes.gap}>
      <svg className={classes.bar} viewBox={`0 0 ${Math.max(1, item.gapMs)} 6`} preserveAspectRatio="none" aria-hidden>
        {item.parts.map(([name, ms], at) => {
          const before = item.parts.slice(0, at).reduce((sum, [, other]) => sum + other, 0);
          return <rect key={name} data-part={name} x={before} width={ms} height={6} />;
        })}
      </svg>
      <small>
        <b>{seconds(item.gapMs)} s</b>
        {": "}
        {item.parts.map(([name, ms]) => `${names[name] ?? name} ${seconds(ms)}`).join(", ")}
        {item.firstSoundMs > 0 && (
          <>
            {"; "}
            <Trans>a first sound after {first}</Trans>
          </>
        )}
      </small>
    </div>
  );
}

function Tool({ item }: { item: ToolItem }) {
  const took = `${item.tookMs} ms`;
  return (
    <div className={classes.event} data-look={item.state === "failed" || item.state === "unknown" || undefined}>
      <b>{item.name}</b> {item.wish}
      {item.state === "running" && (
        <>
          {" · "}
          <Trans>runs</Trans>
        </>
      )}
      {item.state === "done" && (
        <>
          {" · "}
          <Trans>done in {took}</Trans>
        </>
      )}
      {item.state === "failed" && (
        <>
          {" · "}
          <Trans>failed, without effect</Trans>
        </>
      )}
      {item.state === "unknown" && (
        <>
          {" · "}
          <Trans>nobody knows whether it was done</Trans>
        </>
      )}
      {item.answer && <div className={classes.answer}>{item.answer}</div>}
    </div>
  );
}

function Note({ item }: { item: NoteItem }) {
  return (
    <div className={classes.event} data-look={item.isWarning || undefined}>
      {said(item.text)}
    </div>
  );
}
