import { Trans, useLingui } from "@lingui/react/macro";
import { SegmentedControl } from "@mantine/core";
import { useEditing } from "../draft/context";
import { UnionField } from "../form/Blocks";
import formClasses from "../form/Form.module.css";
import { exact } from "./exact";
import { Group, Top, TopMembers, useTop } from "./parts";
import { AnswerScene, BargeInScene, IdleScene } from "./Timeline";
import { usePatience, useTurnTaking } from "./usePatience";

const DRAWN = [
  "preset",
  "min_silence_s",
  "unsure_silence_s",
  "unfinished_silence_s",
  "collecting_silence_s",
  "duck_voice_s",
  "hush_voice_s",
  "takeover_voice_s",
  "idle_s",
  "idle_prompts",
  // Under rules, and under limits in its own words.
  "protect_opening",
];

/** How it hears, and when it speaks. */
export function Patience() {
  const { preset } = useTurnTaking();
  return (
    <>
      <Group title={<Trans>How patient it is</Trans>}>
        <PresetChoice />
        <Summary />
        <AnswerScene />
      </Group>
      <Group title={<Trans>When the caller speaks over it</Trans>}>
        <BargeInScene />
      </Group>
      <Group title={<Trans>When nobody speaks</Trans>}>
        <IdleScene />
      </Group>
      <Group title={<Trans>More of its patience</Trans>}>
        <TopMembers name="turn_taking" without={DRAWN} defaults={preset.numbers} />
      </Group>
      <Group title={<Trans>Hearing</Trans>} help={<Trans>What turns the caller's voice into words.</Trans>}>
        <UnionField path={["stt"]} place="stt" node={useTop("stt")} isBare />
        <Top name="vocabulary" />
      </Group>
    </>
  );
}

function PresetChoice() {
  const { t } = useLingui();
  const { isReadOnly } = useEditing();
  const { preset } = useTurnTaking();
  const words: Record<string, string> = { snappy: t`Quick`, balanced: t`Balanced`, patient: t`Patient` };
  return (
    <SegmentedControl
      aria-label={t`How patient it is`}
      value={preset.chosen}
      disabled={isReadOnly}
      data={preset.names.map((name) => ({ value: name, label: words[name] ?? name }))}
      onChange={preset.set}
      maw={360}
    />
  );
}

/** The four numbers, in a sentence. */
function Summary() {
  const done = exact(usePatience("min_silence_s").value);
  const unfinished = exact(usePatience("unfinished_silence_s").value);
  const collecting = exact(usePatience("collecting_silence_s").value);
  return (
    <p className={formClasses.help} style={{ margin: "10px 0 4px" }}>
      <Trans>
        It answers {done} s after a sentence that is done, gives {unfinished} s to who is plainly not done, and{" "}
        {collecting} s in the middle of a number.
      </Trans>
    </p>
  );
}
