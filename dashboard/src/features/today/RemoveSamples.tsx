import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { deleteSamplesMutation } from "@/client/@tanstack/react-query.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { tell } from "@/ui/tell";

/** The samples of the first start can go, all at once. */
export function RemoveSamples() {
  const mayAgents = useMay("agents:write");
  const mayCalls = useMay("calls:write");
  const remove = useMutation({
    ...deleteSamplesMutation(),
    onSuccess: () => {
      freshen("Calls", "Agents", "Questions", "Tasks", "Today");
      tell(<Trans>The samples are gone.</Trans>);
    },
  });
  if (!mayAgents || !mayCalls) return null;
  return (
    <ConfirmButton
      label={<Trans>Remove the samples</Trans>}
      title={<Trans>Remove the sample agent and its calls?</Trans>}
      act={() => remove.mutateAsync({})}
      isBusy={remove.isPending}
      error={remove.error}
      variant="subtle"
    >
      <Trans>
        The sample agent goes with its document, and so do the sample calls. Nothing of yours is touched: an agent that
        you changed, or gave a number, stays. They do not come back.
      </Trans>
    </ConfirmButton>
  );
}
