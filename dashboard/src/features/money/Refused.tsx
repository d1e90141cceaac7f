import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { inParts } from "@/app/queries";
import { listRefusedCallsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import { endingOf } from "@/features/calls/list/endings";
import { More } from "@/ui/More";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Empty, Failed } from "@/ui/States";
import { money, When } from "@/ui/values";

/** Calls that were not taken, why, and what that saved. */
export function Refused() {
  const { t, i18n } = useLingui();
  const reasonIn = (reason: string) => {
    const words = endingOf(reason);
    return typeof words === "string" ? words : i18n._(words);
  };
  const list = useInfiniteQuery({ ...listRefusedCallsInfiniteOptions({ query: { limit: 15 } }), ...inParts });
  const known = list.data?.pages.flatMap((part) => part.data) ?? [];
  return (
    <Card title={<Trans>Calls that were not taken</Trans>}>
      {list.isError && <Failed error={list.error} />}
      {list.isSuccess && known.length === 0 && (
        <Empty title={<Trans>Every call was taken</Trans>}>
          <Trans>Robot callers, full lines and reached limits will stand here: nobody rings out in silence.</Trans>
        </Empty>
      )}
      <Rows label={t`Refused calls`}>
        {known.map((one) => (
          <Row
            key={one.id}
            title={
              <Trans>
                {one.from_number || t`A hidden number`} to {one.to_number}
              </Trans>
            }
            actions={<When at={one.at} />}
          >
            <span title={one.reason}>{reasonIn(one.reason)}</span>
            {one.heard && <> · “{one.heard}”</>}
            {Number(one.saved_estimate.amount) > 0 && (
              <>
                {" "}
                · <Trans>saved about {money(one.saved_estimate)}</Trans>
              </>
            )}
          </Row>
        ))}
      </Rows>
      <More list={list} />
    </Card>
  );
}
