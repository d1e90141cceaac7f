import { Trans } from "@lingui/react/macro";
import { Code } from "@mantine/core";
import { useEditing } from "../draft/context";
import { Advanced, UnionField } from "../form/Blocks";
import formClasses from "../form/Form.module.css";
import { Group, Top, TopLong, TopMembers, useTop } from "./parts";

/** What the model is told. */
export function Prompt() {
  const { state } = useEditing();
  const names = Object.keys((state.doc.variables as object | undefined) ?? {});
  const known = ["caller_number", "called_number", "now", "today", "weekday", ...names];
  return (
    <Group>
      <TopLong name="prompt" minRows={16} />
      <p className={formClasses.help}>
        <Trans>Filled in for each call:</Trans>{" "}
        {known.map((name) => (
          <span key={name}>
            <Code>{`{{${name}}}`}</Code>{" "}
          </span>
        ))}
      </p>
    </Group>
  );
}

export function Thinking() {
  return (
    <>
      <Group>
        <UnionField path={["llm"]} place="llm" node={useTop("llm")} isBare />
      </Group>
      <Group>
        <Top name="knowledge_prompt_chars" />
      </Group>
    </>
  );
}

export function Limits() {
  return (
    <Group>
      <TopMembers name="limits" />
    </Group>
  );
}

export function Variables() {
  return (
    <>
      <Group
        help={
          <Trans>
            What a call brings along: who places it gives the values, or a web service does while it rings. Write the
            name in double braces wherever it is to stand.
          </Trans>
        }
      >
        <Top name="variables" />
      </Group>
      <Group
        title={<Trans>Asked while it rings</Trans>}
        help={<Trans>A web service of yours that knows who calls, and fills in the variables.</Trans>}
      >
        <TopMembers name="pre_call" />
      </Group>
    </>
  );
}

export function Sentences() {
  return (
    <>
      <Group help={<Trans>Said word for word, without a model. Empty: the language's own sentences.</Trans>}>
        <TopMembers name="phrases" />
      </Group>
      <Group title={<Trans>Calls that it places</Trans>}>
        <TopMembers name="outbound" />
      </Group>
      <Advanced>
        <Top name="country" />
        <Top name="voice_detector" />
        <Top name="end_of_turn" />
      </Advanced>
    </>
  );
}
