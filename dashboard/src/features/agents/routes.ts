import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export interface EditorSearch {
  section?: string;
  /** Whether the dock to talk stands open. */
  talk?: "on" | "off";
}

/** A version by its number, or by what it is. */
export type Which = number | "draft" | "published";

export interface VersionsSearch {
  from?: Which;
  to?: Which;
}

const NUMBER = /^[1-9][0-9]{0,8}$/;

export function which(value: unknown): Which | undefined {
  if (value === "draft" || value === "published") return value;
  return NUMBER.test(String(value)) ? Number(value) : undefined;
}

function without<Search extends object>(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search;
}

export const agentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "agents",
  component: lazyRouteComponent(() => import("./list/AgentsPage"), "AgentsPage"),
  validateSearch: ({ q }: Record<string, unknown>): { q?: string } => without({ q: q ? String(q) : undefined }),
});

export const newAgentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "agents/new",
  component: lazyRouteComponent(() => import("./list/NewAgentPage"), "NewAgentPage"),
});

export const editorRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "agents/$agentId",
  component: lazyRouteComponent(() => import("./editor/EditorPage"), "EditorPage"),
  validateSearch: ({ section, talk }: Record<string, unknown>): EditorSearch =>
    without({
      section: typeof section === "string" ? section : undefined,
      talk: talk === "on" || talk === "off" ? talk : undefined,
    }),
});

export const versionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "agents/$agentId/versions",
  component: lazyRouteComponent(() => import("./versions/VersionsPage"), "VersionsPage"),
  validateSearch: ({ from, to }: Record<string, unknown>): VersionsSearch =>
    without({ from: which(from), to: which(to) }),
});

export const testsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "agents/$agentId/tests",
  component: lazyRouteComponent(() => import("./tests/TestsPage"), "TestsPage"),
});

export const testRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "agents/$agentId/tests/$testId",
  component: lazyRouteComponent(() => import("./tests/TestPage"), "TestPage"),
});

export const agentRoutes = [agentsRoute, newAgentRoute, editorRoute, versionsRoute, testsRoute, testRoute];
