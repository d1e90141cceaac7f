import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import type { Lack, Quotation } from "@/client/types.gen";
import { LANGUAGE_TAGS, useLanguageName } from "@/features/agents/editor/languages";
import { Card } from "@/ui/Page";
import { Failed } from "@/ui/States";
import { type Draft, groupsOf, HOURS, WHO, withName } from "./draft";
import { AddLine, type Change, Lacking, LineGroup, Source } from "./Lines";
import classes from "./Mine.module.css";
import { Notices } from "./Notices";
import { useDays, useHeadings } from "./useHeadings";
import { useSave } from "./useSave";

interface Given {
  draft: Draft;
  change: (draft: Draft) => void;
}

interface Part {
  draft: Draft;
  change: Change;
}

/** The suggestion, to be looked through. */
export function Correct({ draft, change }: Given) {
  const save = useSave(draft, change);
  // Somebody may undo a removal when other things have changed since.
  const put: Change = (next) => change(typeof next === "function" ? next(save.latest()) : next);
  const mayBeSaved = draft.name.trim() !== "" && draft.opening.trim() !== "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (mayBeSaved) save.run();
      }}
    >
      <div className={classes.correct}>
        <Notices draft={draft} />
        <Who draft={draft} change={put} />
        <Hours draft={draft} change={put} />
        <Asked draft={draft} change={put} />
        <First draft={draft} change={put} />
        {save.error != null && <Failed error={save.error} again={save.run} />}
      </div>
      <div className={classes.foot}>
        <Button type="submit" size="md" loading={save.isSaving} disabled={!mayBeSaved}>
          <Trans>Save and talk to it</Trans>
        </Button>
        <p>
          <Trans>It becomes a draft of yours. Nobody else hears it before you publish it.</Trans>
        </p>
      </div>
    </form>
  );
}

function lacks(draft: Draft, part: Lack): boolean {
  return draft.suggestion.missing.some((one) => one.part === part);
}

function sourceOf(draft: Draft, pointer: string): Quotation | null {
  return draft.suggestion.parts.find((part) => part.pointer === pointer)?.source ?? null;
}

function Who({ draft, change }: Part) {
  const { t } = useLingui();
  const nameOf = useLanguageName();
  const headings = useHeadings(draft);
  const named = sourceOf(draft, "/name");
  const zone = sourceOf(draft, "/timezone");
  const zones = Intl.supportedValuesOf("timeZone");
  // What this server can speak and answer by itself, in the language in which the facts are written.
  const tags = LANGUAGE_TAGS.filter((tag) => tag.slice(0, 2) === draft.language.slice(0, 2));
  const shown = tags.includes(draft.language) ? tags : [draft.language, ...tags];
  return (
    <Card title={<Trans>Who you are</Trans>}>
      <div className={classes.pair}>
        <div>
          <TextInput
            label={t`Name`}
            value={draft.name}
            maxLength={100}
            onChange={(event) => change(withName(draft, event.currentTarget.value))}
            error={draft.name.trim() === "" ? t`It needs a name.` : undefined}
          />
          {named && <Source source={named} isShort={named.text === draft.name} />}
        </div>
        <Select
          label={t`Language`}
          data={shown.map((tag) => ({ value: tag, label: nameOf(tag) }))}
          value={draft.language}
          onChange={(tag) => tag !== null && change({ ...draft, language: tag })}
        />
        <div>
          <Select
            label={t`Time zone`}
            searchable
            limit={60}
            data={zones.includes(draft.timezone) ? zones : [draft.timezone, ...zones]}
            value={draft.timezone}
            onChange={(one) => one !== null && change({ ...draft, timezone: one })}
          />
          {zone ? (
            <Source source={zone} />
          ) : (
            <p className={classes.source}>
              <Trans>your own: nothing says where the business is</Trans>
            </p>
          )}
        </div>
      </div>
      {lacks(draft, "name") && (
        <Lacking>
          <Trans>Its name was not found: please write it as callers should hear it.</Trans>
        </Lacking>
      )}
      {groupsOf(draft.lines, (topic) => WHO.includes(topic)).map(([heading, lines]) => (
        <LineGroup key={heading} heading={heading} lines={lines} change={change} />
      ))}
      {lacks(draft, "address") && (
        <Lacking
          add={
            <AddLine topic="contact" heading={headings.contact} change={change}>
              <Trans>Add it</Trans>
            </AddLine>
          }
        >
          <Trans>No address was found.</Trans>
        </Lacking>
      )}
      {lacks(draft, "telephone") && (
        <Lacking
          add={
            <AddLine topic="contact" heading={headings.contact} change={change}>
              <Trans>Add it</Trans>
            </AddLine>
          }
        >
          <Trans>No telephone number was found. Add it if callers are to be told one.</Trans>
        </Lacking>
      )}
    </Card>
  );
}

function Hours({ draft, change }: Part) {
  const headings = useHeadings(draft);
  const days = useDays(draft.suggestion.missing.find(({ part }) => part === "days")?.days ?? []);
  const add = (
    <AddLine topic="hours" heading={headings.hours} change={change}>
      <Trans>Add a line</Trans>
    </AddLine>
  );
  return (
    <Card title={<Trans>When you are open</Trans>} actions={add}>
      {groupsOf(draft.lines, (topic) => HOURS.includes(topic)).map(([heading, lines]) => (
        <LineGroup
          key={heading}
          heading={heading}
          title={heading === headings.hours ? null : heading}
          lines={lines}
          change={change}
        />
      ))}
      {lacks(draft, "hours") && (
        <Lacking>
          <Trans>No opening hours were found. Nearly every caller asks for them: please add them.</Trans>
        </Lacking>
      )}
      {days && (
        <Lacking>
          <Trans>Nothing was found for {days}. Are you closed then? Say so in a line.</Trans>
        </Lacking>
      )}
    </Card>
  );
}

function Asked({ draft, change }: Part) {
  const headings = useHeadings(draft);
  const groups = groupsOf(draft.lines, (topic) => !WHO.includes(topic) && !HOURS.includes(topic));
  const add = (
    <AddLine topic="other" heading={headings.other} change={change}>
      <Trans>Add a line</Trans>
    </AddLine>
  );
  return (
    <Card title={<Trans>What callers ask</Trans>} actions={add}>
      {groups.map(([heading, lines]) => (
        <LineGroup key={heading} heading={heading} lines={lines} change={change} />
      ))}
      {lacks(draft, "offer") && (
        <Lacking>
          <Trans>What you offer was not found. What do callers ask for most?</Trans>
        </Lacking>
      )}
      {lacks(draft, "prices") && (
        <Lacking
          add={
            <AddLine topic="prices" heading={headings.prices} change={change}>
              <Trans>Add one</Trans>
            </AddLine>
          }
        >
          <Trans>No prices were found. An agent without them says that it does not know.</Trans>
        </Lacking>
      )}
    </Card>
  );
}

function First({ draft, change }: Part) {
  const { t } = useLingui();
  return (
    <Card title={<Trans>The first sentence</Trans>}>
      <Textarea
        aria-label={t`The first sentence`}
        autosize
        minRows={1}
        maxLength={400}
        value={draft.opening}
        onChange={(event) => change({ ...draft, opening: event.currentTarget.value })}
        error={draft.opening.trim() === "" ? t`Somebody has to say something first.` : undefined}
      />
      <p className={classes.source}>
        <Trans>It is what every caller hears first: short is kind.</Trans>
      </p>
    </Card>
  );
}
