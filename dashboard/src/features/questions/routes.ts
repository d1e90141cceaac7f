import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";

export interface QuestionSearch {
  /** Open ones when nothing is said. */
  status?: "answered" | "dismissed";
  /** Of one agent's callers alone. */
  agent?: string;
}

export const questionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "questions",
  validateSearch: ({ status, agent }: Record<string, unknown>): QuestionSearch => ({
    ...(status === "answered" || status === "dismissed" ? { status } : {}),
    ...(typeof agent === "string" && /^\w{1,40}$/.test(agent) ? { agent } : {}),
  }),
  component: lazyRouteComponent(() => import("./Questions"), "Questions"),
});

export const questionRoutes = [questionsRoute];
