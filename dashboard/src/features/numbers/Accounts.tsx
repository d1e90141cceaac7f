import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { said } from "@/app/said";
import {
  checkCarrierAccountMutation,
  connectCarrierAccountMutation,
  deleteCarrierAccountMutation,
} from "@/client/@tanstack/react-query.gen";
import type { CarrierAccount } from "@/client/types.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Card } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Failed } from "@/ui/States";
import { tell } from "@/ui/tell";
import { When } from "@/ui/values";

/** A carrier's account: its keys are tried at the carrier before they are kept. */
export function ConnectAccount({ done }: { done?: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { account_sid: "", auth_token: "", name: "" } });
  const connect = useMutation({
    ...connectCarrierAccountMutation(),
    onSuccess: () => {
      freshen("Numbers", "Carriers");
      tell(<Trans>Twilio took the keys.</Trans>);
      done?.();
    },
  });
  const problem = connect.isError ? problemOf(connect.error) : null;
  const isAtField = problem?.at("/account_sid") || problem?.at("/auth_token");
  return (
    <form onSubmit={form.onSubmit((values) => connect.mutate({ body: { carrier: "twilio", ...values } }))}>
      <Stack gap="sm" maw={520}>
        <TextInput
          label={t`Account SID`}
          description={
            <Trans>
              Both stand on the first page of{" "}
              <Anchor href="https://console.twilio.com" target="_blank" rel="noreferrer" size="sm">
                console.twilio.com
              </Anchor>
              .
            </Trans>
          }
          placeholder="AC…"
          autoComplete="off"
          required
          withAsterisk={false}
          {...form.getInputProps("account_sid")}
          error={problem?.at("/account_sid")}
        />
        <PasswordInput
          label={t`Auth token`}
          description={t`The primary one: Twilio signs its requests with it. Kept in the vault, never shown again.`}
          autoComplete="off"
          required
          withAsterisk={false}
          {...form.getInputProps("auth_token")}
          error={problem?.at("/auth_token")}
        />
        {connect.isError && !isAtField && <Failed error={connect.error} />}
        <Button type="submit" loading={connect.isPending} style={{ alignSelf: "start" }}>
          <Trans>Try and connect</Trans>
        </Button>
      </Stack>
    </form>
  );
}

const TONES = { ok: "good", unreachable: "look" } as Record<string, "good" | "look">;

export function Accounts({ accounts, mayWrite }: { accounts: CarrierAccount[]; mayWrite: boolean }) {
  const { t } = useLingui();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  return (
    <Card
      title={<Trans>Carrier accounts</Trans>}
      actions={
        mayWrite && (
          <Button variant="subtle" size="xs" onClick={toggle} aria-expanded={isOpen}>
            <Trans>Connect another, or a new token</Trans>
          </Button>
        )
      }
    >
      <Rows label={t`Carrier accounts`}>
        {accounts.map((account) => (
          <Account key={account.id} account={account} mayWrite={mayWrite} />
        ))}
      </Rows>
      {isOpen && <ConnectAccount done={close} />}
    </Card>
  );
}

function Account({ account, mayWrite }: { account: CarrierAccount; mayWrite: boolean }) {
  const check = useMutation({ ...checkCarrierAccountMutation(), onSuccess: () => freshen("Numbers", "Carriers") });
  const forget = useMutation({ ...deleteCarrierAccountMutation(), onSuccess: () => freshen("Numbers", "Carriers") });
  return (
    <Row
      title={
        <>
          {account.name || "Twilio"}
          <State tone={TONES[account.status] ?? "bad"}>{account.status}</State>
        </>
      }
      actions={
        mayWrite && (
          <>
            <Button
              variant="subtle"
              size="xs"
              loading={check.isPending}
              onClick={() => check.mutate({ path: { account_id: account.id } })}
            >
              <Trans>Try it</Trans>
            </Button>
            <ConfirmButton
              label={<Trans>Disconnect</Trans>}
              title={<Trans>Disconnect this account?</Trans>}
              act={() => forget.mutateAsync({ path: { account_id: account.id } })}
              isBusy={forget.isPending}
              error={forget.error}
            >
              <Trans>
                Its token is forgotten. Release its numbers first, so that Twilio gets its old settings back.
              </Trans>
            </ConfirmButton>
          </>
        )
      }
    >
      <code>{account.account_sid}</code>
      {account.detail && <> · {said(account.detail)}</>}
      {account.checked_at && (
        <>
          {" "}
          · <When at={account.checked_at} />
        </>
      )}
    </Row>
  );
}
