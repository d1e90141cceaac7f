import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/app/routes";

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string; first?: true } => {
    const to = String(search.to ?? "");
    // Back to a page of ours, never to another site.
    return { ...(/^\/(?![/\\])/.test(to) ? { to } : {}), ...(search.first ? { first: true } : {}) };
  },
  component: lazyRouteComponent(() => import("./SignIn"), "SignIn"),
});
