import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Radio } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useEditing, useField } from "../draft/context";
import formClasses from "../form/Form.module.css";
import { member } from "../form/schema";
import { useWords } from "../form/useWords";
import classes from "./Editor.module.css";
import { Group, TopMembers, useTop } from "./parts";

/** What a notice sounds like, in the languages that Offhook has words for. */
const NOTICES: Record<string, string> = {
  de: "Dieses Gespräch wird aufgezeichnet.",
  en: "This call is recorded.",
  es: "Esta llamada se graba.",
  fr: "Cet appel est enregistré.",
  it: "Questa chiamata viene registrata.",
  nl: "Dit gesprek wordt opgenomen.",
  pt: "Esta chamada é gravada.",
};
const TELLS = /record|aufgezeichnet|aufgenommen|mitgeschnitten|grab|enregistr|registra|opgenomen|gravad/i;

/** What is kept of calls, and what callers are told of it. */
export function Rules() {
  return (
    <>
      <Group title={<Trans>What is kept</Trans>}>
        <Recording />
        <TopMembers name="records" without={["recording"]} />
      </Group>
      <Group title={<Trans>What callers are told</Trans>}>
        <Disclosure />
        <TopMembers name="turn_taking" only={["protect_opening"]} />
      </Group>
    </>
  );
}

function Recording() {
  const { schema } = useEditing();
  const node = member(schema, useTop("records"), "recording");
  const words = useWords("records.recording", node);
  const field = useField<string>(["records", "recording"]);
  return (
    <Radio.Group
      label={words.label}
      value={field.value ?? "on"}
      error={field.error}
      readOnly={field.isReadOnly}
      onChange={(value) => field.set(value === "on" ? undefined : value)}
    >
      <div className={formClasses.radios} style={{ marginTop: 6 }}>
        {["on", "masked", "off"].map((value) => (
          <Radio key={value} value={value} label={words.choice(value)} disabled={field.isReadOnly} />
        ))}
      </div>
    </Radio.Group>
  );
}

/** Whether the first sentence says that the call is recorded. */
function Disclosure() {
  const { t } = useLingui();
  const language = useField<string>(["language"]).value ?? "en-US";
  const recording = useField<string>(["records", "recording"]).value ?? "on";
  const mode = useField<string>(["opening", "mode"]).value ?? "fixed";
  const opening = useField<string>(["opening", "text"]);
  if (recording === "off") {
    return (
      <p className={classes.told}>
        <Trans>Nothing is recorded, so nothing has to be said of it.</Trans>
      </p>
    );
  }
  if (mode !== "fixed") {
    return (
      <p className={classes.told} data-tone="look">
        <IconAlertTriangle size={17} aria-hidden />
        <span>
          <Trans>
            The first sentence is not fixed, so nobody can be sure that callers are told of the recording. Choose a
            fixed one under Opening.
          </Trans>
        </span>
      </p>
    );
  }
  if (TELLS.test(opening.value ?? "")) {
    return (
      <p className={classes.told}>
        <IconCheck size={17} aria-hidden />
        <span>
          <Trans>The first sentence tells callers that the call is recorded.</Trans>
        </span>
      </p>
    );
  }
  const notice = NOTICES[language.slice(0, 2)] ?? NOTICES.en ?? "";
  const add = () => opening.set([opening.value?.trim(), notice].filter(Boolean).join(" "));
  return (
    <div className={classes.told} data-tone="look">
      <IconAlertTriangle size={17} aria-hidden />
      <div>
        <p>
          <Trans>
            The call is recorded, and the first sentence does not say so. In many places callers have to be told, or
            asked.
          </Trans>
        </p>
        {!opening.isReadOnly && (
          <Button mt={8} size="compact-sm" variant="default" onClick={add}>
            {t`Add "${notice}"`}
          </Button>
        )}
      </div>
    </div>
  );
}
