import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button } from "@mantine/core";
import { IconMicrophone, IconMicrophoneOff, IconPhoneOff } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { said } from "@/app/said";
import { askCallAgainMutation } from "@/client/@tanstack/react-query.gen";
import { number } from "@/ui/values";
import { Again } from "./Again";
import { Conversation } from "./Conversation";
import { Levels, type LevelsHandle } from "./Levels";
import { gapsOf, type Story } from "./story";
import classes from "./Talk.module.css";
import { Trouble } from "./Troubles";
import { type Talking, useTalk } from "./useTalk";

/** A call with the agent over this browser's microphone. */
export function Talk({ agentId, which, mayAsk }: { agentId: string; which: string; mayAsk: boolean }) {
  const { t } = useLingui();
  const levels = useRef<LevelsHandle>(null);
  const talking = useTalk(agentId, which === "published" ? "" : which, levels);
  const isBlocked = useBlocked();
  const { state, story, trouble, callId } = talking;
  const again = useMutation(askCallAgainMutation());
  const [turn, setTurn] = useState<number | null>(null);
  const ask = (number: number) => {
    setTurn(number);
    again.reset();
    if (callId) again.mutate({ path: { agent_id: agentId }, body: { call_id: callId, turn: number, which } });
  };
  const wrong = trouble ?? (state === "idle" ? isBlocked : null);
  return (
    <div className={classes.talk} data-state={state}>
      <Levels ref={levels} caller={<Trans>you</Trans>} agent={<Trans>agent</Trans>} />
      <Buttons talking={talking} isBlocked={isBlocked === "insecure" || isBlocked === "old"} />
      {wrong && <Trouble what={wrong} />}
      <Conversation
        items={story.items}
        caller={t`You`}
        isBox
        empty={
          <Trans>
            You are the caller. Say hello: what you both say appears here, with how long you waited for each answer and
            why.
          </Trans>
        }
        onAgain={mayAsk && state === "over" && callId ? ask : undefined}
        below={
          turn === null
            ? null
            : {
                turn,
                content: (
                  <Again
                    answer={again.data}
                    error={again.error}
                    isBusy={again.isPending}
                    again={() => ask(turn)}
                    close={() => setTurn(null)}
                  />
                ),
              }
        }
      />
      <Numbers story={story} />
      {state === "over" && <Over story={story} callId={callId} />}
    </div>
  );
}

function Buttons({ talking, isBlocked }: { talking: Talking; isBlocked: boolean }) {
  const { state, isMuted } = talking;
  const isOn = state === "talking" || state === "lost";
  return (
    <div className={classes.buttons}>
      {!isOn && (
        <Button
          size="md"
          className={classes.main}
          leftSection={<IconMicrophone size={19} stroke={1.7} aria-hidden />}
          loading={state === "starting"}
          disabled={isBlocked}
          onClick={talking.start}
        >
          {state === "over" ? <Trans>Talk again</Trans> : <Trans>Start talking</Trans>}
        </Button>
      )}
      {isOn && (
        <>
          <Button
            size="md"
            variant="default"
            aria-pressed={isMuted}
            leftSection={
              isMuted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />
            }
            onClick={() => talking.mute(!isMuted)}
          >
            {isMuted ? <Trans>Unmute</Trans> : <Trans>Mute</Trans>}
          </Button>
          <Button
            size="md"
            variant="default"
            leftSection={<IconPhoneOff size={18} aria-hidden />}
            onClick={talking.end}
          >
            <Trans>End call</Trans>
          </Button>
        </>
      )}
      <p className={classes.doing} role="status">
        <Doing talking={talking} />
      </p>
    </div>
  );
}

function Doing({ talking: { state, isMuted, story } }: { talking: Talking }) {
  if (state === "starting") return <Trans>Your browser may ask for the microphone: allow it</Trans>;
  if (state === "lost") return <Trans>The connection was lost: trying to come back</Trans>;
  if (state === "idle") return <Trans>Your browser will ask for the microphone. A headset is best.</Trans>;
  if (state === "over") return null;
  if (isMuted) return <Trans>Muted: the agent hears silence</Trans>;
  return <DoingWord what={story.doing} />;
}

/** What the agent does at the moment, in a word. */
export function DoingWord({ what }: { what: string }) {
  if (what === "hearing") return <Trans>Hearing you</Trans>;
  if (what === "thinking") return <Trans>Thinking</Trans>;
  if (what === "speaking") return <Trans>Speaking</Trans>;
  return <Trans>Listening</Trans>;
}

function Numbers({ story }: { story: Story }) {
  const gaps = gapsOf(story);
  if (gaps === null) return null;
  const last = number(gaps.last / 1000, 2);
  const middle = number(gaps.middle / 1000, 2);
  const count = gaps.count;
  return (
    <p className={classes.numbers}>
      {count > 1 ? (
        <Trans>
          Last gap <b>{last} s</b>, in the middle <b>{middle} s</b> of {count} turns, on the server's clock
        </Trans>
      ) : (
        <Trans>
          Gap <b>{last} s</b>, on the server's clock
        </Trans>
      )}
    </p>
  );
}

function Over({ story: { ending }, callId }: { story: Story; callId: string | null }) {
  return (
    <div className={classes.over} role="status">
      <span>
        <b>
          {ending?.reason === "caller.hung_up" ? (
            <Trans>You hung up.</Trans>
          ) : ending ? (
            said(ending.says)
          ) : (
            <Trans>The call is over.</Trans>
          )}
        </b>{" "}
        {ending && said(ending.advice)}
      </span>
      {callId && (
        <Anchor component={Link} to={`/calls/${callId}`} underline="always">
          <Trans>Open this call: hear it, see every turn, put it right</Trans>
        </Anchor>
      )}
    </div>
  );
}

/** What will keep the microphone from this page, known before anybody presses the button; null: nothing known. */
function useBlocked(): string | null {
  const [isDenied, setDenied] = useState(false);
  useEffect(() => {
    let status: PermissionStatus | null = null;
    const look = () => setDenied(status?.state === "denied");
    // Not every browser tells of the microphone; then it is told when it fails.
    navigator.permissions
      ?.query({ name: "microphone" as PermissionName })
      .then((found) => {
        status = found;
        found.onchange = look;
        look();
      })
      .catch(() => undefined);
    return () => {
      if (status) status.onchange = null;
    };
  }, []);
  if (!window.isSecureContext) return "insecure";
  if (!("AudioWorkletNode" in window)) return "old";
  return isDenied ? "denied" : null;
}
