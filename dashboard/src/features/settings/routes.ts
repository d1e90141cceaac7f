import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "settings",
  component: lazyRouteComponent(() => import("./Settings"), "Settings"),
});

export interface AuditSearch {
  action?: string;
  object?: string;
}

export const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "audit",
  validateSearch: (search: Record<string, unknown>): AuditSearch => ({
    ...(search.action ? { action: String(search.action) } : {}),
    ...(search.object ? { object: String(search.object) } : {}),
  }),
  component: lazyRouteComponent(() => import("./Audit"), "Audit"),
});

export const webhookRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "webhooks/$webhookId",
  component: lazyRouteComponent(() => import("./WebhookPage"), "WebhookPage"),
});

export const settingsRoutes = [
  settingsRoute.addChildren([
    createRoute({
      getParentRoute: () => settingsRoute,
      path: "/",
      component: lazyRouteComponent(() => import("./Account"), "Account"),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: "people",
      component: lazyRouteComponent(() => import("./People"), "People"),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: "api-keys",
      component: lazyRouteComponent(() => import("./ApiKeys"), "ApiKeys"),
    }),
    createRoute({
      getParentRoute: () => settingsRoute,
      path: "webhooks",
      component: lazyRouteComponent(() => import("./Webhooks"), "Webhooks"),
    }),
    webhookRoute,
    auditRoute,
  ]),
];
