import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/app/session";
import { listCarrierAccountsOptions, listPhoneNumbersOptions } from "@/client/@tanstack/react-query.gen";
import { Card, Page } from "@/ui/Page";
import { Rows } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { Accounts, ConnectAccount } from "./Accounts";
import { ConnectNumber } from "./ConnectNumber";
import { NumberRow } from "./NumberRow";

/** Telephone numbers and the carrier accounts that they belong to. */
export function Numbers() {
  const { t } = useLingui();
  const accounts = useQuery(listCarrierAccountsOptions());
  const numbers = useQuery(listPhoneNumbersOptions({ query: { limit: 50 } }));
  const mayWrite = useMay("numbers:write");
  const [isAdding, setAdding] = useState(false);
  const held = accounts.data?.data ?? [];
  const known = numbers.data?.data ?? [];
  const drifted = known.filter(({ status }) => status === "drifted").length;
  const hasNone = accounts.isSuccess && held.length === 0;
  return (
    <Page
      title={t`Numbers`}
      tone={drifted ? "look" : "plain"}
      sentence={said(hasNone, known.length, drifted)}
      actions={
        mayWrite &&
        held.length > 0 && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            <Trans>Connect a number</Trans>
          </Button>
        )
      }
    >
      {(accounts.isPending || numbers.isPending) && <Loading rows={3} height={64} />}
      {accounts.isError && <Failed error={accounts.error} again={() => void accounts.refetch()} />}
      {numbers.isError && <Failed error={numbers.error} again={() => void numbers.refetch()} />}
      {hasNone && mayWrite && (
        <Card title={<Trans>Connect your Twilio account</Trans>}>
          <ConnectAccount />
        </Card>
      )}
      {hasNone && !mayWrite && <Empty title={<Trans>No carrier account is connected</Trans>} />}
      {isAdding && held.length > 0 && <ConnectNumber accounts={held} done={() => setAdding(false)} />}
      {known.length > 0 && (
        <Card title={<Trans>Numbers that answer</Trans>}>
          <Rows label={t`Numbers`}>
            {known.map((number) => (
              <NumberRow key={number.id} number={number} mayWrite={mayWrite} />
            ))}
          </Rows>
        </Card>
      )}
      {held.length > 0 && numbers.isSuccess && known.length === 0 && !isAdding && (
        <Empty
          title={<Trans>The account is connected, and no number yet</Trans>}
          action={
            mayWrite && (
              <Button onClick={() => setAdding(true)}>
                <Trans>Choose a number</Trans>
              </Button>
            )
          }
        >
          <Trans>
            Choose one that you own at Twilio. Offhook writes where its calls go, and remembers what was there.
          </Trans>
        </Empty>
      )}
      {held.length > 0 && <Accounts accounts={held} mayWrite={mayWrite} />}
    </Page>
  );
}

function said(hasNone: boolean, count: number, drifted: number) {
  if (hasNone) {
    return (
      <Trans>
        To answer a real telephone you need a number at Twilio: about a dollar a month, and a cent a minute. Agents can
        be tried in the browser without one.
      </Trans>
    );
  }
  if (drifted > 0) {
    return <Trans>A number was changed at the carrier, and its calls may not come here. Look at it below.</Trans>;
  }
  return count > 0 ? <Trans>Whoever calls one of these numbers reaches the agent beside it.</Trans> : null;
}
