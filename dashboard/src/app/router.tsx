import { type AnyRoute, createRouter } from "@tanstack/react-router";
import { agentRoutes } from "@/features/agents/routes";
import { analyticsRoutes } from "@/features/analytics/routes";
import { callRoutes, sharedRoute } from "@/features/calls/routes";
import { keyRoutes } from "@/features/keys/routes";
import { liveRoutes } from "@/features/live/routes";
import { moneyRoutes } from "@/features/money/routes";
import { numberRoutes } from "@/features/numbers/routes";
import { questionRoutes } from "@/features/questions/routes";
import { settingsRoutes } from "@/features/settings/routes";
import { signInRoute } from "@/features/sign-in/routes";
import { startRoutes } from "@/features/start/routes";
import { systemRoutes } from "@/features/system/routes";
import { talkRoutes } from "@/features/talk/routes";
import { todayRoutes } from "@/features/today/routes";
import { Broken, NothingHere } from "@/ui/States";
import { rootRoute, shellRoute } from "./routes";

const tree = rootRoute.addChildren([
  signInRoute,
  sharedRoute,
  shellRoute.addChildren([
    ...todayRoutes,
    ...startRoutes,
    ...liveRoutes,
    ...talkRoutes,
    ...callRoutes,
    ...agentRoutes,
    ...questionRoutes,
    ...numberRoutes,
    ...analyticsRoutes,
    ...keyRoutes,
    ...moneyRoutes,
    ...systemRoutes,
    ...settingsRoutes,
  ]),
]);

/**
 * The router lays what a route has checked over what stood in the address, so that what was not let through would come
 * through all the same: another site to go to, a month that is none. It is taken out.
 */
function takesOnlyWhatWasChecked(route: AnyRoute): void {
  const check = route.options.validateSearch as ((search: Record<string, unknown>) => object) | undefined;
  if (check) {
    route.options.validateSearch = (search: Record<string, unknown>) => ({
      ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])),
      ...check(search),
    });
  }
  for (const child of Object.values(route.children ?? {}) as AnyRoute[]) takesOnlyWhatWasChecked(child);
}

takesOnlyWhatWasChecked(tree);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultNotFoundComponent: NothingHere,
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
