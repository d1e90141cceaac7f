import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const liveRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "live",
    component: lazyRouteComponent(() => import("./Live"), "Live"),
  }),
];
