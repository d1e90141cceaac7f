import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconFileMusic, IconFileText, IconLink, IconShare3, IconTimeline, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { problemOf } from "@/app/api";
import { freshen, queries } from "@/app/queries";
import { useMay } from "@/app/session";
import type { CallRecord } from "@/client";
import { deleteCallMutation, getCallQueryKey } from "@/client/@tanstack/react-query.gen";
import { Card } from "@/ui/Page";
import { number } from "@/ui/values";
import { CopyAsTest } from "./CopyAsTest";
import type { Player } from "./player";
import { ShareMoment } from "./ShareMoment";
import classes from "./Side.module.css";

/** What can be taken along, shown to others, or deleted. */
export function Keep({ record, player }: { record: CallRecord; player: Player }) {
  const { t } = useLingui();
  const mayWrite = useMay("calls:write");
  const [isSharing, share] = useDisclosure(false);
  const [isDeleting, remove] = useDisclosure(false);
  const base = `/v1/calls/${record.id}`;
  const size = record.recording_bytes ? `${number(record.recording_bytes / 1e6, 1)} MB` : "";
  return (
    <Card title={<Trans>Keep and share</Trans>}>
      <ul className={classes.links}>
        <li>
          <button type="button" onClick={() => void copyMoment(player.at, t`The link to this moment is copied.`)}>
            <IconLink size={17} stroke={1.6} aria-hidden />
            <Trans>Copy the link to this moment</Trans>
          </button>
        </li>
        {mayWrite && record.is_whole && (
          <li>
            <button type="button" onClick={share.open}>
              <IconShare3 size={17} stroke={1.6} aria-hidden />
              <Trans>Share with somebody outside</Trans>
            </button>
          </li>
        )}
        <CopyAsTest record={record} />
        {record.recording_bytes && (
          <Download href={`${base}/recording`} file={`${record.id}.wav`} icon={IconFileMusic} size={size}>
            <Trans>Recording</Trans>
          </Download>
        )}
        <Download href={`${base}/transcript?format=text`} file={`${record.id}.txt`} icon={IconFileText}>
          <Trans>Transcript</Trans>
        </Download>
        <Download href={`${base}/journal`} file={`${record.id}.jsonl`} icon={IconTimeline}>
          <Trans>Journal</Trans>
        </Download>
        {mayWrite && record.is_whole && (
          <li>
            <button type="button" onClick={remove.open}>
              <IconTrash size={17} stroke={1.6} aria-hidden />
              <Trans>Delete this call</Trans>
            </button>
          </li>
        )}
      </ul>
      <ShareMoment callId={record.id} player={player} isOpen={isSharing} onClose={share.close} />
      <Delete record={record} isOpen={isDeleting} onClose={remove.close} />
    </Card>
  );
}

export async function copyMoment(at: number, done: string): Promise<void> {
  const address = new URL(location.href);
  if (at >= 0.1) address.searchParams.set("at", at.toFixed(1));
  await navigator.clipboard.writeText(address.href);
  notifications.show({ message: done });
}

interface DownloadProps {
  href: string;
  file: string;
  icon: typeof IconLink;
  size?: string;
  children: React.ReactNode;
}

function Download({ href, file, icon: Icon, size, children }: DownloadProps) {
  return (
    <li>
      <a href={href} download={file}>
        <Icon size={17} stroke={1.6} aria-hidden />
        {children}
        {size && <small>{size}</small>}
      </a>
    </li>
  );
}

function Delete({ record, isOpen, onClose }: { record: CallRecord; isOpen: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const remove = useMutation({
    ...deleteCallMutation(),
    // The page is left first: what is gone is not to be read again when the server tells that it has changed.
    onMutate: async () => {
      await navigate({ to: "/calls" });
      queries.removeQueries({ queryKey: getCallQueryKey({ path: { call_id: record.id } }) });
    },
    onSuccess: () => {
      freshen("Calls");
      notifications.show({ message: t`The call is deleted.` });
    },
    onError: (error) => notifications.show({ color: "red", message: problemOf(error).message }),
  });
  return (
    <Modal opened={isOpen} onClose={onClose} title={t`Delete this call?`} closeButtonProps={{ "aria-label": t`Close` }}>
      <Text>
        <Trans>
          Its recording, its words, its journal and its times are gone for good, and links to it open nothing any more.
        </Trans>
      </Text>
      <Group mt="md" justify="flex-end">
        <Button variant="default" onClick={onClose}>
          <Trans>Keep it</Trans>
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate({ path: { call_id: record.id } })}>
          <Trans>Delete</Trans>
        </Button>
      </Group>
    </Modal>
  );
}
