import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { rollbackAgentMutation } from "@/client/@tanstack/react-query.gen";

const SHOWN_MS = 12_000;

/** Says what was done, with the way back beside it. */
export function useTold(): (said: string, undo?: () => void) => void {
  const { t } = useLingui();
  return (said, undo) => {
    const id = notifications.show({
      autoClose: SHOWN_MS,
      closeButtonProps: { "aria-label": t`Close` },
      message: (
        <Group justify="space-between" wrap="nowrap">
          {said}
          {undo && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                undo();
                notifications.hide(id);
              }}
            >
              <Trans>Undo</Trans>
            </Button>
          )}
        </Group>
      ),
    });
  };
}

/** Have an old version answer again; undone by having the one before answer again. */
export function useRollBack(agentId: string, published: number | null): (version: number) => void {
  const { t } = useLingui();
  const told = useTold();
  const roll = useMutation({
    ...rollbackAgentMutation(),
    onSuccess: () => freshen("Agents"),
    onError: (error) => told(problemOf(error).message),
  });
  const to = (version: number, after?: () => void) =>
    roll.mutate({ path: { agent_id: agentId }, body: { version } }, { onSuccess: after });
  return (version) =>
    to(version, () =>
      told(t`What version ${version} said answers again.`, published === null ? undefined : () => to(published)),
    );
}
