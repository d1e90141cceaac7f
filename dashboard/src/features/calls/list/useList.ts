import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { inParts } from "@/app/queries";
import type { ListedCall } from "@/client";
import { listAgentsOptions, listCallsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import { callsRoute } from "./routes";
import { type CallsSearch, type Filters, filtersOf, queryOf, searchOf } from "./search";

const TOGETHER = 25;

/** The calls of these filters, as far as they were scrolled to. */
export function useCalls(filters: Filters) {
  // Days begin at midnight: the question stays the same for as long as the filters do.
  const query = useMemo(() => ({ ...queryOf(filters, new Date()), limit: TOGETHER }), [filters]);
  const list = useInfiniteQuery({
    ...listCallsInfiniteOptions({ query }),
    ...inParts,
    // While other filters are being looked up the list stays, paler.
    placeholderData: keepPreviousData,
  });
  const calls = useMemo(() => list.data?.pages.flatMap((part) => part.data) ?? [], [list.data]);
  return { list, calls };
}

/** Filters, and how they are changed: all of it stands in the address. */
export function useFilters() {
  const search = callsRoute.useSearch();
  const navigate = callsRoute.useNavigate();
  const filters = useMemo(() => filtersOf(search), [search]);
  const go = useCallback(
    (change: (now: CallsSearch) => CallsSearch, replace: boolean) =>
      void navigate({ search: change, replace, resetScroll: false }),
    [navigate],
  );
  const change = useCallback(
    (some: Filters, replace = false) =>
      go((now) => ({ ...searchOf({ ...filtersOf(now), ...some }), ...only(now, "tab") }), replace),
    [go],
  );
  const show = useCallback((all: Filters) => go(() => searchOf(all), false), [go]);
  const peek = useCallback(
    (id: string | null) =>
      go(({ peek: _, ...now }) => (id ? { ...now, peek: id } : now), search.peek !== undefined && id !== null),
    [go, search.peek],
  );
  const tab = useCallback((name: string) => go(() => (name === "calls" ? {} : { tab: name }), false), [go]);
  return {
    filters,
    peeked: search.peek ? String(search.peek) : null,
    tab: search.tab,
    change,
    show,
    peek,
    setTab: tab,
  };
}

function only(search: CallsSearch, name: "tab"): CallsSearch {
  return search[name] === undefined ? {} : { [name]: search[name] };
}

/** The agents' names, by their ids. */
export function useAgentNames(): Map<string, string> {
  const agents = useQuery({ ...listAgentsOptions({ query: { limit: 50 } }), staleTime: 60_000 });
  return useMemo(() => new Map(agents.data?.data.map(({ id, name }) => [id, name])), [agents.data]);
}

/** The calls before and behind this one in the list. */
export function neighbours(calls: ListedCall[], id: string | null): { before?: string; next?: string } {
  const place = calls.findIndex((one) => one.id === id);
  if (place < 0) return { next: calls[0]?.id };
  return { before: calls[place - 1]?.id, next: calls[place + 1]?.id };
}
