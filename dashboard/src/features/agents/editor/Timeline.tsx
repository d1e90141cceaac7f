import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { number } from "@/ui/values";
import { exact } from "./exact";
import { Handle } from "./Handle";
import { ExactNumber } from "./PatienceNumber";
import classes from "./Timeline.module.css";
import { type Clock, idleScene, percentOf, spanOf } from "./timeline";
import { type PatienceNumber, usePatience } from "./usePatience";

/** So long the reply itself takes in these drawings; it is no setting. */
const REPLY_S = 0.3;
const SAYS_S = 1.6;

const amount = (seconds: number): string => `${exact(seconds)} s`;

/** Behind this share of the width, words stand on the left of their handle. */
const FAR = 84;

/** The clock stands while somebody drags on it, or what is dragged would run away. */
function useClock(spanS: number, startPercent: number): [Clock, (isHeld: boolean) => void] {
  const [held, setHeld] = useState<number | null>(null);
  return [{ spanS: held ?? spanS, startPercent }, (isHeld) => setHeld(isHeld ? (held ?? spanS) : null)];
}

/** The caller has stopped: how long the silence is until the agent decides that it is its turn. */
export function AnswerScene() {
  const { t } = useLingui();
  const done = usePatience("min_silence_s");
  const unsure = usePatience("unsure_silence_s");
  const unfinished = usePatience("unfinished_silence_s");
  const collecting = usePatience("collecting_silence_s");
  const every = [done, unsure, unfinished, collecting];
  const [clock, hold] = useClock(
    spanOf(
      every.map(({ value }) => value + REPLY_S),
      4,
    ),
    36,
  );
  const lanes = [
    { one: done, title: t`The sentence is done`, said: t`A table for four, please.` },
    { one: unsure, title: t`It may be done`, said: t`A table for four` },
    { one: unfinished, title: t`It is plainly not done`, said: t`A table for four, and …` },
    { one: collecting, title: t`In the middle of a number`, said: t`My number is 0 1 7 …` },
  ];
  return (
    <div className={classes.scene}>
      {lanes.map(({ one, title, said }) => (
        <div key={one.name} className={classes.lane}>
          <div className={classes.title}>{title}</div>
          <Drawing label={title}>
            <rect x="0" y="8" width={`${clock.startPercent}%`} height="26" rx="6" className={classes.callerBar} />
            <Said width={clock.startPercent}>{said}</Said>
            <Silence clock={clock} from={0} to={one.value} y={21} />
            <Beside x={percentOf(clock, one.value)} y={50} className={classes.amount}>
              {amount(one.value)}
            </Beside>
            <AgentBar clock={clock} from={one.value + REPLY_S} y={8} words={t`Agent`} />
            <Handle
              label={title}
              value={one.value}
              bounds={one.bounds}
              clock={clock}
              top={6}
              bottom={46}
              isSet={one.isSet}
              isReadOnly={one.isReadOnly}
              onMove={one.set}
              onHold={hold}
            />
          </Drawing>
          <ExactNumber label={title} one={one} />
        </div>
      ))}
      <p className={classes.legend}>
        <Trans>
          Green is the caller, the dots are silence, blue is the agent. Drag a handle, or move it by the arrow keys.
          Between decision and first sound the reply is made: 0.3 s here, as an example.
        </Trans>
      </p>
    </div>
  );
}

function Drawing({ label, isTall, children }: { label: string; isTall?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing that holds sliders is a group, and no fieldset
    <svg className={classes.drawing} data-tall={isTall || undefined} role="group" aria-label={label}>
      {children}
    </svg>
  );
}

/** What the caller says last: where it is narrow, its end is seen. */
function Said({ width, children }: { width: number; children: ReactNode }) {
  return (
    <svg x="4" y="8" width={`${width - 1}%`} height="26" aria-hidden>
      <text x="100%" dx="-8" y="17.5" textAnchor="end" className={classes.callerText}>
        {children}
      </text>
    </svg>
  );
}

interface Words {
  x: number;
  y: number;
  className: string | undefined;
  isLeft?: boolean;
  children: ReactNode;
}

/** Words beside a handle. */
function Beside({ x, y, className, isLeft = x > FAR, children }: Words) {
  return (
    <text x={`${x}%`} dx={isLeft ? -12 : 12} y={y} textAnchor={isLeft ? "end" : "start"} className={className}>
      {children}
    </text>
  );
}

function Silence({ clock, from, to, y }: { clock: Clock; from: number; to: number; y: number }) {
  return (
    <line
      x1={`${percentOf(clock, from) + 0.6}%`}
      x2={`${percentOf(clock, to)}%`}
      y1={y}
      y2={y}
      className={classes.silence}
    />
  );
}

function AgentBar({ clock, from, y, words }: { clock: Clock; from: number; y: number; words: ReactNode }) {
  const left = percentOf(clock, from);
  const width = 100 - left;
  if (width < 2) return null;
  return (
    <>
      <rect x={`${left}%`} y={y} width={`${width}%`} height="26" rx="6" className={classes.agentBar} />
      {width > 11 && (
        <text x={`${left}%`} dx="10" y={y + 17.5} className={classes.agentText}>
          {words}
        </text>
      )}
    </>
  );
}

