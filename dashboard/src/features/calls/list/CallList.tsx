import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ListedCall } from "@/client";
import { More } from "@/ui/More";
import { Empty, Failed, Loading } from "@/ui/States";
import { CallRow } from "./CallRow";
import classes from "./Calls.module.css";
import type { Filters } from "./search";

interface Props {
  list: {
    isPending: boolean;
    isError: boolean;
    isSuccess: boolean;
    isPlaceholderData: boolean;
    error: unknown;
    refetch: () => unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
  calls: ListedCall[];
  names: Map<string, string>;
  filters: Filters;
  peeked: string | null;
  /** Null: there is no room to peek, a line leads to the call's page. */
  onPeek: ((id: string) => void) | null;
  onAll: () => void;
}

export function CallList({ list, calls, names, filters, peeked, onPeek, onAll }: Props) {
  const { t } = useLingui();
  if (list.isPending) return <Loading rows={8} height={62} />;
  if (list.isError && calls.length === 0) return <Failed error={list.error} again={() => void list.refetch()} />;
  if (list.isSuccess && calls.length === 0) {
    return Object.keys(filters).length > 0 ? <NoneSuch isSearch={Boolean(filters.q)} onAll={onAll} /> : <NoneYet />;
  }
  return (
    <div className={classes.list} data-stale={list.isPlaceholderData || undefined} aria-busy={list.isPlaceholderData}>
      <div className={classes.names} aria-hidden>
        <span />
        <span>
          <Trans>When</Trans>
        </span>
        <span>
          <Trans>Length</Trans>
        </span>
        <span>
          <Trans>Gap</Trans>
        </span>
        <span>
          <Trans>Cost</Trans>
        </span>
      </div>
      <ol className={classes.rows} aria-label={t`Calls`}>
        {calls.map((call) => (
          <CallRow
            key={call.id}
            call={call}
            agent={call.agent_id ? names.get(call.agent_id) : undefined}
            isPeeked={call.id === peeked}
            onPeek={onPeek}
          />
        ))}
      </ol>
      <More list={list} />
    </div>
  );
}

function NoneSuch({ isSearch, onAll }: { isSearch: boolean; onAll: () => void }) {
  return (
    <Empty
      title={isSearch ? <Trans>Nobody said that</Trans> : <Trans>No call is like this</Trans>}
      action={
        <Button variant="default" onClick={onAll}>
          <Trans>Show all calls</Trans>
        </Button>
      }
    >
      {isSearch ? (
        <Trans>
          Calls are found by whole words, in any order; the last one may be a beginning. With filters, only theirs are
          searched.
        </Trans>
      ) : (
        <Trans>Take one of the filters away, or look further back.</Trans>
      )}
    </Empty>
  );
}

function NoneYet() {
  return (
    <Empty
      title={<Trans>No call yet</Trans>}
      action={
        <>
          <Button component={Link} to="/agents">
            <Trans>Talk to an agent here</Trans>
          </Button>
          <Button component={Link} to="/numbers" variant="default">
            <Trans>Connect a number</Trans>
          </Button>
        </>
      }
    >
      <Trans>
        The quickest first call is one from this browser: choose an agent and talk to it. For the telephone, connect a
        number and call it.
      </Trans>
    </Empty>
  );
}
