import { Trans, useLingui } from "@lingui/react/macro";
import { Autocomplete } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listVoicesOptions } from "@/client/@tanstack/react-query.gen";
import { useEditing, useField } from "../draft/context";
import { UnionField } from "../form/Blocks";
import { chosenBlock, member } from "../form/schema";
import { useWords } from "../form/useWords";
import { Group, Top, useTop } from "./parts";

/** How it sounds. */
export function Voice() {
  const { schema } = useEditing();
  const node = useTop("tts");
  const block = useField<Record<string, unknown>>(["tts"], true);
  const provider = String(block.value?.provider ?? "");
  const voices = useQuery({ ...listVoicesOptions({ query: { provider } }), enabled: provider !== "" });
  const field = voices.data?.data[0]?.field ?? "";
  const chosen = chosenBlock(schema, node, block.value);
  const isChosen = chosen !== undefined && field !== "" && chosen.properties?.[field] !== undefined;
  return (
    <>
      <Group>
        <UnionField path={["tts"]} place="tts" node={node} isBare without={isChosen ? [field] : []} />
        {isChosen && (
          <VoiceChoice
            field={field}
            names={voices.data?.data.map(({ voice }) => voice).filter(Boolean) ?? []}
            help={voices.data?.data[0]?.help ?? ""}
          />
        )}
      </Group>
      <Group
        title={<Trans>How words are said</Trans>}
        help={<Trans>For names that the voice says wrongly. It holds for every voice.</Trans>}
      >
        <Top name="lexicon" />
      </Group>
    </>
  );
}

/** One of the provider's voices: those that are known are offered, any other can be written. */
function VoiceChoice({ field, names, help }: { field: string; names: string[]; help: string }) {
  const { schema } = useEditing();
  const { t } = useLingui();
  const union = useTop("tts");
  const block = useField<Record<string, unknown>>(["tts"], true);
  const node = member(schema, chosenBlock(schema, union, block.value) ?? {}, field);
  const words = useWords(`tts.${field}`, node);
  const voice = useField<string>(["tts", field]);
  return (
    <Autocomplete
      label={field === "model" ? t`Voice` : words.label}
      description={help || words.help || undefined}
      maw={420}
      value={voice.value ?? ""}
      placeholder={String(node.default ?? "")}
      data={names}
      error={voice.error}
      readOnly={voice.isReadOnly}
      onChange={(value) => voice.set(value === "" ? undefined : value)}
    />
  );
}
