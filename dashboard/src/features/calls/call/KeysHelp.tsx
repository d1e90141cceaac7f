import { useLingui } from "@lingui/react/macro";
import { KeysDialog } from "@/ui/KeysDialog";

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
  return <KeysDialog isOpen={isOpen} onClose={onClose} keys={keys} />;
}
