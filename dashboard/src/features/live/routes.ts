import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

const page = lazyRouteComponent(() => import("./Live"), "Live");

export const liveRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: "live", component: page }),
  createRoute({ getParentRoute: () => shellRoute, path: "live/$callId", component: page }),
];
