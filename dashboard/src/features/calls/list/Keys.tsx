import { useLingui } from "@lingui/react/macro";
import { KeysDialog } from "@/ui/KeysDialog";

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
  return <KeysDialog isOpen={isOpen} onClose={onClose} keys={keys} />;
}
