import { Trans, useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import { useEditing, useField } from "../draft/context";
import { LongField } from "../form/Field";
import formClasses from "../form/Form.module.css";
import { member } from "../form/schema";
import { LANGUAGE_TAGS, useLanguageName } from "./languages";
import { Group, Top, TopMembers, useTop } from "./parts";

/** Who it is, and the first that a caller hears. */
export function Opening() {
  const mode = useField<string>(["opening", "mode"]).value ?? "fixed";
  return (
    <>
      <Group>
        <TopMembers name="opening" only={["mode"]} />
        {mode === "fixed" && <FirstSentence />}
        {mode === "generated" && (
          <p className={formClasses.help}>
            <Trans>
              The model makes the first sentence: each call begins a little later, and a little differently.
            </Trans>
          </p>
        )}
      </Group>
      <Group title={<Trans>Who it is</Trans>}>
        <Top name="name" />
        <div className={formClasses.pair}>
          <Language />
          <TimeZone />
        </div>
      </Group>
    </>
  );
}

function FirstSentence() {
  const { schema } = useEditing();
  const node = member(schema, useTop("opening"), "text");
  return <LongField path={["opening", "text"]} place="opening.text" node={node} minRows={2} />;
}

function Language() {
  const { t } = useLingui();
  const nameOf = useLanguageName();
  const field = useField<string>(["language"]);
  const value = field.value ?? "en-US";
  const tags = LANGUAGE_TAGS.includes(value) ? LANGUAGE_TAGS : [value, ...LANGUAGE_TAGS];
  return (
    <Select
      label={t`Language`}
      description={t`What it speaks and understands.`}
      value={value}
      data={tags.map((tag) => ({ value: tag, label: nameOf(tag) }))}
      searchable
      disabled={field.isReadOnly}
      error={field.error}
      onChange={(tag) => tag !== null && field.set(tag)}
    />
  );
}

function TimeZone() {
  const { t } = useLingui();
  const field = useField<string>(["timezone"]);
  const value = field.value ?? "UTC";
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <Select
      label={t`Time zone`}
      description={t`For "today", "tomorrow" and opening hours.`}
      value={value}
      data={zones.includes(value) ? zones : [value, ...zones]}
      searchable
      limit={60}
      disabled={field.isReadOnly}
      error={field.error}
      onChange={(zone) => zone !== null && field.set(zone)}
    />
  );
}
