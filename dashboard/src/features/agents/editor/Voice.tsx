import { Trans, useLingui } from "@lingui/react/macro";
import { Autocomplete, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listVoicesOptions } from "@/client/@tanstack/react-query.gen";
import type { Voice as VoiceOf, VoiceSource } from "@/client/types.gen";
import { useEditing, useField } from "../draft/context";
import { UnionField } from "../form/Blocks";
import formClasses from "../form/Form.module.css";
import { chosenBlock, member } from "../form/schema";
import { useProviderName, useWords } from "../form/useWords";
import classes from "./Editor.module.css";
import { useLanguageName } from "./languages";
import { Preview } from "./Preview";
import { Group, Top, useTop } from "./parts";

/** How it sounds. */
export function Voice() {
  const { schema } = useEditing();
  const node = useTop("tts");
  const block = useField<Record<string, unknown>>(["tts"], true);
  const provider = String(block.value?.provider ?? "");
  const voices = useQuery({ ...listVoicesOptions({ query: { provider } }), enabled: provider !== "" });
  const every = voices.data?.data ?? [];
  const field = every[0]?.field ?? "";
  const chosen = chosenBlock(schema, node, block.value);
  const isChosen = chosen?.properties?.[field] !== undefined;
  return (
    <>
      <Group>
        <UnionField
          path={["tts"]}
          place="tts"
          node={node}
          isBare
          without={isChosen ? [field] : []}
          lead={
            <>
              {isChosen && <VoiceChoice field={field} voices={every} />}
              {voices.data?.sources.map((source) => (
                <ListState key={source.provider} source={source} />
              ))}
            </>
          }
        />
        <Preview />
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

/** Why the vendor's own list is not shown. */
function ListState({ source }: { source: VoiceSource }) {
  const nameOf = useProviderName();
  const provider = nameOf(source.provider);
  if (source.state === "no_key") {
    return (
      <p className={classes.told} data-tone="look">
        <span>
          <Trans>
            There is no key of {provider} yet: without one this voice cannot speak, and its others cannot be listed.{" "}
            <Link to="/keys">Enter it under Keys</Link>
          </Trans>
        </span>
      </p>
    );
  }
  return source.state === "failed" ? <p className={formClasses.help}>{source.detail}</p> : null;
}

/** One of the provider's voices: the vendor's own list where it can be asked, else any name can be written. */
function VoiceChoice({ field, voices }: { field: string; voices: VoiceOf[] }) {
  const { schema } = useEditing();
  const { t } = useLingui();
  const languageName = useLanguageName();
  const union = useTop("tts");
  const block = useField<Record<string, unknown>>(["tts"], true);
  const node = member(schema, chosenBlock(schema, union, block.value) ?? {}, field);
  const words = useWords(`tts.${field}`, node);
  const voice = useField<string>(["tts", field]);
  const label = field === "model" ? t`Voice` : words.label;
  const real = voices.filter((one) => one.voice !== "");
  const areNamed = real.some((one) => (one.name ?? one.voice) !== one.voice);
  if (!areNamed) {
    return (
      <Autocomplete
        label={label}
        description={voices[0]?.help || words.help || undefined}
        maw={420}
        value={voice.value ?? ""}
        placeholder={String(node.default ?? "")}
        data={real.map((one) => one.voice)}
        error={voice.error}
        readOnly={voice.isReadOnly}
        onChange={(value) => voice.set(value === "" ? undefined : value)}
      />
    );
  }
  const value = voice.value ?? String(node.default ?? "");
  const known = real.map((one) => ({
    value: one.voice,
    label: [one.name || one.voice, one.languages?.slice(0, 2).map(languageName).join(", "), one.accent]
      .filter(Boolean)
      .join(" · "),
  }));
  const isKnown = known.some((one) => one.value === value);
  return (
    <Select
      label={label}
      maw={420}
      value={value || null}
      data={isKnown || value === "" ? known : [{ value, label: value }, ...known]}
      searchable
      limit={80}
      error={voice.error}
      disabled={voice.isReadOnly}
      onChange={(next) => next !== null && voice.set(next)}
    />
  );
}
