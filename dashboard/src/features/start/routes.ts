import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";
import { type Code, isCode } from "./steps";

export interface StartSearch {
  /** Which step is open; the first that is not done when nothing is said. */
  step?: Code;
}

export const startRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "start",
  validateSearch: ({ step }: Record<string, unknown>): StartSearch => (isCode(step) ? { step } : {}),
  component: lazyRouteComponent(() => import("./Start"), "Start"),
});

export const mineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "start/mine",
  component: lazyRouteComponent(() => import("./mine/MinePage"), "MinePage"),
});

export const startRoutes = [startRoute, mineRoute];
