import { plural } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { SegmentedControl, Select } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryAnalytics } from "@/client/sdk.gen";
import type { AnalyticsAnswer, AnalyticsQuery } from "@/client/types.gen";
import { AgentSelect } from "@/features/numbers/AgentSelect";
import { Card, Page } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import { gap } from "@/ui/values";
import { Charts } from "./Charts";
import { Figures } from "./Figures";
import { MEASURES, plain } from "./figures";
import { Groups } from "./Groups";
import { type AnalyticsSearch, analyticsRoute, type Days, GROUPS, type GroupBy, SPANS } from "./routes";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A question that is sent as a body, and changes nothing. */
function figures(body: AnalyticsQuery) {
  return queryOptions({
    queryKey: [{ tags: ["Analytics", "Calls"], body }],
    queryFn: async ({ signal }) => (await queryAnalytics({ body, signal, throwOnError: true })).data,
  });
}

/** How it goes: figures that open the calls behind them. */
export function Analytics() {
  const { t } = useLingui();
  const { days = 30, by = "agent", agent }: AnalyticsSearch = analyticsRoute.useSearch();
  const navigate = useNavigate();
  // Figures are kept by whole hours.
  const [until] = useState(() => new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS));
  const ask = (from: number, to: number, group_by: GroupBy | "day" | null) =>
    figures({
      measures: MEASURES,
      group_by,
      from: new Date(until.getTime() - from * DAY_MS).toISOString(),
      to: new Date(until.getTime() - to * DAY_MS).toISOString(),
      agent_id: agent ?? "",
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  const whole = useQuery(ask(days, 0, null));
  const before = useQuery(ask(2 * days, days, null));
  const byDay = useQuery(ask(days, 0, "day"));
  const byGroup = useQuery(ask(days, 0, by));
  const go = (more: { days?: Days; by?: GroupBy; agent?: string }) =>
    void navigate({ to: "/analytics", search: { days, by, ...(agent ? { agent } : {}), ...more }, replace: true });
  const hasCalls = (plain(whole.data?.rows[0], "calls") ?? 0) > 0;
  const names: Record<GroupBy, string> = {
    agent: t`Agent`,
    version: t`Version`,
    model: t`Model`,
    transcriber: t`Transcriber`,
    voice: t`Voice`,
    direction: t`Direction`,
    end_reason: t`How it ended`,
  };
  return (
    <Page
      title={t`Analytics`}
      sentence={hasCalls && whole.data && <Said answer={whole.data} days={days} />}
      actions={
        <>
          <AgentSelect
            isCompact
            label={t`Of which agent`}
            placeholder={t`all agents`}
            value={agent ?? null}
            onChange={(one) => go({ agent: one ?? undefined })}
          />
          <SegmentedControl
            size="xs"
            aria-label={t`Of how many days`}
            data={SPANS.map((span) => ({
              value: String(span),
              label: plural(span, { one: "# day", other: "# days" }),
            }))}
            value={String(days)}
            onChange={(value) => go({ days: Number(value) as Days })}
          />
        </>
      }
    >
      {whole.isPending && <Loading rows={4} height={90} />}
      {whole.isError && <Failed error={whole.error} again={() => void whole.refetch()} />}
      {whole.isSuccess && !hasCalls && (
        <Empty title={<Trans>No calls in these days yet</Trans>}>
          <Trans>
            Here will stand how long callers waited for an answer, how often they were cut off, what the calls cost and
            how they ended. Sample calls and calls to a draft count nowhere.
          </Trans>
        </Empty>
      )}
      {hasCalls && (
        <>
          <Figures now={whole.data?.rows[0]} before={before.data?.rows[0]} />
          {byDay.data && <Charts rows={byDay.data.rows} days={days} until={new Date(until.getTime() - 1)} />}
          <Card
            title={<Trans>Told apart</Trans>}
            actions={
              <Select
                size="xs"
                aria-label={t`Told apart by`}
                data={GROUPS.map((group) => ({ value: group, label: names[group] }))}
                value={by}
                onChange={(value) => go({ by: value as GroupBy })}
              />
            }
          >
            {byGroup.isPending && <Loading rows={3} />}
            {byGroup.isError && <Failed error={byGroup.error} />}
            {byGroup.data && <Groups rows={byGroup.data.rows} name={names[by]} />}
          </Card>
        </>
      )}
    </Page>
  );
}

function Said({ answer, days }: { answer: AnalyticsAnswer; days: number }) {
  const row = answer.rows[0];
  const waited = plain(row, "gap_p50_ms");
  const cut = plain(row, "cut_ins") ?? 0;
  return (
    <>
      <Plural value={plain(row, "calls") ?? 0} one="# call" other="# calls" /> <Trans>in {days} days.</Trans>{" "}
      {waited !== null && <Trans>Half of the answers were heard within {gap(waited)}.</Trans>}{" "}
      {cut > 0 ? (
        <Plural value={cut} one="A caller was cut off once." other="Callers were cut off # times." />
      ) : (
        <Trans>No caller was cut off.</Trans>
      )}
    </>
  );
}
