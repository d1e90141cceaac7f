import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { client } from "@/client/client.gen";
import { asProblem, problemOf } from "./api";
import { sessionIsOver } from "./session";

client.interceptors.error.use((error, response) => asProblem(error, response));

/** Asked again only when no answer came, or the server was ill: what was refused stays refused. */
function mayTryAgain(count: number, error: unknown): boolean {
  const { status } = problemOf(error);
  return count < 2 && (status === 0 || status === 502 || status === 503 || status === 504);
}

function look(error: unknown): void {
  if (problemOf(error).status === 401) sessionIsOver();
}

export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: look }),
  mutationCache: new MutationCache({ onError: look }),
  defaultOptions: {
    queries: { staleTime: 15_000, gcTime: 10 * 60_000, retry: mayTryAgain, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});

/** Read again whatever the API's documents call by one of these tags. */
export function freshen(...tags: string[]): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey }) => {
      const first = queryKey[0] as { tags?: readonly string[] } | undefined;
      return first?.tags?.some((tag) => tags.includes(tag)) ?? false;
    },
  });
}

/** For `useInfiniteQuery` with a list of the API: each part names where the next one begins. */
export const inParts = {
  // The first part is asked for by the options alone.
  initialPageParam: {} as never,
  getNextPageParam: (part: { next?: string | null }) => part.next ?? undefined,
};
