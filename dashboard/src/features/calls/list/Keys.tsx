import { useLingui } from "@lingui/react/macro";
import { Kbd, Modal } from "@mantine/core";
import classes from "./Calls.module.css";

export function Keys({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const keys: [string[], string][] = [
    [["j", "k"], t`next call, call before`],
    [[t`Space`], t`play or pause the call that is peeked at`],
    [["o", "↵"], t`open its page`],
    [["Esc"], t`close it`],
    [["/"], t`search`],
    [["f"], t`filter`],
    [["c"], t`place a call`],
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
