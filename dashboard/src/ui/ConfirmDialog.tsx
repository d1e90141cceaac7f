import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Failed } from "./States";

interface Question {
  isOpen: boolean;
  close: () => void;
  label: ReactNode;
  title: ReactNode;
  children: ReactNode;
  go: () => void;
  isBusy?: boolean | undefined;
  error?: unknown;
}

/** The question of a `ConfirmButton`; fetched when it is asked first. */
export default function ConfirmDialog({ isOpen, close, label, title, children, go, isBusy, error }: Question) {
  const { t } = useLingui();
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={<Text fw={600}>{title}</Text>}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Stack gap="sm">
        <div>{children}</div>
        {error ? <Failed error={error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            <Trans>Keep it</Trans>
          </Button>
          <Button color="red" loading={isBusy} onClick={go}>
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
