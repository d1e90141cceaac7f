import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconPlayerPlayFilled, IconPlayerStopFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

const BEFORE_S = 1;
const LONG_S = 14;

/** Plays the moment out of the call's recording, where it is: nothing else is fetched. */
export function Hear({ callId, atMs }: { callId: string; atMs: number }) {
  const [state, setState] = useState<"silent" | "plays" | "failed">("silent");
  const sound = useRef<HTMLAudioElement | null>(null);
  const stop = () => {
    sound.current?.pause();
    setState("silent");
  };
  useEffect(() => () => sound.current?.pause(), []);
  const play = () => {
    const from = Math.max(0, atMs / 1000 - BEFORE_S);
    const audio = new Audio(`/v1/calls/${callId}/recording`);
    sound.current = audio;
    audio.currentTime = from;
    audio.ontimeupdate = () => audio.currentTime > from + LONG_S && stop();
    audio.onended = stop;
    setState("plays");
    audio.play().catch(() => setState("failed"));
  };
  if (state === "failed") {
    return (
      <span role="status">
        <Trans>No recording was kept.</Trans>
      </span>
    );
  }
  const isPlaying = state === "plays";
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={isPlaying ? <IconPlayerStopFilled size={13} /> : <IconPlayerPlayFilled size={13} />}
      onClick={isPlaying ? stop : play}
    >
      {isPlaying ? <Trans>Stop</Trans> : <Trans>Hear it</Trans>}
    </Button>
  );
}
