import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";
import { callRoute } from "./call/routes";

export { sharedRoute } from "./call/routes";

export const callRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "calls",
    component: lazyRouteComponent(() => import("./CallsPage"), "CallsPage"),
  }),
  callRoute,
];
