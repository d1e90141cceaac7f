import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { When } from "@/ui/values";
import { useEditing } from "../draft/context";
import { pointerOf } from "../draft/document";
import { shown } from "../versions/shown";
import classes from "./Editor.module.css";

/** Two people changed the same fields: both sides, to be chosen field by field. */
export function Clashes() {
  const { t } = useLingui();
  const { state, store } = useEditing();
  const [ours, setOurs] = useState<ReadonlySet<string>>(new Set());
  if (state.saving !== "clash") return null;
  const choose = (pointer: string, side: string) => {
    const next = new Set(ours);
    if (side === "mine") next.add(pointer);
    else next.delete(pointer);
    setOurs(next);
  };
  return (
    <section className={classes.clashes} role="alert">
      <h2>
        <Trans>Somebody else changed this draft at the same time</Trans>
      </h2>
      <p>
        <Plural
          value={state.clashes.length}
          one="You both changed one field. Choose whose holds; all else of both of you is kept."
          other="You both changed # fields. Choose whose holds; all else of both of you is kept."
        />
      </p>
      <ul>
        {state.clashes.map(({ path, mine, theirs }) => {
          const pointer = pointerOf(path);
          const side = ours.has(pointer) ? "mine" : "theirs";
          return (
            <li key={pointer}>
              <div className={classes.clashHead}>
                <code>{path.join(" › ")}</code>
                <SegmentedControl
                  aria-label={t`Whose ${path.join(" ")} holds`}
                  size="xs"
                  value={side}
                  data={[
                    { value: "theirs", label: t`Theirs` },
                    { value: "mine", label: t`Mine` },
                  ]}
                  onChange={(value) => choose(pointer, value)}
                />
              </div>
              <div className={classes.sides}>
                <pre data-chosen={side === "theirs" || undefined}>
                  <small>{t`Theirs`}</small>
                  {shown(theirs)}
                </pre>
                <pre data-chosen={side === "mine" || undefined}>
                  <small>{t`Mine`}</small>
                  {shown(mine)}
                </pre>
              </div>
            </li>
          );
        })}
      </ul>
      <Button onClick={() => store.settle(ours)}>
        <Trans>Go on with this</Trans>
      </Button>
    </section>
  );
}

/** Of an earlier visit: changes that never reached the server. */
export function Offered() {
  const { state, store, isReadOnly } = useEditing();
  if (state.offered === null || isReadOnly) return null;
  return (
    <div className={classes.told} data-tone="look" role="status">
      <div className={classes.grow}>
        <Trans>
          This browser has changes of yours from <When at={state.offered.at} /> that were never saved.
        </Trans>
      </div>
      <Group gap="xs">
        <Button size="compact-sm" onClick={() => store.takeOffered()}>
          <Trans>Take them up</Trans>
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => store.dropOffered()}>
          <Trans>Drop them</Trans>
        </Button>
      </Group>
    </div>
  );
}
