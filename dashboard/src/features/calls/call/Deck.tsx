import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Tooltip } from "@mantine/core";
import {
  IconKeyboard,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackNext,
  IconZoomIn,
  IconZoomOut,
} from "@tabler/icons-react";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { clockTime } from "@/ui/values";
import classes from "./Deck.module.css";
import { type Player, RATES, usePlayerState, useTick } from "./player";
import type { Sound, Span } from "./sound";
import { Wave } from "./Wave";
import type { Mark, Picture } from "./wave";
import { following, zoomed } from "./window";

export interface DeckProps {
  player: Player;
  length: number;
  /** Where the recording is; null: there is none. */
  source: string | null;
  sound: Sound | undefined;
  marks: Mark[];
  pale: Span[];
  blocks: Picture["blocks"];
  /** In place of what cannot be played. */
  silent?: ReactNode;
  /** In small, at the right. */
  aside?: ReactNode;
  /** Shows the keys; without it there is no button for that. */
  onHelp?: () => void;
}

/** Two voices on one clock: play, go faster, leave silence out, come nearer. Stays in sight while the page is read. */
export function Deck(props: DeckProps) {
  const { t } = useLingui();
  const { player, length, source, silent, aside, onHelp } = props;
  const [shown, setShown] = useState<Span>({ from: 0, until: length });
  const follow = useRef(shown);
  follow.current = shown;
  useEffect(() => setShown({ from: 0, until: length }), [length]);
  useTick(
    player,
    useCallback(
      (at: number) => {
        const next = following(follow.current, length, at);
        if (next !== follow.current) setShown(next);
      },
      [length],
    ),
  );
  useZoomKeys(player, length, setShown);
  return (
    <section className={classes.deck} aria-label={t`The recording`}>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands below, and follows it */}
      {source && <audio ref={player.attach} src={source} preload="metadata" />}
      <div className={classes.row}>
        <PlayButton player={player} isOff={source === null} />
        <Clock player={player} length={length} />
        {source === null ? <span className={classes.silent}>{silent}</span> : <Speed player={player} />}
        <Zoom player={player} length={length} shown={shown} setShown={setShown} />
        {aside && <span className={classes.aside}>{aside}</span>}
        {onHelp && (
          <Tooltip label={t`Keys (?)`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              className={classes.keyboard}
              aria-label={t`Keys of this page`}
              onClick={onHelp}
            >
              <IconKeyboard size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <Wave {...props} shown={shown} setShown={setShown} />
    </section>
  );
}

function PlayButton({ player, isOff }: { player: Player; isOff: boolean }) {
  const { t } = useLingui();
  const { isPlaying, isBroken } = usePlayerState(player);
  const Icon = isPlaying ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  return (
    <Tooltip label={isBroken ? t`The recording cannot be played here` : t`Play or pause (space)`}>
      <ActionIcon
        size={42}
        radius="xl"
        variant="filled"
        disabled={isOff || isBroken}
        aria-label={isPlaying ? t`Pause` : t`Play`}
        onClick={() => player.toggle()}
      >
        <Icon size={17} />
      </ActionIcon>
    </Tooltip>
  );
}

function Clock({ player, length }: { player: Player; length: number }) {
  const place = useRef<HTMLElement>(null);
  const whole = useRef("");
  useTick(
    player,
    useCallback((at: number) => {
      const told = clockTime(at);
      if (place.current && told !== whole.current) place.current.textContent = told;
      whole.current = told;
    }, []),
  );
  return (
    <span className={classes.clock}>
      <b ref={place}>{clockTime(player.at)}</b> / {clockTime(length)}
    </span>
  );
}

function Speed({ player }: { player: Player }) {
  const { t } = useLingui();
  const { rate, skips } = usePlayerState(player);
  return (
    <>
      <button
        type="button"
        className={classes.cycle}
        aria-label={t`Speed: ${rate}×`}
        onClick={() => player.setRate(RATES[((RATES as readonly number[]).indexOf(rate) + 1) % RATES.length] ?? 1)}
      >
        {rate}×
      </button>
      <fieldset className={classes.rates} aria-label={t`Speed`}>
        {RATES.map((one) => (
          <button key={one} type="button" aria-pressed={one === rate} onClick={() => player.setRate(one)}>
            {one}×
          </button>
        ))}
      </fieldset>
      <Tooltip label={t`Leave out where nobody is heard (s)`}>
        <button
          type="button"
          className={classes.chip}
          aria-pressed={skips}
          aria-label={t`Skip silence`}
          onClick={() => player.setSkips(!skips)}
        >
          <IconPlayerTrackNext size={15} stroke={1.7} aria-hidden />
          <span>
            <Trans>Skip silence</Trans>
          </span>
        </button>
      </Tooltip>
    </>
  );
}

interface Zooming {
  player: Player;
  length: number;
  shown: Span;
  setShown: (next: Span | ((now: Span) => Span)) => void;
}

function Zoom({ player, length, shown, setShown }: Zooming) {
  const { t } = useLingui();
  const nearer = (times: number) => setShown((now) => zoomed(now, length, times, player.at));
  const isWhole = shown.until - shown.from >= length - 0.01;
  return (
    <span className={classes.zoom}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t`Further away`}
        disabled={isWhole}
        onClick={() => nearer(0.5)}
      >
        <IconZoomOut size={17} stroke={1.6} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label={t`Nearer`} disabled={length <= 4} onClick={() => nearer(2)}>
        <IconZoomIn size={17} stroke={1.6} />
      </ActionIcon>
    </span>
  );
}

function useZoomKeys(player: Player, length: number, setShown: Zooming["setShown"]): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") setShown((now) => zoomed(now, length, 2, player.at));
      if (event.key === "-") setShown((now) => zoomed(now, length, 0.5, player.at));
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player, length, setShown]);
}
