import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { gap, money } from "@/ui/values";
import classes from "./Calls.module.css";
import { DAYS, DIRECTIONS, endingOf, FAMILIES, HAS, KINDS, STATUSES, WARNINGS } from "./endings";
import type { Filter, Filters } from "./search";

interface Props {
  filters: Filters;
  names: Map<string, string>;
  change: (some: Filters) => void;
  show: (all: Filters) => void;
}

/** The filters that hold, in words; each goes away by itself. What is searched for stands in its field. */
export function Pills({ filters, names, change, show }: Props) {
  const { t } = useLingui();
  const words = useWords(names);
  const held = (Object.entries(filters) as [Filter, string][]).filter(([name]) => name !== "q");
  if (held.length === 0) return null;
  return (
    <ul className={classes.pills} aria-label={t`Filters that hold`}>
      {held.map(([name, value]) => {
        const says = words(name, value);
        return (
          <li key={name}>
            <button type="button" aria-label={t`Without: ${says}`} onClick={() => change({ [name]: "" })}>
              {says}
              <IconX size={13} aria-hidden />
            </button>
          </li>
        );
      })}
      <li>
        <Anchor component="button" type="button" size="sm" onClick={() => show(filters.q ? { q: filters.q } : {})}>
          <Trans>Without filters</Trans>
        </Anchor>
      </li>
    </ul>
  );
}

const LISTS = { days: DAYS, status: STATUSES, kind: KINDS, direction: DIRECTIONS, has: HAS, warning: WARNINGS };

function useWords(names: Map<string, string>): (name: Filter, value: string) => string {
  const { t, i18n } = useLingui();
  const day = (moment: string, less = 0) => {
    const at = new Date(new Date(moment).getTime() - less);
    return Number.isNaN(at.getTime())
      ? moment
      : new Intl.DateTimeFormat(i18n.locale, { dateStyle: "medium" }).format(at);
  };
  return (name, value) => {
    if (name in LISTS) {
      const says = LISTS[name as keyof typeof LISTS][value];
      return says ? i18n._(says) : value;
    }
    switch (name) {
      case "agent_id":
        return names.get(value) ?? t`An agent`;
      case "end_reason": {
        const family = value.endsWith(".*") ? FAMILIES[value.slice(0, -2)] : undefined;
        const says = family ?? endingOf(value);
        return t`Ended: ${typeof says === "string" ? says : i18n._(says)}`;
      }
      case "started_at.gte":
        return t`From ${day(value)}`;
      case "started_at.lt":
        return t`To ${day(value, 1)}`;
      case "from":
        return t`From ${value}`;
      case "to":
        return t`To ${value}`;
      case "gap_p50_ms.gte":
        return t`Gap of ${gap(Number(value))} or more`;
      case "cost.gte":
        return t`${money({ amount: value })} or more`;
      case "is_sample":
        return value === "true" ? t`Sample calls only` : t`No sample calls`;
      case "agent_version":
        return t`Version ${value}`;
      default:
        return value;
    }
  };
}