/** The caller speaks while the agent does. */
export function BargeInScene() {
  const { t } = useLingui();
  const duck = usePatience("duck_voice_s");
  const hush = usePatience("hush_voice_s");
  const takeover = usePatience("takeover_voice_s");
  const [clock, hold] = useClock(spanOf([takeover.value, hush.value], 2), 24);
  const at = (seconds: number) => percentOf(clock, seconds);
  const quiet = Math.max(duck.value, 0);
  const silent = Math.max(hush.value, quiet);
  const knob = (one: PatienceNumber, label: string, bottom: number, step = 0.01) => (
    <Handle
      label={label}
      value={one.value}
      bounds={one.bounds}
      clock={clock}
      top={4}
      bottom={bottom}
      step={step}
      isSet={one.isSet}
      isReadOnly={one.isReadOnly}
      onMove={one.set}
      onHold={hold}
    />
  );
  return (
    <div className={classes.scene}>
      <Drawing label={t`The caller speaks while the agent does`} isTall>
        <rect x="0" y="6" width={`${at(quiet)}%`} height="28" rx="6" className={classes.agentBar} />
        <text x="10" y="24" className={classes.agentText}>
          {t`Agent`}
        </text>
        <rect
          x={`${at(quiet)}%`}
          y="14"
          width={`${at(silent) - at(quiet)}%`}
          height="12"
          className={classes.agentBar}
        />
        <rect
          x={`${at(silent)}%`}
          y="14"
          width={`${100 - at(silent)}%`}
          height="12"
          rx="4"
          className={classes.agentGone}
        />
        <rect x={`${at(0)}%`} y="44" width={`${100 - at(0)}%`} height="26" rx="6" className={classes.callerBar} />
        <text x={`${at(silent)}%`} dx="12" y="61.5" className={classes.callerText}>
          {t`Caller: Sorry, I meant …`}
        </text>
        <Beside x={at(duck.value)} y={88} className={classes.small} isLeft>
          {t`quieter`}
        </Beside>
        <Beside x={at(hush.value)} y={102} className={classes.small}>
          {t`silent`}
        </Beside>
        <Beside x={at(takeover.value)} y={88} className={classes.small} isLeft>
          {t`has the floor`}
        </Beside>
        {knob(duck, t`Goes quieter`, 84)}
        {knob(hush, t`Falls silent`, 98)}
        {knob(takeover, t`The caller has the floor`, 84)}
      </Drawing>
      <div className={classes.numbers}>
        <ExactNumber label={t`Goes quieter`} one={duck} isLabelled />
        <ExactNumber label={t`Falls silent`} one={hush} isLabelled />
        <ExactNumber label={t`The caller has the floor`} one={takeover} isLabelled />
      </div>
      <p className={classes.legend}>
        <Trans>
          Real words take the floor at once. These are for sound that may be a cough, a "mm-hm" or the start of a
          sentence: the agent goes quieter, then silent, and goes on if it was nothing.
        </Trans>
      </p>
    </div>
  );
}

/** Nobody speaks. */
export function IdleScene() {
  const { t } = useLingui();
  const idle = usePatience("idle_s");
  const prompts = usePatience("idle_prompts");
  const scene = idleScene(idle.value, prompts.value, SAYS_S);
  const end = scene.at(-1)?.at ?? idle.value;
  const [clock, hold] = useClock(spanOf([end], 20), 19);
  const total = number(end, 0);
  return (
    <div className={classes.scene}>
      <Drawing label={t`Nobody speaks`}>
        <rect x="0" y="8" width="18%" height="26" rx="6" className={classes.agentBar} />
        <text x="10" y="25.5" className={classes.agentText}>
          {t`Agent`}
        </text>
        {scene.map(({ at, isGoodbye }, turn) => {
          const left = percentOf(clock, at);
          const width = Math.max(percentOf(clock, at + SAYS_S) - left, 2);
          return (
            <g key={at}>
              <Silence clock={clock} from={turn === 0 ? 0 : at - idle.value} to={at} y={21} />
              <rect x={`${left}%`} y="8" width={`${width}%`} height="26" rx="6" className={classes.agentBar} />
              <text x={`${left}%`} y="50" className={classes.small} textAnchor={isGoodbye ? "middle" : "start"}>
                {isGoodbye ? t`goodbye` : turn === 0 ? "" : t`asks`}
              </text>
            </g>
          );
        })}
        <Beside x={percentOf(clock, idle.value)} y={50} className={classes.amount}>
          {amount(idle.value)}
        </Beside>
        <Handle
          label={t`Silence until it asks`}
          value={idle.value}
          bounds={idle.bounds}
          clock={clock}
          top={6}
          bottom={46}
          step={0.5}
          isSet={idle.isSet}
          isReadOnly={idle.isReadOnly}
          onMove={idle.set}
          onHold={hold}
        />
      </Drawing>
      <div className={classes.numbers}>
        <ExactNumber label={t`Silence until it asks`} one={idle} isLabelled />
        <ExactNumber label={t`So often it asks`} one={prompts} isLabelled />
      </div>
      <p className={classes.legend}>
        <Trans>With nobody there, the call is over after about {total} s.</Trans>
      </p>
    </div>
  );
}
