import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";

/** What all pages stand in; features hang their own routes below `shellRoute`. */
export const rootRoute = createRootRoute();

export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  component: lazyRouteComponent(() => import("./Shell"), "Shell"),
});
