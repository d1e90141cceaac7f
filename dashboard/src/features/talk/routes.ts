import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export interface TalkSearch {
  /** `draft`, `published`, or a version's number; the published one when nothing is said. */
  which?: string;
}

export const talkRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "talk/$agentId",
  validateSearch: (search: Record<string, unknown>): TalkSearch =>
    /^(draft|published|[1-9]\d{0,7})$/.test(String(search.which)) ? { which: String(search.which) } : {},
  component: lazyRouteComponent(() => import("./TalkPage"), "TalkPage"),
});

export const talkRoutes = [talkRoute];
