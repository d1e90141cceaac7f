import { Button, type ButtonProps } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useState } from "react";

const ConfirmDialog = lazy(() => import("./ConfirmDialog"));

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
  const [isOpen, setOpen] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const close = () => setOpen(false);
  const open = () => {
    setAsked(true);
    setOpen(true);
  };
  const go = () => act().then(close, () => undefined);
  return (
    <>
      <Button variant="default" size="xs" onClick={open} {...button}>
        {label}
      </Button>
      {isAsked && (
        <Suspense>
          <ConfirmDialog
            isOpen={isOpen}
            close={close}
            label={label}
            title={title}
            go={() => void go()}
            isBusy={isBusy}
            error={error}
          >
            {children}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}
