import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useMay } from "@/app/session";
import { suggestAgent } from "@/client/sdk.gen";
import { Page } from "@/ui/Page";
import { NotAllowed } from "@/ui/States";
import { tell } from "@/ui/tell";
import { Ask } from "./Ask";
import { Correct } from "./Correct";
import { type Asked, type Draft, draftOf } from "./draft";
import { keep, recall } from "./kept";

/** From a web address or a few lines to a first agent, which is looked through before it is saved. */
export function MinePage() {
  const { t, i18n } = useLingui();
  const mayWrite = useMay("agents:write");
  const [{ asked, draft }, setKept] = useState(recall);
  const put = (next: { asked: Asked; draft: Draft | null }) => {
    keep(next);
    setKept(next);
  };
  const stop = useRef<AbortController>(null);
  const suggest = useMutation({
    mutationFn: async (byModel: boolean) => {
      stop.current = new AbortController();
      const { how, url, text } = asked;
      const body = {
        ...(how === "url" ? { url: url.trim() } : { text: text.trim() }),
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...(how === "url" ? { language: i18n.locale === "de" ? "de" : "" } : {}),
        by_model: byModel,
      };
      return (await suggestAgent({ body, signal: stop.current.signal })).data;
    },
    onSuccess: (suggestion) => put({ asked, draft: draftOf(suggestion) }),
  });
  const anew = () => {
    const before = draft;
    put({ asked, draft: null });
    suggest.reset();
    tell(<Trans>Begun anew.</Trans>, () => put({ asked, draft: before }));
  };
  if (!mayWrite) {
    return (
      <Page title={t`Make it yours`}>
        <NotAllowed />
      </Page>
    );
  }
  return (
    <Page
      title={t`Make it yours`}
      sentence={
        draft ? (
          <Trans>
            This is what was found. Read it as if a caller had asked, put right what is wrong, and add what is missing:
            the agent says what stands here, and nothing else.
          </Trans>
        ) : (
          <Trans>
            Your business's own pages, or a few lines about it, become a first agent. You see all of it before anything
            is saved.
          </Trans>
        )
      }
      actions={
        draft && (
          <Button variant="default" onClick={anew}>
            <Trans>Begin anew</Trans>
          </Button>
        )
      }
    >
      {draft ? (
        <Correct draft={draft} change={(next) => put({ asked, draft: next })} />
      ) : (
        <Ask
          asked={asked}
          change={(next) => {
            put({ asked: next, draft: null });
            if (suggest.isError) suggest.reset();
          }}
          isReading={suggest.isPending}
          error={suggest.error}
          send={suggest.mutate}
          stop={() => {
            stop.current?.abort();
            suggest.reset();
          }}
        />
      )}
    </Page>
  );
}
