import { useLingui } from "@lingui/react/macro";
import { KeysDialog } from "@/ui/KeysDialog";

/** The keys of every page. */
export default function GoKeys({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const keys: [string[], string][] = [
    [["g", "t"], t`Today`],
    [["g", "l"], t`Live`],
    [["g", "c"], t`Calls`],
    [["g", "a"], t`Agents`],
    [["g", "q"], t`Not answered`],
    [["g", "n"], t`Numbers`],
    [["g", "y"], t`Analytics`],
    [["g", "k"], t`Keys`],
    [["g", "m"], t`Limits and money`],
    [["g", "s"], t`System`],
    [["g", "e"], t`Settings`],
    [["?"], t`these keys; calls and their pages have more`],
  ];
  return <KeysDialog isOpen={isOpen} onClose={onClose} keys={keys} />;
}
