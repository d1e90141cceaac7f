import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { freshen } from "@/app/queries";
import type { CallLink } from "@/client";
import { listCallLinksOptions, revokeCallLinkMutation, shareCallMutation } from "@/client/@tanstack/react-query.gen";
import { Failed } from "@/ui/States";
import { clockTime, When } from "@/ui/values";
import type { Player } from "./player";
import classes from "./Side.module.css";

const DAY_S = 86_400;

interface Props {
  callId: string;
  player: Player;
  isOpen: boolean;
  onClose: () => void;
}

/** A link for people without an account: to this call alone, for some days, with numbers hidden. */
export function ShareMoment({ callId, player, isOpen, onClose }: Props) {
  const { t } = useLingui();
  return (
    <Modal opened={isOpen} onClose={onClose} title={t`Share this moment`} closeButtonProps={{ "aria-label": t`Close` }}>
      <NewLink callId={callId} at={player.at} />
      <Links callId={callId} />
    </Modal>
  );
}

function NewLink({ callId, at }: { callId: string; at: number }) {
  const { t } = useLingui();
  const [days, setDays] = useState("7");
  const [isHidden, setHidden] = useState(true);
  const share = useMutation({ ...shareCallMutation(), onSuccess: () => freshen("Calls") });
  const place = clockTime(at);
  if (share.data) {
    return (
      <Stack gap="sm">
        <TextInput
          label={t`The link`}
          description={t`It is shown this once.`}
          readOnly
          value={share.data.url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={share.data.url}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? t`Copied` : t`Copy the link`}</Button>}
        </CopyButton>
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      <Text c="dimmed">
        <Trans>
          Whoever has the link hears this call from {place} on and reads what was said, without signing in. Nothing
          else.
        </Trans>
      </Text>
      <Select
        label={t`It opens for`}
        value={days}
        onChange={(chosen) => setDays(chosen ?? "7")}
        data={[
          { value: "1", label: t`a day` },
          { value: "7", label: t`a week` },
          { value: "30", label: t`30 days` },
        ]}
      />
      <Switch
        label={t`Hide numbers and addresses`}
        description={t`Telephone, card and other long numbers and e-mail addresses: covered in the words, silent in the recording.`}
        checked={isHidden}
        onChange={(event) => setHidden(event.currentTarget.checked)}
      />
      {share.isError && <Failed error={share.error} />}
      <Button
        loading={share.isPending}
        onClick={() =>
          share.mutate({
            path: { call_id: callId },
            body: { at_ms: Math.round(at * 1000), expires_in_s: Number(days) * DAY_S, redact: isHidden },
          })
        }
      >
        <Trans>Make a link</Trans>
      </Button>
    </Stack>
  );
}

function Links({ callId }: { callId: string }) {
  const links = useQuery(listCallLinksOptions({ path: { call_id: callId } }));
  const shown = links.data?.data ?? [];
  if (shown.length === 0) return null;
  return (
    <>
      <Text mt="lg" size="sm" fw={600} c="dimmed">
        <Trans>Links that open this call now</Trans>
      </Text>
      <ul className={classes.links}>
        {shown.map((link) => (
          <OpenLink key={link.id} link={link} />
        ))}
      </ul>
    </>
  );
}

function OpenLink({ link }: { link: CallLink }) {
  const place = clockTime(link.at_ms / 1000);
  const revoke = useMutation({ ...revokeCallLinkMutation(), onSuccess: () => freshen("Calls") });
  return (
    <li style={{ display: "flex", alignItems: "center", gap: 8 }}>
      <Text size="sm" flex={1}>
        {link.created_by_name} · <Trans>from {place}</Trans> · <Trans>until</Trans>{" "}
        <When at={link.expires_at} isExact />
      </Text>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        loading={revoke.isPending}
        onClick={() => revoke.mutate({ path: { call_id: link.call_id, link_id: link.id } })}
      >
        <Trans>Take back</Trans>
      </Button>
    </li>
  );
}
