import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { freshen } from "@/app/queries";
import { connectPhoneNumberMutation, listAvailablePhoneNumbersOptions } from "@/client/@tanstack/react-query.gen";
import type { AvailableNumber, CarrierAccount } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { tell } from "@/ui/tell";
import { AgentSelect } from "./AgentSelect";

/** Choose one of the account's numbers, and who answers it. */
export function ConnectNumber({ accounts, done }: { accounts: CarrierAccount[]; done: () => void }) {
  const { t } = useLingui();
  const [account, setAccount] = useState(accounts[0]?.id ?? "");
  const [asked, setAsked] = useState("");
  const [agent, setAgent] = useState<string | null>(null);
  const [q] = useDebouncedValue(asked, 250);
  const found = useQuery(listAvailablePhoneNumbersOptions({ query: { carrier_account_id: account, q } }));
  return (
    <Card
      title={<Trans>Connect a number</Trans>}
      actions={
        <Button variant="subtle" size="xs" onClick={done}>
          <Trans>Close</Trans>
        </Button>
      }
    >
      <Group align="flex-end" gap="sm" mb="xs">
        {accounts.length > 1 && (
          <Select
            label={t`Account`}
            data={accounts.map(({ id, name, account_sid }) => ({ value: id, label: name || account_sid }))}
            value={account}
            onChange={(value) => setAccount(value ?? "")}
          />
        )}
        <AgentSelect label={t`Who answers`} value={agent} onChange={setAgent} />
        <TextInput
          label={t`Find`}
          placeholder={t`digits or name`}
          value={asked}
          onChange={({ currentTarget }) => setAsked(currentTarget.value)}
        />
      </Group>
      {found.isPending && <Loading rows={3} height={52} />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data?.data.length === 0 && (
        <Empty title={<Trans>The account has no such number</Trans>}>
          <Trans>Numbers are bought at Twilio; a new one is seen here at once.</Trans>
        </Empty>
      )}
      <Rows label={t`Numbers of the account`}>
        {found.data?.data.map((one) => (
          <Available key={one.number} one={one} account={account} agent={agent} done={done} />
        ))}
      </Rows>
    </Card>
  );
}

interface Choice {
  one: AvailableNumber;
  account: string;
  agent: string | null;
  done: () => void;
}

function Available({ one, account, agent, done }: Choice) {
  const connect = useMutation({
    ...connectPhoneNumberMutation(),
    onSuccess: () => {
      freshen("Numbers");
      tell(<Trans>{one.number} is connected: call it.</Trans>);
      done();
    },
  });
  const why = whyNot(one);
  return (
    <Row
      title={one.number}
      actions={
        why ? (
          <Text size="sm" c="dimmed">
            {why}
          </Text>
        ) : (
          <Button
            size="xs"
            loading={connect.isPending}
            onClick={() =>
              connect.mutate({ body: { carrier_account_id: account, number: one.number, agent_id: agent } })
            }
          >
            <Trans>Connect</Trans>
          </Button>
        )
      }
    >
      <Stack gap={2}>
        <span>
          {one.name && one.name !== one.number && <>{one.name} · </>}
          {one.turns_to ? (
            <Trans>goes to {one.turns_to} now; put back on release</Trans>
          ) : (
            <Trans>goes nowhere now</Trans>
          )}
        </span>
        {connect.isError && <Failed error={connect.error} />}
      </Stack>
    </Row>
  );
}

function whyNot(one: AvailableNumber) {
  if (one.phone_number_id) return <Trans>connected already</Trans>;
  return one.takes_calls ? null : <Trans>takes no voice calls</Trans>;
}
