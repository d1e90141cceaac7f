import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const keyRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "keys",
    component: lazyRouteComponent(() => import("./Keys"), "Keys"),
  }),
];
