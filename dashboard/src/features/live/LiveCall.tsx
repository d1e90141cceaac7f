import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { said } from "@/app/said";
import { useMay, useSession } from "@/app/session";
import { getCallOptions } from "@/client/@tanstack/react-query.gen";
import type { Call, CallRecord, Money } from "@/client/types.gen";
import { receiptOf } from "@/ui/receipt";
import { Failed, Loading } from "@/ui/States";
import { gap, money } from "@/ui/values";
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

/** So often it is counted what the call has cost. */
const COUNTED_MS = 10_000;

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
  const isTold = story.ending !== null;
  const record = useQuery({
    ...getCallOptions({ path: { call_id: callId } }),
    refetchInterval: isTold ? false : COUNTED_MS,
  });
  const levels = useRef<LevelsHandle>(null);
  const mayAct = useMay("calls:write");
  const user = useSession()?.user;
  const sound = useSound(callId, user?.name || user?.email || "", levels);
  const isOver = isTold || (call === undefined && record.data?.status === "ended");
  const shown = call ?? record.data;
  if (shown === undefined) {
    return record.error ? <Failed error={record.error} again={() => void record.refetch()} /> : <Loading rows={3} />;
  }
  return (
    <section className={classes.call} aria-label={t`The call`}>
      <Head
        call={shown}
        agent={names.get(shown.agent_id ?? "") ?? ""}
        story={story}
        isOver={isOver}
        cost={receiptOf(record.data?.costs ?? []).total}
      />
      {isOver ? (
        <Over callId={callId} story={story} />
      ) : (
        <>
          <Levels
            ref={levels}
            caller={<Trans>caller</Trans>}
            agent={sound.seatState === "talking" ? <Trans>you</Trans> : <Trans>agent</Trans>}
          />
          {sound.trouble && <Trouble what={sound.trouble} />}
          <Sound sound={sound} mayAct={mayAct} callId={callId} />
        </>
      )}
      <Conversation items={story.items} caller={t`Caller`} isBox empty={<Trans>Nothing has been said yet.</Trans>} />
      {!isOver && <Controls call={shown} mayAct={mayAct} />}
    </section>
  );
}

function Head({
  call,
  agent,
  story,
  isOver,
  cost,
}: {
  call: Call | CallRecord;
  agent: string;
  story: Story;
  isOver: boolean;
  /** So far; null while no price is known. */
  cost: Money | null;
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
        {agent && gaps && " · "}
        {gaps && <Trans>gap {gap(gaps.middle)}</Trans>}
        {(agent || gaps) && cost && " · "}
        {cost && (isOver ? money(cost) : <Trans>{money(cost)} so far</Trans>)}
        {call.status === "transferring" && (
          <>
            {" "}
            · <Trans>it rings at whoever is to talk to the caller</Trans>
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
      <b>{story.ending ? said(story.ending.says) : <Trans>The call is over.</Trans>}</b>{" "}
      {story.ending && said(story.ending.advice)}{" "}
      <Anchor component={Link} to={`/calls/${callId}`}>
        <Trans>Open its page</Trans>
      </Anchor>
    </p>
  );
}
