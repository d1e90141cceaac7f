import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const questionRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "questions",
    component: lazyRouteComponent(() => import("./Questions"), "Questions"),
  }),
];
