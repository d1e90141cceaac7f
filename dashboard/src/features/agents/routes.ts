import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export const agentRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "agents",
    component: lazyRouteComponent(() => import("./AgentsPage"), "AgentsPage"),
  }),
];
