import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const analyticsRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "analytics",
    component: lazyRouteComponent(() => import("./Analytics"), "Analytics"),
  }),
];
