import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { inParts } from "@/app/queries";
import { said } from "@/app/said";
import { listAuditEventsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import type { AuditEvent } from "@/client/types.gen";
import { More } from "@/ui/More";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { When } from "@/ui/values";
import { DEEDS, THINGS } from "./auditWords";
import { auditRoute } from "./routes";
import classes from "./Settings.module.css";

/** Who changed what, and when. */
export function Audit() {
  const { t, i18n } = useLingui();
  const search = auditRoute.useSearch();
  const navigate = useNavigate();
  const list = useInfiniteQuery({
    ...listAuditEventsInfiniteOptions({ query: { limit: 40, object_kind: search.object, action: search.action } }),
    ...inParts,
  });
  const known = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card
      title={<Trans>Every change, and who made it</Trans>}
      actions={
        <Select
          aria-label={t`Kind of thing`}
          placeholder={t`everything`}
          size="xs"
          allowDeselect
          clearable
          data={Object.entries(THINGS).map(([value, words]) => ({ value, label: i18n._(words) }))}
          value={search.object ?? null}
          onChange={(object) => void navigate({ to: "/settings/audit", search: object ? { object } : {} })}
        />
      }
    >
      {list.isPending && <Loading rows={6} />}
      {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
      {list.isSuccess && known.length === 0 && <Empty title={<Trans>Nothing was changed yet</Trans>} />}
      <Rows label={t`Changes`}>
        {known.map((event) => (
          <Change key={event.id} event={event} />
        ))}
      </Rows>
      <More list={list} />
    </Card>
  );
}

function Change({ event }: { event: AuditEvent }) {
  const { t, i18n } = useLingui();
  const who = said(event.actor.name) || (event.actor.kind === "system" ? t`the server itself` : event.actor.kind);
  const [thing = "", deed = ""] = event.action.split(".");
  const words = [THINGS[thing], DEEDS[deed]].map((one, place) => (one ? i18n._(one) : place ? deed : thing));
  return (
    <Row
      title={
        <Group gap={8}>
          <span title={event.action}>{words.join(": ")}</span>
        </Group>
      }
      actions={<When at={event.at} />}
    >
      {who} · <code>{event.object_id}</code>
      <Difference before={event.before} after={event.after} />
    </Row>
  );
}

/** What was, struck, and what is. */
function Difference({ before, after }: { before: unknown; after: unknown }) {
  const was = fields(before);
  const is = fields(after);
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]);
  if (names.length === 0) return null;
  return (
    <div className={classes.change}>
      {names.slice(0, 12).map((name) => (
        <div key={name}>
          {name.replaceAll("_", " ")}: {was[name] !== undefined && <del>{was[name]}</del>} <ins>{is[name]}</ins>
        </div>
      ))}
    </div>
  );
}

function fields(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, typeof one === "string" ? one : JSON.stringify(one)]),
  );
}
