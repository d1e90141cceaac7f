import { useQuery } from "@tanstack/react-query";
import { listAgentsOptions } from "@/client/@tanstack/react-query.gen";

/** Agents' names by their ids: empty for one that is gone, or not among the first fifty. */
export function useAgentNames(): (id: string | null | undefined) => string {
  const agents = useQuery({ ...listAgentsOptions({ query: { limit: 50 } }), staleTime: 60_000 });
  const names = new Map(agents.data?.data.map(({ id, name }) => [id, name]));
  return (id) => names.get(id ?? "") ?? "";
}
