import { useLingui } from "@lingui/react/macro";
import { Kbd, Modal } from "@mantine/core";
import classes from "./CallPage.module.css";

export function KeysHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const keys: [string[], string][] = [
    [[t`Space`], t`play or pause`],
    [["j", "k"], t`next turn, turn before`],
    [["←", "→"], t`five seconds back, and on`],
    [["s"], t`skip silence`],
    [["<", ">"], t`slower, faster`],
    [["+", "−"], t`nearer, further away`],
    [["e"], t`edit the agent`],
    [["?"], t`these keys`],
  ];
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
