import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, Table } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getUsageOptions } from "@/client/@tanstack/react-query.gen";
import type { MonthUsage } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import { useSpending } from "@/ui/spending";
import { exactMoney, money, number } from "@/ui/values";
import classes from "./Money.module.css";
import { monthBefore, monthInWords } from "./months";
import { moneyRoute } from "./routes";
import { partsOf } from "./spent";

const MONTHS_BACK = 24;

/** What was used in a month, and what it cost: to be looked at here, or taken away for whoever keeps the books. */
export function Statement() {
  const { t, i18n } = useLingui();
  const { month } = moneyRoute.useSearch();
  const navigate = moneyRoute.useNavigate();
  const now = useQuery({ ...getUsageOptions(), staleTime: 60_000 });
  const shown = useQuery({ ...getUsageOptions({ query: { month: month ?? "" } }), staleTime: 60_000 });
  const usage = shown.data as MonthUsage | undefined;
  const latest = (now.data as MonthUsage | undefined)?.month ?? month;
  const months = latest ? Array.from({ length: MONTHS_BACK }, (_, back) => monthBefore(latest, back)) : [];
  const choice = [...new Set([...months, ...(month ? [month] : [])])].sort().reverse();
  const wanted = month ?? latest;
  return (
    <Card
      title={<Trans>Statement</Trans>}
      actions={
        wanted && (
          <>
            <Select
              size="xs"
              w={170}
              aria-label={t`Month`}
              allowDeselect={false}
              data={choice.map((value) => ({ value, label: monthInWords(value, i18n.locale) }))}
              value={wanted}
              onChange={(value) =>
                void navigate({ search: value && value !== latest ? { month: value } : {}, replace: true })
              }
            />
            <Files month={wanted} />
          </>
        )
      }
    >
      {shown.isPending && <Loading rows={3} />}
      {shown.isError && <Failed error={shown.error} again={() => void shown.refetch()} />}
      {usage && (usage.calls === 0 ? <Nothing usage={usage} /> : <Sums usage={usage} />)}
    </Card>
  );
}

function Files({ month }: { month: string }) {
  const href = (format: string) => `/v1/usage?${new URLSearchParams({ month, format })}`;
  return (
    <Group gap={8}>
      {["pdf", "csv"].map((format) => (
        <Button
          key={format}
          component="a"
          href={href(format)}
          download={`usage-${month}.${format}`}
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </Group>
  );
}

function Nothing({ usage }: { usage: MonthUsage }) {
  const { i18n } = useLingui();
  const month = monthInWords(usage.month, i18n.locale);
  return (
    <Empty title={usage.is_over ? <Trans>No call in {month}</Trans> : <Trans>No call in {month} so far</Trans>}>
      <Trans>
        With the first call stands here what was used of what, and what it cost. Trials and samples do not count.
      </Trans>
    </Empty>
  );
}

function Sums({ usage }: { usage: MonthUsage }) {
  const minutes = number(usage.minutes, 1);
  const cost = money(usage.cost);
  return (
    <>
      <p className={classes.sum}>
        <b>{cost}</b> <Plural value={usage.calls} one="for # call" other="for # calls" />{" "}
        <Trans>of {minutes} minutes together.</Trans> {!usage.is_over && <Trans>The month goes on.</Trans>}
        <Doubts usage={usage} />
      </p>
      <ByAgent usage={usage} />
      <ByThing usage={usage} />
    </>
  );
}

/** What the sum does not know. */
function Doubts({ usage }: { usage: MonthUsage }) {
  return (
    <>
      {usage.unpriced_calls > 0 && (
        <small>
          <Plural
            value={usage.unpriced_calls}
            one="In # call something was used whose price nobody has told: set it in the price book."
            other="In # calls something was used whose price nobody has told: set it in the price book."
          />
        </small>
      )}
      {usage.has_estimates && (
        <small>
          <Trans>Counted at list prices where you set none of your own: what a vendor takes may be another sum.</Trans>
        </small>
      )}
    </>
  );
}

function ByAgent({ usage }: { usage: MonthUsage }) {
  const { t } = useLingui();
  return (
    <section className={classes.table} aria-label={t`Cost by agent`}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Agent`}</Table.Th>
            <Table.Th ta="right">{t`Calls`}</Table.Th>
            <Table.Th ta="right">{t`Minutes`}</Table.Th>
            <Table.Th ta="right">{t`Cost`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {usage.agents.map((one) => (
            <Table.Tr key={one.agent_id}>
              <Table.Th scope="row">{one.agent_name || t`an agent that is gone`}</Table.Th>
              <Table.Td ta="right">{number(one.calls)}</Table.Td>
              <Table.Td ta="right">{number(one.minutes, 1)}</Table.Td>
              <Table.Td ta="right">{money(one.cost)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function ByThing({ usage }: { usage: MonthUsage }) {
  const { t } = useLingui();
  const words = useSpending();
  return (
    <section className={classes.table} aria-label={t`Cost by what was used`}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`What`}</Table.Th>
            <Table.Th ta="right">{t`Used`}</Table.Th>
            <Table.Th ta="right">{t`Price`}</Table.Th>
            <Table.Th ta="right">{t`Cost`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        {partsOf(usage.lines).map(({ component, cost, lines }) => (
          <Table.Tbody key={component}>
            <Table.Tr className={classes.part}>
              <Table.Th scope="rowgroup" colSpan={3}>
                {words.part(component)}
              </Table.Th>
              <Table.Td ta="right">{cost ? money(cost) : "–"}</Table.Td>
            </Table.Tr>
            {lines.map((line) => (
              <Table.Tr key={`${line.item}${line.unit}${line.price?.amount}${line.is_own_price}`}>
                <Table.Td>{line.item}</Table.Td>
                <Table.Td ta="right">
                  {number(line.quantity)} <small>{words.unit(line.unit, line.quantity)}</small>
                </Table.Td>
                <Table.Td ta="right">{line.price ? exactMoney(line.price) : <Trans>not known</Trans>}</Table.Td>
                <Table.Td ta="right">{line.cost ? money(line.cost) : "–"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        ))}
      </Table>
    </section>
  );
}
