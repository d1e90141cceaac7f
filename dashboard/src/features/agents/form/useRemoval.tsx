import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEditing } from "../draft/context";
import { type Path, setAt } from "../draft/document";

const SHOWN_MS = 8000;

/** Changes that take something away: done at once, and undone by one click. */
export function useUndoable(): (path: Path, value: unknown, said: string) => void {
  const { store } = useEditing();
  const { t } = useLingui();
  return (path, value, said) => {
    const before = store.now().doc;
    store.replace(setAt(before, path, value));
    const id = notifications.show({
      autoClose: SHOWN_MS,
      closeButtonProps: { "aria-label": t`Close` },
      message: (
        <Group justify="space-between" wrap="nowrap">
          {said}
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              store.replace(before);
              notifications.hide(id);
            }}
          >
            <Trans>Undo</Trans>
          </Button>
        </Group>
      ),
    });
  };
}
