import { useLingui } from "@lingui/react/macro";
import { Kbd, Modal } from "@mantine/core";
import classes from "./KeysDialog.module.css";

interface Shown {
  isOpen: boolean;
  onClose: () => void;
  /** Each with what it does. */
  keys: [signs: string[], says: string][];
}

/** The keys of a page, which `?` shows. */
export function KeysDialog({ isOpen, onClose, keys }: Shown) {
  const { t } = useLingui();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t`Keys of this page`}
      closeButtonProps={{ "aria-label": t`Close` }}
      size="sm"
    >
      <dl className={classes.keys}>
        {keys.map(([signs, says]) => (
          <div key={says}>
            <dt>
              {signs.map((sign) => (
                <Kbd key={sign}>{sign}</Kbd>
              ))}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
