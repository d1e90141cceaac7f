import { useLingui } from "@lingui/react/macro";
import { Table } from "@mantine/core";
import type { AnalyticsRow } from "@/client/types.gen";
import classes from "./Analytics.module.css";
import { Behind } from "./Figures";
import { MEASURES, written } from "./figures";
import { useNames } from "./names";

/** A row for each agent, version, model ...; every number opens the calls behind it. */
export function Groups({ rows, name }: { rows: AnalyticsRow[]; name: string }) {
  const { t } = useLingui();
  const names = useNames();
  return (
    <section className={classes.table} aria-label={t`Figures by ${name}`}>
      <Table verticalSpacing={7} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{name}</Table.Th>
            {MEASURES.map((measure) => (
              <Table.Th key={measure} ta="right">
                {names[measure]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Th scope="row">{row.label || "–"}</Table.Th>
              {MEASURES.map((measure) => (
                <Table.Td key={measure} ta="right">
                  <Behind row={row} measure={measure}>
                    {written(row, measure)}
                  </Behind>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
