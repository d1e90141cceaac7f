import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { CallRecord, CostLine, Money } from "@/client";
import { Card } from "@/ui/Page";
import { number, useMoney } from "./numbers";
import { receiptOf } from "./receipt";
import classes from "./Side.module.css";

/** The receipt: each part with its price, adding up to what the call cost. */
export function Cost({ record }: { record: CallRecord }) {
  const { t } = useLingui();
  const { exact } = useMoney();
  const { components, total, unknown } = receiptOf(record.costs);
  const names: Record<string, string> = { carrier: t`telephone`, stt: t`hearing`, llm: t`thinking`, tts: t`voice` };
  if (components.length === 0) return null;
  return (
    <Card title={record.is_whole ? <Trans>Cost</Trans> : <Trans>Cost so far</Trans>}>
      <div className={classes.receipt}>
        {components.map(({ component, lines, cost }) => (
          <details key={component}>
            <summary>
              <span>{names[component] ?? component}</span>
              <b>{cost ? exact(cost) : <NoPrice />}</b>
            </summary>
            <ul>
              {lines.map((line) => (
                <Line key={`${line.item} ${line.unit}`} line={line} exact={exact} />
              ))}
            </ul>
          </details>
        ))}
        {components.length > 1 && (
          <p className={classes.total}>
            <span>{unknown > 0 ? <Trans>in all, as far as known</Trans> : <Trans>in all</Trans>}</span>
            <b>{total ? exact(total) : <NoPrice />}</b>
          </p>
        )}
      </div>
      {unknown > 0 && (
        <p className={classes.small}>
          <Plural value={unknown} one="Of # line no price is known." other="Of # lines no price is known." />{" "}
          <Link to="/money">
            <Trans>Enter what you pay</Trans>
          </Link>
        </p>
      )}
    </Card>
  );
}

function NoPrice() {
  return (
    <span className={classes.soft}>
      <Trans>not known</Trans>
    </span>
  );
}

function Line({ line, exact }: { line: CostLine; exact: (money: Money) => string }) {
  const { t } = useLingui();
  const units: Record<string, string> = {
    second: t`seconds`,
    minute: t`minutes`,
    token_in: t`tokens in`,
    token_out: t`tokens out`,
    character: t`characters`,
  };
  return (
    <li>
      <span>{line.item}</span>
      <span>
        {number(line.quantity)} {units[line.unit] ?? line.unit}
        {line.price && <> × {exact(line.price)}</>}
        {line.is_own_price && (
          <>
            {" "}
            <Trans>(your price)</Trans>
          </>
        )}
      </span>
    </li>
  );
}
