import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute, shellRoute } from "@/app/routes";

export interface CallSearch {
  /** The moment, in seconds. */
  at?: number;
  /** What is shown below the wave; the transcript when nothing is said. */
  view?: "times";
}

export const callRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "calls/$callId",
  validateSearch: (search: Record<string, unknown>): CallSearch => {
    const at = Number(search.at);
    return {
      ...(search.at !== undefined && at >= 0 && at < 86_400 ? { at: Math.round(at * 10) / 10 } : {}),
      ...(search.view === "times" ? { view: "times" } : {}),
    };
  },
  component: lazyRouteComponent(() => import("./CallPage"), "CallPage"),
});

/** A moment that was shared, for whoever has its link, without signing in: what stands behind the `#` reaches no log. */
export const sharedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "shared",
  component: lazyRouteComponent(() => import("./Shared"), "Shared"),
});
