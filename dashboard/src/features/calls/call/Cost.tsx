import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { CallRecord, CostLine } from "@/client";
import { Card } from "@/ui/Page";
import { receiptOf } from "@/ui/receipt";
import { useSpending } from "@/ui/spending";
import { exactMoney, number } from "@/ui/values";
import classes from "./Side.module.css";

/** The receipt: each part with its price, adding up to what the call cost. */
export function Cost({ record }: { record: CallRecord }) {
  const words = useSpending();
  const { components, total, unknown } = receiptOf(record.costs);
  if (components.length === 0) return null;
  return (
    <Card title={record.is_whole ? <Trans>Cost</Trans> : <Trans>Cost so far</Trans>}>
      <div className={classes.receipt}>
        {components.map(({ component, lines, cost }) => (
          <details key={component}>
            <summary>
              <span>{words.part(component)}</span>
              <b>{cost ? exactMoney(cost) : <NoPrice />}</b>
            </summary>
            <ul>
              {lines.map((line) => (
                <Line key={`${line.item} ${line.unit}`} line={line} />
              ))}
            </ul>
          </details>
        ))}
        {components.length > 1 && (
          <p className={classes.total}>
            <span>{unknown > 0 ? <Trans>in all, as far as known</Trans> : <Trans>in all</Trans>}</span>
            <b>{total ? exactMoney(total) : <NoPrice />}</b>
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

function Line({ line }: { line: CostLine }) {
  const words = useSpending();
  return (
    <li>
      <span>{line.item}</span>
      <span>
        {number(line.quantity)} {words.unit(line.unit, line.quantity)}
        {line.price && <> × {exactMoney(line.price)}</>}
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
