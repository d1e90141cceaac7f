import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";
import { readSearch } from "./search";

export const callsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "calls",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./CallsPage"), "CallsPage"),
});
