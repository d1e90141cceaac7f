import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const GROUPS = ["agent", "version", "model", "transcriber", "voice", "direction", "end_reason"] as const;
export const SPANS = [7, 30, 90] as const;
export type GroupBy = (typeof GROUPS)[number];
export type Days = (typeof SPANS)[number];

export interface AnalyticsSearch {
  /** Days before now; 30 when it is not said. */
  days?: Days;
  by?: GroupBy;
  agent?: string;
}

export const analyticsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "analytics",
  validateSearch: (search: Record<string, unknown>): AnalyticsSearch => {
    const days = SPANS.find((one) => one === Number(search.days));
    const by = GROUPS.find((one) => one === search.by);
    return {
      ...(days && days !== 30 ? { days } : {}),
      ...(by && by !== "agent" ? { by } : {}),
      ...(search.agent ? { agent: String(search.agent) } : {}),
    };
  },
  component: lazyRouteComponent(() => import("./Analytics"), "Analytics"),
});

export const analyticsRoutes = [analyticsRoute];
