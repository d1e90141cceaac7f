import { Trans } from "@lingui/react/macro";
import { Anchor } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { problemOf } from "@/app/api";

/** Say what was done; with `undo` it can be taken back while the words stand. */
export function tell(message: ReactNode, undo?: () => void): void {
  const id = crypto.randomUUID();
  const back = () => {
    notifications.hide(id);
    undo?.();
  };
  notifications.show({
    id,
    autoClose: undo ? 8000 : 3500,
    withBorder: true,
    message: undo ? (
      <span>
        {message}{" "}
        <Anchor component="button" onClick={back} fw={600}>
          <Trans>Undo</Trans>
        </Anchor>
      </span>
    ) : (
      message
    ),
  });
}

/** Say why something was not done, where there is no better place for it. */
export function tellFailure(error: unknown): void {
  const problem = problemOf(error);
  const said = problem.status === 0 ? <Trans>The server does not answer. Nothing was changed.</Trans> : problem.message;
  notifications.show({
    color: "red",
    autoClose: 9000,
    withBorder: true,
    title: said,
    message: problem.whatToDo,
  });
}
