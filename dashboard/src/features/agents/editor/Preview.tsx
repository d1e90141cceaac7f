import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text, TextInput } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { useMay } from "@/app/session";
import { previewVoice } from "@/client/sdk.gen";
import { useSound } from "@/ui/useSound";
import { useField } from "../draft/context";
import classes from "./Editor.module.css";

const LONGEST = 300;

/** Says a sentence as a call would, with the voice as it stands in the form. */
export function Preview() {
  const { t } = useLingui();
  const mayWrite = useMay("agents:write");
  const voice = useField<Record<string, unknown>>(["tts"], true).value;
  const language = useField<string>(["language"]).value ?? "en-US";
  const lexicon = useField<Record<string, string>>(["lexicon"]).value;
  const opening = useField<string>(["opening", "text"]).value;
  const [text, setText] = useState<string | null>(null);
  const { isPlaying, play, stop } = useSound();
  const sentence = text ?? opening ?? "";
  const speak = useMutation({
    mutationFn: async () => {
      const { data } = await previewVoice({
        body: { voice: voice ?? {}, text: sentence, language, ...(lexicon ? { lexicon } : {}) },
        parseAs: "blob",
      });
      return data as Blob;
    },
    onSuccess: play,
  });
  if (!mayWrite) return null;
  const problem = speak.isError ? problemOf(speak.error) : null;
  return (
    <div className={classes.preview}>
      <TextInput
        label={t`Hear it`}
        description={t`As on the telephone. With a vendor's voice it costs what the vendor asks.`}
        value={sentence}
        maxLength={LONGEST}
        placeholder={t`A sentence to say`}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button
        variant="default"
        leftSection={isPlaying ? <IconPlayerStop size={16} /> : <IconPlayerPlay size={16} />}
        loading={speak.isPending}
        disabled={voice === undefined || sentence.trim() === ""}
        onClick={() => (isPlaying ? stop() : speak.mutate())}
      >
        {isPlaying ? <Trans>Stop</Trans> : <Trans>Play</Trans>}
      </Button>
      {problem && (
        <Text c="var(--bad)" size="sm" role="alert" className={classes.wide}>
          {problem.message} {problem.whatToDo}
        </Text>
      )}
    </div>
  );
}
