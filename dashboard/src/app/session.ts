import { useQuery } from "@tanstack/react-query";
import { getSessionOptions } from "@/client/@tanstack/react-query.gen";
import type { Session } from "@/client/types.gen";

/** Who is signed in, and what they may do. */
export function useSession(): Session | undefined {
  return useQuery({ ...getSessionOptions(), staleTime: 60_000 }).data;
}

/** Whether the person may: `useMay("agents:write")`. */
export function useMay(scope: string): boolean {
  return useSession()?.scopes.includes(scope) ?? false;
}

let isLeaving = false;

/** The session has ended, here or elsewhere: sign in again, and come back to this very place. */
export function sessionIsOver(): void {
  const here = location.pathname + location.search;
  if (isLeaving || here.startsWith("/sign-in") || here.startsWith("/shared")) return;
  isLeaving = true;
  location.assign(here === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(here)}`);
}
