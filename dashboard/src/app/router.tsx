import { createRouter } from "@tanstack/react-router";
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
