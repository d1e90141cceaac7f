import { useQuery } from "@tanstack/react-query";
import { listCallsOptions, listQuestionsOptions, listTasksOptions } from "@/client/@tanstack/react-query.gen";

export interface Badges {
  none: 0;
  /** Calls that live now. */
  live: number;
  /** What needs somebody. */
  tasks: number;
  /** Questions that nobody has answered yet. */
  questions: number;
}

/** The numbers beside the pages' names. */
export function useBadges(): Badges {
  const live = useQuery({
    ...listCallsOptions({ query: { status: "in_progress", limit: 50 } }),
    staleTime: 30_000,
    select: (page) => page.data.length,
  });
  const tasks = useQuery({
    ...listTasksOptions({ query: { status: "open", limit: 50 } }),
    staleTime: 30_000,
    select: (page) => page.data.length,
  });
  const questions = useQuery({
    ...listQuestionsOptions({ query: { status: "open", limit: 50 } }),
    staleTime: 30_000,
    // A sample is to be looked at; nobody waits for its answer.
    select: (page) => page.data.filter(({ is_sample }) => !is_sample).length,
  });
  return { none: 0, live: live.data ?? 0, tasks: tasks.data ?? 0, questions: questions.data ?? 0 };
}
