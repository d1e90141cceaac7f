import { Plural, Trans } from "@lingui/react/macro";
import { IconCheck, IconCloudOff, IconPencilExclamation } from "@tabler/icons-react";
import { useEditing, useFlaws } from "../draft/context";
import classes from "./Editor.module.css";

/** Whether what stands on the page is saved: quiet while it is. */
export function SaveState() {
  const { state, isReadOnly } = useEditing();
  const flaws = useFlaws();
  if (isReadOnly) return null;
  switch (state.saving) {
    case "refused":
      return (
        <span className={classes.save} data-tone="look" role="status">
          <IconPencilExclamation size={15} aria-hidden />
          <Plural value={flaws.length} one="Not saved: # field to mend" other="Not saved: # fields to mend" />
        </span>
      );
    case "away":
      return (
        <span className={classes.save} data-tone="look" role="status">
          <IconCloudOff size={15} aria-hidden />
          <Trans>Kept in this browser until the server is back</Trans>
        </span>
      );
    case "clash":
      return (
        <span className={classes.save} data-tone="look" role="status">
          <Trans>Not saved: choose below</Trans>
        </span>
      );
    case "saved":
      return (
        <span className={classes.save} role="status">
          <IconCheck size={15} aria-hidden />
          <Trans>Saved</Trans>
        </span>
      );
    default:
      return (
        <span className={classes.save} role="status">
          <Trans>Saving…</Trans>
        </span>
      );
  }
}
