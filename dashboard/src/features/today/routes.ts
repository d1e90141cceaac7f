import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export interface TodaySearch {
  /** All that is open, or what was done lately; the first five when nothing is said. */
  tasks?: "open" | "done";
}

export const todayRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  validateSearch: ({ tasks }: Record<string, unknown>): TodaySearch =>
    tasks === "open" || tasks === "done" ? { tasks } : {},
  component: lazyRouteComponent(() => import("./Today"), "Today"),
});

export const todayRoutes = [todayRoute];
