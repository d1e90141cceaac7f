import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute, shellRoute } from "@/app/routes";

export const callRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "calls",
    component: lazyRouteComponent(() => import("./CallsPage"), "CallsPage"),
  }),
];

/** A moment that was shared: for whoever has its link, without signing in. */
export const sharedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "shared/$token",
  component: lazyRouteComponent(() => import("./Shared"), "Shared"),
});
