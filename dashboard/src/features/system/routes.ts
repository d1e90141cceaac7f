import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const systemRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "system",
    component: lazyRouteComponent(() => import("./System"), "System"),
  }),
];
