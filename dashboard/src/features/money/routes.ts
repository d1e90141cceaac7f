import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";
import { isMonth } from "./months";

export interface MoneySearch {
  /** Whose statement is shown, as `2026-11`; this month when it is not said. */
  month?: string;
}

export const moneyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "money",
  validateSearch: ({ month }: Record<string, unknown>): MoneySearch => (isMonth(month) ? { month } : {}),
  component: lazyRouteComponent(() => import("./Money"), "Money"),
});

export const moneyRoutes = [moneyRoute];
