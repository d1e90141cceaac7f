import { Trans } from "@lingui/react/macro";
import { Button, CloseButton, Group, Loader } from "@mantine/core";
import type { ExchangeAgain } from "@/client/types.gen";
import { Failed } from "@/ui/States";
import classes from "./Talk.module.css";

interface Asked {
  answer: ExchangeAgain | undefined;
  error: unknown;
  isBusy: boolean;
  again: () => void;
  close: () => void;
}

/** One turn, asked once more of the agent as it is now, beside what was said then. Nothing is changed by it. */
export function Again({ answer, error, isBusy, again, close }: Asked) {
  const now = answer?.replies.map((reply) => reply.text || reply.failed).join(" ");
  const isSame = answer !== undefined && now === answer.said_before;
  return (
    <div className={classes.anew} aria-live="polite">
      <Group justify="space-between" wrap="nowrap">
        <b>
          <Trans>The same turn, asked again</Trans>
        </b>
        <Close close={close} />
      </Group>
      {isBusy && <Loader size="xs" type="dots" />}
      {error ? <Failed error={error} /> : null}
      {answer && (
        <dl>
          <dt>
            <Trans>then</Trans>
          </dt>
          <dd>{answer.said_before || "…"}</dd>
          <dt>
            <Trans>now</Trans>
          </dt>
          <dd>{isSame ? <Trans>the very same</Trans> : now}</dd>
          {answer.tools.map((tool) => (
            <dd key={tool.call} className={classes.small}>
              {tool.name} · {tool.outcome}
            </dd>
          ))}
        </dl>
      )}
      {!isBusy && (
        <Button size="compact-xs" variant="default" onClick={again}>
          <Trans>Once more</Trans>
        </Button>
      )}
    </div>
  );
}

function Close({ close }: { close: () => void }) {
  return <CloseButton size="sm" onClick={close} aria-label="×" />;
}
