import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useMay, useSession } from "@/app/session";
import { getCallOptions } from "@/client/@tanstack/react-query.gen";
import type { Call, CallRecord } from "@/client/types.gen";
import { Failed, Loading } from "@/ui/States";
import { gap } from "@/ui/values";
import { Conversation } from "../talk/Conversation";
import { Levels, type LevelsHandle } from "../talk/Levels";
import { gapsOf, type Story } from "../talk/story";
import { Trouble } from "../talk/Troubles";
import { Controls } from "./Controls";
import classes from "./Live.module.css";
import { Sound } from "./Sound";
import { useStory } from "./stories";
import { useSound } from "./useSound";
import { Caller, Running } from "./words";

interface Open {
  callId: string;
  /** As the list has it; undefined: it is over, or was never one. */
  call: Call | undefined;
  names: ReadonlyMap<string, string>;
}

/** One call that lives: heard, read, and acted on. */
export function LiveCall({ callId, call, names }: Open) {
  const { t } = useLingui();
  const story = useStory(callId);
  const record = useQuery({ ...getCallOptions({ path: { call_id: callId } }), enabled: call === undefined });
  const levels = useRef<LevelsHandle>(null);
  const mayAct = useMay("calls:write");
  const user = useSession()?.user;
  const sound = useSound(callId, user?.name || user?.email || "", levels);
  const isOver = story.ending !== null || (call === undefined && record.data?.status === "ended");
  const shown = call ?? record.data;
  if (shown === undefined) {
    return record.error ? <Failed error={record.error} again={() => void record.refetch()} /> : <Loading rows={3} />;
  }
  return (
    <section className={classes.call} aria-label={t`The call`}>
      <Head call={shown} agent={names.get(shown.agent_id ?? "") ?? ""} story={story} isOver={isOver} />
      {isOver ? (
        <Over callId={callId} story={story} />
      ) : (
        <>
          <Levels ref={levels} isYou={false} />
          {sound.trouble && <Trouble what={sound.trouble} />}
          <Sound sound={sound} mayAct={mayAct} callId={callId} />
        </>
      )}
      <Conversation items={story.items} caller={t`Caller`} isBox empty={<Trans>Nothing has been said yet.</Trans>} />
      {!isOver && <Controls callId={callId} mayAct={mayAct} />}
    </section>
  );
}

function Head({
  call,
  agent,
  story,
  isOver,
}: {
  call: Call | CallRecord;
  agent: string;
  story: Story;
  isOver: boolean;
}) {
  const { t } = useLingui();
  const gaps = gapsOf(story);
  return (
    <header className={classes.head}>
      <Button
        component={Link}
        to="/live"
        variant="subtle"
        size="compact-md"
        className={classes.back}
        aria-label={t`All live calls`}
      >
        <IconArrowLeft size={18} aria-hidden />
      </Button>
      <h2>
        <Caller call={call} />
      </h2>
      <span className={classes.soft}>
        {agent}
        {gaps && (
          <>
            {" · "}
            <Trans>gap {gap(gaps.middle)}</Trans>
          </>
        )}
      </span>
      {!isOver && (
        <span className={classes.running}>
          <Running since={call.answered_at ?? call.started_at} />
        </span>
      )}
    </header>
  );
}

function Over({ callId, story }: { callId: string; story: Story }) {
  return (
    <p className={classes.over}>
      <b>{story.ending?.says ?? <Trans>The call is over.</Trans>}</b> {story.ending?.advice}{" "}
      <Anchor component={Link} to={`/calls/${callId}`}>
        <Trans>Open its page</Trans>
      </Anchor>
    </p>
  );
}
