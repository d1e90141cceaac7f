import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const moneyRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "money",
    component: lazyRouteComponent(() => import("./Money"), "Money"),
  }),
];
