import { Trans } from "@lingui/react/macro";
import { Button, type ButtonProps, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Failed } from "./States";

interface Wish extends ButtonProps {
  /** What the button says, here and in the question. */
  label: ReactNode;
  /** The question. */
  title: ReactNode;
  /** What is lost, by name. */
  children: ReactNode;
  /** Resolves when it is done. */
  act: () => Promise<unknown>;
  isBusy?: boolean;
  error?: unknown;
}

/** A button for what cannot be undone: it names what is lost before it acts. */
export function ConfirmButton({ label, title, children, act, isBusy, error, ...button }: Wish) {
  const [isOpen, { open, close }] = useDisclosure(false);
  const go = () => act().then(close, () => undefined);
  return (
    <>
      <Button variant="default" size="xs" onClick={open} {...button}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{title}</Text>}>
        <Stack gap="sm">
          <div>{children}</div>
          {error ? <Failed error={error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              <Trans>Keep it</Trans>
            </Button>
            <Button color="red" loading={isBusy} onClick={() => void go()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
