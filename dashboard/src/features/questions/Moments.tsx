import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { inParts } from "@/app/queries";
import { listQuestionMomentsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import type { QuestionMoment } from "@/client/types.gen";
import { CallLink } from "@/ui/CallLink";
import { More } from "@/ui/More";
import { Failed, Loading } from "@/ui/States";
import { clockTime, When } from "@/ui/values";
import { Hear } from "./Hear";
import classes from "./Questions.module.css";

/** The calls in which it was asked: what the caller said, and what the agent said to it. */
export function Moments({ questionId }: { questionId: string }) {
  const { t } = useLingui();
  const list = useInfiniteQuery({
    ...listQuestionMomentsInfiniteOptions({ path: { question_id: questionId }, query: { limit: 10 } }),
    ...inParts,
  });
  if (list.isPending) return <Loading rows={2} height={72} />;
  if (list.isError) return <Failed error={list.error} again={() => void list.refetch()} />;
  const shown = list.data.pages.flatMap(({ data }) => data);
  if (shown.length === 0) {
    return (
      <p className={classes.may}>
        <Trans>The calls in which it was asked were deleted.</Trans>
      </p>
    );
  }
  return (
    <>
      <ul className={classes.moments} aria-label={t`Where it was asked`}>
        {shown.map((moment) => (
          <Moment key={moment.id} moment={moment} />
        ))}
      </ul>
      <More list={list} />
    </>
  );
}

function Moment({ moment }: { moment: QuestionMoment }) {
  return (
    <li>
      <div className={classes.said}>
        <p className={classes.caller}>
          <small>
            <Trans>Caller</Trans>
          </small>
          {moment.text}
        </p>
        {moment.said && (
          <p className={classes.agent}>
            <small>
              <Trans>Agent</Trans>
            </small>
            {moment.said}
          </p>
        )}
      </div>
      <div className={classes.at}>
        <Hear callId={moment.call_id} atMs={moment.at_ms} />
        <CallLink id={moment.call_id} atMs={moment.at_ms}>
          <When at={moment.at} />
        </CallLink>
        <span>{clockTime(moment.at_ms / 1000)}</span>
      </div>
    </li>
  );
}
