import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Drawer, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { Loading } from "@/ui/States";
import classes from "./Peek.module.css";

export interface PeekProps {
  callId: string;
  onClose: () => void;
  onNext: () => void;
  onBefore: () => void;
  onOpen: () => void;
}

// The transcript and its player come with the first peek.
const PeekedCall = lazy(() => import("./PeekedCall"));

/** Beside the list, which stays. */
export function PeekPane(props: PeekProps) {
  const { t } = useLingui();
  return (
    <aside className={classes.pane} aria-label={t`The call that is peeked at`}>
      <Head {...props} />
      <Body callId={props.callId} />
    </aside>
  );
}

/** Where there is no room beside the list. */
export function PeekDrawer(props: PeekProps) {
  const { t } = useLingui();
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size={480}
      withCloseButton={false}
      aria-label={t`The call that is peeked at`}
    >
      <Head {...props} />
      <Body callId={props.callId} />
    </Drawer>
  );
}

function Head({ onClose, onNext, onBefore, onOpen }: PeekProps) {
  const { t } = useLingui();
  const icon = { variant: "subtle", color: "gray", size: 34 } as const;
  return (
    <div className={classes.head}>
      <Tooltip label={t`Call before (k)`}>
        <ActionIcon {...icon} aria-label={t`Call before`} onClick={onBefore}>
          <IconArrowUp size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t`Next call (j)`}>
        <ActionIcon {...icon} aria-label={t`Next call`} onClick={onNext}>
          <IconArrowDown size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Button variant="default" size="xs" className={classes.open} onClick={onOpen}>
        <Trans>Open its page</Trans>
      </Button>
      <Tooltip label={t`Close (Esc)`}>
        <ActionIcon {...icon} aria-label={t`Close`} onClick={onClose}>
          <IconX size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Body({ callId }: { callId: string }) {
  return (
    <div className={classes.body}>
      <Suspense fallback={<Loading rows={5} height={56} />}>
        <PeekedCall key={callId} callId={callId} />
      </Suspense>
    </div>
  );
}
