import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { said } from "@/app/said";
import { getHealthOptions } from "@/client/@tanstack/react-query.gen";
import type { CheckBody, Health } from "@/client/types.gen";
import { Card, Page } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Failed, Loading } from "@/ui/States";
import { When } from "@/ui/values";
import { Backups } from "./Backups";
import { Vendors } from "./Vendors";

const TONES = { good: "good", note: "look", bad: "bad" } as const;

/** How the server does: the checks of `offhook doctor`, vendors, backups, version. */
export function System() {
  const { t } = useLingui();
  const health = useQuery({ ...getHealthOptions(), refetchInterval: 20_000 });
  return (
    <Page
      title={t`System`}
      aside={health.data && <Trans>Offhook {health.data.version}</Trans>}
      tone={
        health.data ? (health.data.status === "bad" ? "bad" : health.data.status === "note" ? "look" : "good") : "plain"
      }
      sentence={health.data && <Said health={health.data} />}
      actions={
        <Button variant="default" loading={health.isFetching} onClick={() => void health.refetch()}>
          <Trans>Look again</Trans>
        </Button>
      }
    >
      {health.isPending && <Loading rows={6} />}
      {health.isError && <Failed error={health.error} again={() => void health.refetch()} />}
      {health.data && <Checks checks={health.data.checks} />}
      {health.data && <Vendors providers={health.data.providers} />}
      <Backups />
    </Page>
  );
}

function Said({ health }: { health: Health }) {
  const ill = health.checks.filter(({ status }) => status === "bad").length;
  const notes = health.checks.filter(({ status }) => status === "note").length;
  const when = <When at={health.checked_at} />;
  if (ill > 0) {
    return (
      <>
        <Plural
          value={ill}
          one="One thing keeps calls from being answered, or from being kept."
          other="# things keep calls from being answered, or from being kept."
        />{" "}
        <Trans>Looked at {when}.</Trans>
      </>
    );
  }
  if (notes > 0) {
    return (
      <>
        <Trans>Calls are answered.</Trans>{" "}
        <Plural value={notes} one="One thing is worth a look." other="# things are worth a look." />{" "}
        <Trans>Looked at {when}.</Trans>
      </>
    );
  }
  return <Trans>All is well. Looked at {when}.</Trans>;
}

function Checks({ checks }: { checks: CheckBody[] }) {
  const { t } = useLingui();
  const worst = [...checks].sort((one, other) => rank(one) - rank(other));
  return (
    <Card title={<Trans>What was looked at</Trans>}>
      <Rows label={t`Checks`}>
        {worst.map((check) => (
          <Row
            key={`${check.name} ${check.found}`}
            title={
              <>
                {said(check.name)}
                <State tone={TONES[check.status]}>
                  {check.status === "good" ? (
                    <Trans>well</Trans>
                  ) : check.status === "note" ? (
                    <Trans>a note</Trans>
                  ) : (
                    <Trans>mend this</Trans>
                  )}
                </State>
              </>
            }
          >
            {said(check.found)}
            {check.what_to_do && (
              <div>
                <b>{said(check.what_to_do)}</b>
              </div>
            )}
          </Row>
        ))}
      </Rows>
    </Card>
  );
}

function rank({ status }: CheckBody): number {
  return { bad: 0, note: 1, good: 2 }[status];
}
