import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/app/session";
import { listCarrierAccountsOptions, listPhoneNumbersOptions } from "@/client/@tanstack/react-query.gen";
import { ConnectAccount } from "@/features/numbers/Accounts";
import { ConnectNumber } from "@/features/numbers/ConnectNumber";
import { useAgentNames } from "@/ui/agents";
import { Failed, Loading, NotAllowed } from "@/ui/States";

/** The carrier's account, then one of its numbers, then who answers it. */
export function NumberStep() {
  const mayWrite = useMay("numbers:write");
  const nameOf = useAgentNames();
  const accounts = useQuery(listCarrierAccountsOptions());
  const numbers = useQuery(listPhoneNumbersOptions({ query: { limit: 50 } }));
  if (accounts.isPending || numbers.isPending) return <Loading rows={2} height={64} />;
  if (accounts.isError) return <Failed error={accounts.error} again={() => void accounts.refetch()} />;
  if (numbers.isError) return <Failed error={numbers.error} again={() => void numbers.refetch()} />;
  const first = numbers.data.data[0];
  if (first !== undefined) {
    return (
      <p>
        {first.agent_id ? (
          <Trans>
            <b>{first.number}</b> is answered by {nameOf(first.agent_id)}.
          </Trans>
        ) : (
          <Trans>
            <b>{first.number}</b> is connected, and nobody answers it yet.
          </Trans>
        )}{" "}
        <Link to="/numbers">
          <Trans>Numbers</Trans>
        </Link>
      </p>
    );
  }
  if (!mayWrite) return <NotAllowed />;
  return (
    <>
      <p>
        <Trans>
          A number comes from Twilio: about a dollar a month, and a cent a minute. Offhook writes where its calls go,
          and remembers what was there before.
        </Trans>
      </p>
      {accounts.data.data.length === 0 ? (
        <ConnectAccount />
      ) : (
        <ConnectNumber accounts={accounts.data.data} done={() => undefined} />
      )}
    </>
  );
}
