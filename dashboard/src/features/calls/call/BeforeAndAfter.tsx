import { Trans } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { problemOf } from "@/app/api";
import { getAgentOptions } from "@/client/@tanstack/react-query.gen";
import { previewVoice } from "@/client/sdk.gen";
import { useSound } from "@/ui/useSound";
import classes from "./Side.module.css";

const LONGEST = 300;

interface Said {
  agentId: string;
  /** What is heard: the word where it stood. */
  sentence: string;
  word: string;
  /** How it is to be said; empty: that is not known yet. */
  say: string;
}

/** The sentence of a text that holds a word; the word alone where there is none. */
export function sentenceWith(text: string, word: string): string {
  const wanted = word.trim().toLowerCase();
  const sentences = text.match(/[^.!?]+[.!?]*/g) ?? [];
  const found = wanted === "" ? undefined : sentences.find((one) => one.toLowerCase().includes(wanted));
  return (found?.trim() || word.trim()).slice(0, LONGEST);
}

/** The draft's own voice says it as it says it now, and as it would. */
export function BeforeAndAfter({ agentId, sentence, word, say }: Said) {
  const agent = useQuery(getAgentOptions({ path: { agent_id: agentId } }));
  const { isPlaying, play, stop } = useSound();
  const [heard, setHeard] = useState<"before" | "after">();
  const draft = agent.data?.draft;
  const speak = useMutation({
    mutationFn: async (which: "before" | "after") => {
      const standing = (draft?.lexicon ?? {}) as Record<string, string>;
      const { data } = await previewVoice({
        body: {
          voice: (draft?.tts as Record<string, unknown> | undefined) ?? { provider: "local" },
          language: String(draft?.language ?? "en-US"),
          text: sentence,
          lexicon: which === "after" ? { ...standing, [word.trim()]: say.trim() } : standing,
        },
        parseAs: "blob",
      });
      return data as Blob;
    },
    onMutate: setHeard,
    onSuccess: play,
  });
  const problem = speak.isError ? problemOf(speak.error) : null;
  const button = (which: "before" | "after", isReady: boolean, label: ReactNode) => {
    const isThis = isPlaying && heard === which;
    return (
      <Button
        size="xs"
        variant="default"
        leftSection={isThis ? <IconPlayerStop size={15} /> : <IconPlayerPlay size={15} />}
        loading={speak.isPending && heard === which}
        disabled={!isReady || draft === undefined}
        onClick={() => (isThis ? stop() : speak.mutate(which))}
      >
        {label}
      </Button>
    );
  };
  return (
    <div>
      <div className={classes.actions}>
        {button("before", sentence !== "", <Trans>Hear it as it is</Trans>)}
        {button("after", sentence !== "" && say.trim() !== "", <Trans>Hear it so</Trans>)}
      </div>
      {problem && (
        <Text c="var(--bad)" size="sm" role="alert" mt={4}>
          {problem.message} {problem.whatToDo}
        </Text>
      )}
    </div>
  );
}
