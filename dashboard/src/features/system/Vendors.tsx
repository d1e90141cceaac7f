import { Trans, useLingui } from "@lingui/react/macro";
import type { ProviderBody } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Empty } from "@/ui/States";
import { number, When } from "@/ui/values";

/** Who hears, thinks and speaks for the agents: since when one is ill, and what took over. */
export function Vendors({ providers }: { providers: ProviderBody[] }) {
  const { t } = useLingui();
  const jobs: Record<string, string> = { stt: t`hears`, llm: t`thinks`, tts: t`speaks` };
  return (
    <Card title={<Trans>Who works in the calls</Trans>}>
      {providers.length === 0 && (
        <Empty title={<Trans>No agent is loaded yet</Trans>}>
          <Trans>With the first call its transcriber, model and voice stand here, with how they do.</Trans>
        </Empty>
      )}
      <Rows label={t`Providers`}>
        {providers.map((one) => (
          <Row
            key={`${one.agent_id} ${one.kind} ${one.provider}`}
            title={
              <>
                {one.provider}
                <State tone={one.ill_since ? "bad" : "good"}>
                  {one.ill_since ? (
                    <Trans>
                      ill since <When at={one.ill_since} />
                    </Trans>
                  ) : (
                    <Trans>works</Trans>
                  )}
                </State>
              </>
            }
          >
            {jobs[one.kind] ?? one.kind}
            {one.first_ms && (
              <>
                {" "}
                ·{" "}
                <Trans>
                  first answer after {number(one.first_ms.p50)} ms, 95 % within {number(one.first_ms.p95)} ms
                </Trans>
              </>
            )}
            {one.cause && <> · {one.cause}</>}
            {one.taken_over_by && (
              <>
                {" "}
                · <Trans>{one.taken_over_by} took over</Trans>
              </>
            )}
          </Row>
        ))}
      </Rows>
    </Card>
  );
}
