import { Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import {
  IconArrowBackUp,
  IconHeadphones,
  IconHeadphonesOff,
  IconMicrophone,
  IconMicrophoneOff,
} from "@tabler/icons-react";
import { useState } from "react";
import { EndCall } from "./Controls";
import classes from "./Live.module.css";
import type { useSound } from "./useSound";

interface Heard {
  sound: ReturnType<typeof useSound>;
  mayAct: boolean;
  callId: string;
}

/** Listen, take over, hand back: the row that a thumb reaches at telephone width. */
export function Sound({ sound, mayAct, callId }: Heard) {
  if (sound.seatState === "talking") return <Seated sound={sound} />;
  return (
    <div className={classes.bar}>
      <Button
        size="md"
        variant="default"
        aria-pressed={sound.isListening}
        leftSection={
          sound.isListening ? <IconHeadphonesOff size={18} aria-hidden /> : <IconHeadphones size={18} aria-hidden />
        }
        onClick={sound.isListening ? sound.hush : sound.listen}
        disabled={sound.seatState === "asking"}
      >
        {sound.isListening ? <Trans>Stop listening</Trans> : <Trans>Listen</Trans>}
      </Button>
      {mayAct && (
        <Button
          size="md"
          loading={sound.seatState === "asking"}
          leftSection={<IconMicrophone size={18} aria-hidden />}
          onClick={sound.takeOver}
        >
          <Trans>Take over</Trans>
        </Button>
      )}
      {mayAct && <EndCall callId={callId} />}
    </div>
  );
}

/** One talks to the caller oneself: what the agent is to know comes with handing back. */
function Seated({ sound }: { sound: Heard["sound"] }) {
  const { t } = useLingui();
  const [note, setNote] = useState("");
  return (
    <div className={classes.seated}>
      <p role="status">
        <b>{sound.isMuted ? <Trans>The caller hears silence</Trans> : <Trans>The caller hears you</Trans>}</b>{" "}
        <Trans>The agent waits and hears the caller. Leaving this page hands the call back.</Trans>
      </p>
      <TextInput
        aria-label={t`What the agent is to know when it goes on`}
        placeholder={t`What you agreed on, for the agent (may stay empty)`}
        value={note}
        maxLength={2000}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <div className={classes.bar}>
        <Button
          size="md"
          variant="default"
          aria-pressed={sound.isMuted}
          leftSection={
            sound.isMuted ? <IconMicrophoneOff size={18} aria-hidden /> : <IconMicrophone size={18} aria-hidden />
          }
          onClick={() => sound.mute(!sound.isMuted)}
        >
          {sound.isMuted ? <Trans>Unmute me</Trans> : <Trans>Mute me</Trans>}
        </Button>
        <Button
          size="md"
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          onClick={() => sound.giveBack(note.trim())}
        >
          <Trans>Hand back</Trans>
        </Button>
      </div>
    </div>
  );
}
