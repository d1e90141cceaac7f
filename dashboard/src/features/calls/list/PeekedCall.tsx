import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { CallRecord } from "@/client";
import { Failed, Loading } from "@/ui/States";
import { clockTime, duration, gap, money, When } from "@/ui/values";
import { gapsOf, longest } from "../call/parts";
import { type Player, usePlayerState, useTick } from "../call/player";
import { storyOf } from "../call/story";
import { Transcript } from "../call/Transcript";
import { usePlayer, useRecord, useSound } from "../call/useCall";
import { toneOf, Why } from "../call/Why";
import classes from "./Peek.module.css";
import { callsRoute } from "./routes";

/** What a call was, at a glance: why it ended, its sound, its words. */
export default function PeekedCall({ callId }: { callId: string }) {
  const record = useRecord(callId);
  if (record.data) return <Peeked record={record.data} />;
  if (record.error) return <Failed error={record.error} again={() => void record.refetch()} />;
  return <Loading rows={5} height={56} />;
}

function Peeked({ record }: { record: CallRecord }) {
  const navigate = callsRoute.useNavigate();
  const sound = useSound(record);
  const player = usePlayer(record.id, 0, sound);
  const items = useMemo(() => storyOf(record, sound), [record, sound]);
  const longestMs = useMemo(() => longest(gapsOf(record.turns))?.latency.gap_ms ?? 0, [record.turns]);
  useSpace(player);
  const answer = () => void navigate({ to: "/calls/$callId", params: { callId: record.id }, search: {} });
  return (
    <>
      <p className={classes.facts}>
        <When at={record.started_at} isExact />
        {record.duration_ms !== null && <> · {duration(record.duration_ms)}</>}
        {record.gap_p50_ms !== null && (
          <>
            {" "}
            · <Trans>gap {gap(record.gap_p50_ms)}</Trans>
          </>
        )}
        {record.cost && <> · {money(record.cost)}</>}
      </p>
      <p className={classes.why} data-tone={toneOf(record)}>
        <Why record={record} onAnswer={answer} />
      </p>
      {record.recording_bytes ? (
        <Sounding record={record} player={player} />
      ) : (
        <p className={classes.facts}>
          {record.is_whole ? (
            <Trans>There is no recording of this call.</Trans>
          ) : (
            <Trans>The recording is made when the call is over.</Trans>
          )}
        </p>
      )}
      {record.turns.length > 0 ? (
        <div className={classes.said}>
          <Transcript
            items={items}
            turns={record.turns}
            sound={sound}
            player={player}
            longestMs={Math.max(1000, longestMs)}
          />
        </div>
      ) : (
        <p className={classes.facts}>
          <Trans>Nothing was said.</Trans>
        </p>
      )}
    </>
  );
}

/** The recording: played, and followed in the words below. */
function Sounding({ record, player }: { record: CallRecord; player: Player }) {
  const { t } = useLingui();
  const { isPlaying, isBroken } = usePlayerState(player);
  const length = Math.max(1, (record.duration_ms ?? 0) / 1000);
  const place = useRef<HTMLInputElement>(null);
  const clock = useRef<HTMLElement>(null);
  useTick(
    player,
    useCallback(
      (at: number) => {
        if (place.current) {
          place.current.value = String(at);
          place.current.style.setProperty("--played", `${Math.min(100, (at / length) * 100)}%`);
        }
        if (clock.current) clock.current.textContent = clockTime(at);
      },
      [length],
    ),
  );
  const Icon = isPlaying ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  return (
    <div className={classes.sound}>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands below, and follows it */}
      <audio ref={player.attach} src={`/v1/calls/${record.id}/recording`} preload="none" />
      <ActionIcon
        size={40}
        radius="xl"
        variant="filled"
        disabled={isBroken}
        aria-label={isPlaying ? t`Pause` : t`Play`}
        onClick={() => player.toggle()}
      >
        <Icon size={16} />
      </ActionIcon>
      <input
        ref={place}
        type="range"
        className={classes.place}
        aria-label={t`Place in the recording`}
        min={0}
        max={length}
        step={0.1}
        defaultValue={0}
        onInput={(event) => player.seek(Number(event.currentTarget.value))}
      />
      <span className={classes.clock}>
        <b ref={clock}>0:00</b> / {clockTime(length)}
      </span>
    </div>
  );
}

/** Space plays, wherever one is in the list; on a button it presses the button. */
function useSpace(player: Player): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.key !== " " || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target?.closest("input:not([type=range]), textarea, button, select, [role=menu]")) return;
      event.preventDefault();
      player.toggle();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player]);
}
