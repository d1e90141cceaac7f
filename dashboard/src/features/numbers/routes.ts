import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const numberRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "numbers",
    component: lazyRouteComponent(() => import("./Numbers"), "Numbers"),
  }),
];
