import { Trans } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Problem } from "@/app/api";
import { Failed } from "@/ui/States";
import classes from "./Talk.module.css";

/** What keeps somebody from talking, and what to do about it. `what` is a code of `leg.js`, or what the API answered. */
export function Trouble({ what, detail = "" }: { what: string | Problem; detail?: string }) {
  if (what instanceof Problem) return <Failed error={what} />;
  const [title, advice] = wordsOf(what);
  return (
    <div className={classes.trouble} role="alert">
      <Text fw={600}>{title}</Text>
      <div>{advice}</div>
      {detail && (
        <Text size="xs" c="dimmed">
          {detail}
        </Text>
      )}
    </div>
  );
}

type Words = [title: ReactNode, advice: ReactNode];

function wordsOf(code: string): Words {
  return MICROPHONE[code]?.() ?? CONNECTION[code]?.() ?? CONNECTION.refused?.() ?? ["", ""];
}

const MICROPHONE: Record<string, () => Words> = {
  insecure: () => [<Trans key="t">Browsers give this page no microphone.</Trans>, <Insecure key="a" />],
  old: () => [
    <Trans key="t">This browser is too old for calls.</Trans>,
    <Trans key="a">A current Chrome, Edge, Firefox or Safari carries them.</Trans>,
  ],
  denied: () => [
    <Trans key="t">The microphone was not allowed.</Trans>,
    <Trans key="a">
      Open the settings of this page by the sign beside its address, allow the microphone, and try again. If it is
      allowed there, the system may forbid it: look for “Microphone” in its privacy settings.
    </Trans>,
  ],
  "no-microphone": () => [
    <Trans key="t">No microphone was found.</Trans>,
    <Trans key="a">Plug one in, or switch it on in the system's sound settings, and try again.</Trans>,
  ],
  "busy-microphone": () => [
    <Trans key="t">The microphone cannot be opened.</Trans>,
    <Trans key="a">Another program may hold it: leave other calls, and try again.</Trans>,
  ],
  "no-loudspeaker": () => [
    <Trans key="t">There is nothing to play a voice on.</Trans>,
    <Trans key="a">Plug in a headset, or switch a loudspeaker on in the system's sound settings.</Trans>,
  ],
  silent: () => [
    <Trans key="t">Your microphone gives no sound at all.</Trans>,
    <Trans key="a">Is it switched off, at the headset or in the system's sound settings?</Trans>,
  ],
  unplugged: () => [
    <Trans key="t">The microphone is gone.</Trans>,
    <Trans key="a">
      It was unplugged, or the permission was taken back. The call goes on with silence: end it, and begin again with
      another one.
    </Trans>,
  ],
};

const CONNECTION: Record<string, () => Words> = {
  unreachable: () => [
    <Trans key="t">The server does not answer.</Trans>,
    <Trans key="a">The network may be down, or Offhook is being restarted. Try again in a moment.</Trans>,
  ],
  lost: () => [
    <Trans key="t">The connection was lost, and the call is over by now.</Trans>,
    <Trans key="a">Look at the network between this browser and the server.</Trans>,
  ],
  key: () => [
    <Trans key="t">You are not signed in any more.</Trans>,
    <Trans key="a">Load the page again, and sign in.</Trans>,
  ],
  taken: () => [
    <Trans key="t">Somebody talks to the caller already.</Trans>,
    <Trans key="a">You can take over when the call is handed back.</Trans>,
  ],
  elsewhere: () => [
    <Trans key="t">This call lives in another process of the server.</Trans>,
    <Trans key="a">It cannot be taken over from here. Telling the agent what to do works all the same.</Trans>,
  ],
  "not-live": () => [
    <Trans key="t">The call is over.</Trans>,
    <Trans key="a">There is nobody to talk to any more.</Trans>,
  ],
  "not-allowed": () => [
    <Trans key="t">This is not for your role.</Trans>,
    <Trans key="a">An owner of the workspace can change your role, under Settings, People.</Trans>,
  ],
  refused: () => [
    <Trans key="t">The server did not take the call.</Trans>,
    <Trans key="a">What it says about that stands in its log.</Trans>,
  ],
};

function Insecure() {
  const port = location.port || "80";
  const tunnel = `ssh -L ${port}:127.0.0.1:${port} you@${location.hostname}`;
  return (
    <>
      <Trans>A microphone needs https; plain http has one only on the very machine that serves it. So either:</Trans>
      <ul className={classes.ways}>
        <li>
          <Trans>put https in front of it (a proxy or a tunnel), or</Trans>
        </li>
        <li>
          <Trans>
            bring the port here, <code>{tunnel}</code>, and open http://localhost:{port}.
          </Trans>
        </li>
      </ul>
      <Trans>Typing works all the same.</Trans>
    </>
  );
}
