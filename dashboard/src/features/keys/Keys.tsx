import { Trans, useLingui } from "@lingui/react/macro";
import { Accordion, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getVaultOptions, listProviderKeysOptions } from "@/client/@tanstack/react-query.gen";
import { Card, Page } from "@/ui/Page";
import { Rows } from "@/ui/Rows";
import { Failed, Loading } from "@/ui/States";
import { ToolKeys } from "./ToolKeys";
import { VendorKey } from "./VendorKey";
import { VENDORS } from "./vendors";

const USUAL = 6;

/** The owner's own keys: tried when they are saved, kept in the vault, never shown again. */
export function Keys() {
  const { t } = useLingui();
  const keys = useQuery(listProviderKeysOptions());
  const vault = useQuery(getVaultOptions());
  const isLocked = vault.data?.locked ?? false;
  const held = new Map(keys.data?.data.map((key) => [key.provider, key]));
  const usual = VENDORS.filter((vendor, place) => place < USUAL || held.has(vendor.id));
  const others = VENDORS.filter((vendor) => !usual.includes(vendor));
  return (
    <Page
      title={t`Keys`}
      tone={isLocked ? "bad" : "plain"}
      sentence={
        isLocked ? (
          <Trans>
            <b>The vault is locked</b>: {vault.data?.why}. Calls go on with what needs no key. Give the server the
            master key whose fingerprint is <code>{vault.data?.fingerprint}</code> (<code>OFFHOOK_MASTER_KEY</code>, or
            the file master.key in the data folder), and start it again.
          </Trans>
        ) : (
          <Trans>
            Your own accounts, your own prices: Offhook adds nothing to them. A key is tried once when you save it,
            sealed in the vault, and never shown again. Without any key, agents work with the voice, ears and brain of
            this server.
          </Trans>
        )
      }
    >
      {keys.isPending && <Loading rows={5} height={58} />}
      {keys.isError && <Failed error={keys.error} again={() => void keys.refetch()} />}
      {keys.data && (
        <Stack gap="md">
          <Card title={<Trans>For calls</Trans>}>
            <Rows label={t`Keys of vendors`}>
              {usual.map((vendor) => (
                <VendorKey key={vendor.id} vendor={vendor} held={held.get(vendor.id)} isLocked={isLocked} />
              ))}
            </Rows>
            <Accordion variant="default" chevronPosition="left">
              <Accordion.Item value="others">
                <Accordion.Control>
                  <Trans>{others.length} more vendors</Trans>
                </Accordion.Control>
                <Accordion.Panel>
                  <Rows label={t`Keys of other vendors`}>
                    {others.map((vendor) => (
                      <VendorKey key={vendor.id} vendor={vendor} held={undefined} isLocked={isLocked} />
                    ))}
                  </Rows>
                </Accordion.Panel>
              </Accordion.Item>
            </Accordion>
          </Card>
          <ToolKeys isLocked={isLocked} />
        </Stack>
      )}
    </Page>
  );
}
