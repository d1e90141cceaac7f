import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { createPriceMutation, deletePriceMutation, listPricesOptions } from "@/client/@tanstack/react-query.gen";
import type { NewPrice, PriceShown } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { PART_NAMES, UNIT_NAMES, useSpending } from "@/ui/spending";
import { tell, tellFailure } from "@/ui/tell";
import { exactMoney, When } from "@/ui/values";
import classes from "./Money.module.css";

const SHOWN = 12;

/** What one unit costs: your own prices over the vendors' lists. Calls keep the price that they were counted at. */
export function Prices() {
  const { t } = useLingui();
  const mayWrite = useMay("settings:write");
  const [asked, setAsked] = useState("");
  const prices = useQuery(listPricesOptions());
  const remove = useMutation({ ...deletePriceMutation(), onSuccess: () => freshen("Prices"), onError: tellFailure });
  const found = (prices.data?.data ?? []).filter(({ item, component }) =>
    `${component} ${item}`.toLowerCase().includes(asked.toLowerCase()),
  );
  const [isAll, setAll] = useState(false);
  return (
    <Card
      title={<Trans>Price book</Trans>}
      actions={
        <TextInput
          size="xs"
          aria-label={t`Find a price`}
          placeholder={t`find`}
          value={asked}
          onChange={({ currentTarget }) => setAsked(currentTarget.value)}
        />
      }
    >
      {prices.isPending && <Loading rows={4} />}
      {prices.isError && <Failed error={prices.error} />}
      <div className={classes.table}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`What`}</Table.Th>
              <Table.Th>{t`Unit`}</Table.Th>
              <Table.Th ta="right">{t`Price`}</Table.Th>
              <Table.Th>{t`Since`}</Table.Th>
              <Table.Th aria-label={t`Actions`} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.slice(0, isAll ? undefined : SHOWN).map((price) => (
              <One
                key={`${price.component}${price.item}${price.unit}${price.since}`}
                price={price}
                remove={mayWrite && price.id ? () => remove.mutate({ path: { price_id: price.id ?? "" } }) : undefined}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {found.length > SHOWN && !isAll && (
        <Button variant="default" mt="sm" onClick={() => setAll(true)}>
          <Trans>Show all {found.length}</Trans>
        </Button>
      )}
      {mayWrite && <Own />}
    </Card>
  );
}

function One({ price, remove }: { price: PriceShown; remove: (() => void) | undefined }) {
  const { i18n } = useLingui();
  const words = useSpending();
  const day = i18n.date(new Date(price.since), { dateStyle: "medium", timeZone: "UTC" });
  return (
    <Table.Tr>
      <Table.Td>
        {price.item} <small>({words.part(price.component)})</small>
      </Table.Td>
      <Table.Td>{words.unit(price.unit)}</Table.Td>
      <Table.Td ta="right">{exactMoney(price.price)}</Table.Td>
      <Table.Td>
        {price.id && <When at={price.since} isExact />}
        {!price.id && !price.is_estimate && <Trans>list price of {day}</Trans>}
        {!price.id && price.is_estimate && <Trans>usual on {day}: check at your carrier</Trans>}
      </Table.Td>
      <Table.Td ta="right">
        {remove && (
          <Button size="xs" variant="subtle" onClick={remove}>
            <Trans>Delete</Trans>
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Own() {
  const { t } = useLingui();
  const words = useSpending();
  const form = useForm<NewPrice>({ initialValues: { component: "carrier", item: "", unit: "minute", amount: "" } });
  const make = useMutation({
    ...createPriceMutation(),
    onSuccess: () => {
      form.reset();
      freshen("Prices");
      tell(<Trans>It holds for calls from now on.</Trans>);
    },
  });
  const problem = make.isError ? problemOf(make.error) : null;
  return (
    <form onSubmit={form.onSubmit((body) => make.mutate({ body }))}>
      <Group align="flex-start" gap="xs" mt="md">
        <Select
          label={t`Part`}
          w={120}
          data={PART_NAMES.map((value) => ({ value, label: words.part(value) }))}
          {...form.getInputProps("component")}
        />
        <TextInput
          label={t`As the record names it`}
          placeholder="twilio inbound"
          required
          withAsterisk={false}
          {...form.getInputProps("item")}
          error={problem?.at("/item")}
        />
        <Select
          label={t`Per`}
          w={160}
          data={UNIT_NAMES.map((value) => ({ value, label: words.unit(value) }))}
          {...form.getInputProps("unit")}
        />
        <TextInput
          label={t`Dollars`}
          w={110}
          placeholder="0.0085"
          required
          withAsterisk={false}
          {...form.getInputProps("amount")}
          error={problem?.at("/amount") ?? (problem?.flaws.length === 0 ? problem.message : undefined)}
        />
        <Button type="submit" variant="default" mt={24} loading={make.isPending}>
          <Trans>Set your price</Trans>
        </Button>
      </Group>
    </form>
  );
}
