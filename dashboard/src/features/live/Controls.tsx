import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { controlCallMutation } from "@/client/@tanstack/react-query.gen";
import type { Call, CallRecord } from "@/client/types.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Failed } from "@/ui/States";
import { tellFailure } from "@/ui/tell";
import classes from "./Live.module.css";
import { PutThrough } from "./PutThrough";

type Way = "instruct" | "say" | "transfer";

/** What is written to the agent of a live call, said by its mouth, or done with the caller. */
export function Controls({ call, mayAct }: { call: Call | CallRecord; mayAct: boolean }) {
  const { t } = useLingui();
  const [way, setWay] = useState<Way>("instruct");
  if (!mayAct) {
    return (
      <p className={classes.soft}>
        <Trans>Your role may listen, not act. An owner can change it, under Settings, People.</Trans>
      </p>
    );
  }
  const ways: { value: Way; label: string }[] = [
    { value: "instruct", label: t`Tell the agent` },
    { value: "say", label: t`Have it said` },
    // A browser's call has no line that could be connected.
    ...(call.kind === "phone" ? [{ value: "transfer" as const, label: t`Put through` }] : []),
  ];
  return (
    <div className={classes.controls}>
      <SegmentedControl
        aria-label={t`What is to be done`}
        value={way}
        onChange={(value) => setWay(ways.find((one) => one.value === value)?.value ?? "instruct")}
        data={ways}
      />
      {way === "transfer" ? <PutThrough call={call} /> : <Words callId={call.id} way={way} />}
    </div>
  );
}

function Words({ callId, way }: { callId: string; way: "instruct" | "say" }) {
  const { t } = useLingui();
  const control = useMutation(controlCallMutation());
  const [text, setText] = useState("");
  const [isAtOnce, setAtOnce] = useState(false);
  const [sent, setSent] = useState<{ way: Way; text: string } | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (!words) return;
    control.mutate(
      { path: { call_id: callId }, body: { action: way, text: words, at_once: isAtOnce } },
      {
        onSuccess: () => {
          setSent({ way, text: words });
          setText("");
        },
      },
    );
  };
  return (
    <form className={classes.words} onSubmit={submit}>
      <div className={classes.compose}>
        <TextInput
          aria-label={way === "say" ? t`What the agent says` : t`What the agent is to know or do`}
          placeholder={
            way === "say" ? t`The caller hears exactly this` : t`The caller does not hear this: “offer the late table”`
          }
          value={text}
          maxLength={2000}
          autoComplete="off"
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" loading={control.isPending} disabled={!text.trim()}>
          <Trans>Send</Trans>
        </Button>
      </div>
      <div className={classes.more}>
        <Checkbox
          size="xs"
          radius={4}
          checked={isAtOnce}
          onChange={(event) => setAtOnce(event.currentTarget.checked)}
          label={way === "say" ? t`At once, whoever speaks` : t`Have it answered at once`}
        />
        <MuteCaller callId={callId} />
      </div>
      <p className={classes.soft} role="status">
        {sent?.way === "instruct" && <Trans>The agent knows: “{sent.text}”</Trans>}
        {sent?.way === "say" && <Trans>The agent says: “{sent.text}”</Trans>}
      </p>
      {control.error ? <Failed error={control.error} /> : null}
    </form>
  );
}

/** Keeps the caller's sound from the agent, the record and whoever listens: a card number is read out, say. */
function MuteCaller({ callId }: { callId: string }) {
  const [isMuted, setMuted] = useState(false);
  const mute = useMutation({ ...controlCallMutation(), onError: tellFailure });
  const turn = () =>
    mute.mutate(
      { path: { call_id: callId }, body: { action: isMuted ? "unmute" : "mute" } },
      { onSuccess: () => setMuted(!isMuted) },
    );
  return (
    <Button size="compact-sm" variant="subtle" aria-pressed={isMuted} loading={mute.isPending} onClick={turn}>
      {isMuted ? <Trans>Let the caller be heard again</Trans> : <Trans>Keep the caller out of agent and record</Trans>}
    </Button>
  );
}

/** The agent says goodbye and hangs up. */
export function EndCall({ callId }: { callId: string }) {
  const end = useMutation(controlCallMutation());
  return (
    <ConfirmButton
      size="md"
      label={<Trans>End call</Trans>}
      title={<Trans>End this call?</Trans>}
      act={() => end.mutateAsync({ path: { call_id: callId }, body: { action: "end" } })}
      isBusy={end.isPending}
      error={end.error}
    >
      <Trans>The agent says goodbye and hangs up. What the caller still wanted to say is lost.</Trans>
    </ConfirmButton>
  );
}
