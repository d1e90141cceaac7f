import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listTasksOptions } from "@/client/@tanstack/react-query.gen";
import type { Task, TodayAnswer } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Rows } from "@/ui/Rows";
import { Failed, Loading } from "@/ui/States";
import { hadCalls } from "./days";
import { todayRoute } from "./routes";
import { TaskRow } from "./TaskRow";
import classes from "./Today.module.css";

/** What a person has to do: the first five, or all of it, or what was done lately. */
export function NeedsYou({ home }: { home: TodayAnswer }) {
  const { tasks } = todayRoute.useSearch();
  return (
    <Card
      title={tasks === "done" ? <Trans>Done lately</Trans> : <Trans>What needs you</Trans>}
      actions={<Ways home={home} />}
    >
      {tasks === undefined ? <Shown tasks={home.tasks} home={home} /> : <All status={tasks} home={home} />}
    </Card>
  );
}

function Ways({ home }: { home: TodayAnswer }) {
  const { tasks } = todayRoute.useSearch();
  if (tasks !== undefined) {
    return (
      <Link to="/" search={{}} className={classes.more}>
        <Trans>What is next</Trans>
      </Link>
    );
  }
  return (
    <>
      {home.open_tasks > home.tasks.length && (
        <Link to="/" search={{ tasks: "open" }} className={classes.more}>
          <Trans>All {home.open_tasks}</Trans>
        </Link>
      )}
      {hadCalls(home.days) && (
        <Link to="/" search={{ tasks: "done" }} className={classes.more}>
          <Trans>Done lately</Trans>
        </Link>
      )}
    </>
  );
}

function All({ status, home }: { status: "open" | "done"; home: TodayAnswer }) {
  const found = useQuery(listTasksOptions({ query: { status, limit: 50 } }));
  if (found.isPending) return <Loading rows={5} height={56} />;
  if (found.isError) return <Failed error={found.error} again={() => void found.refetch()} />;
  return <Shown tasks={found.data.data} home={home} />;
}

function Shown({ tasks, home }: { tasks: Task[]; home: TodayAnswer }) {
  const { t } = useLingui();
  const { tasks: chosen } = todayRoute.useSearch();
  if (tasks.length === 0) {
    return (
      <p className={classes.plain}>
        {chosen === "done" ? (
          <Trans>Nothing was done yet.</Trans>
        ) : hadCalls(home.days) ? (
          <Trans>
            All is done. Who wants to be called back, and what an agent promised and could not do, comes here.
          </Trans>
        ) : (
          <Trans>
            When a caller wants to be called back, when the agent promised what nobody did, when a question had no
            answer or a vendor fails, it stands here, with the place where it can be heard.
          </Trans>
        )}
      </p>
    );
  }
  return (
    <Rows label={t`What needs you`}>
      {tasks.map((task) => (
        <TaskRow key={task.id} task={task} />
      ))}
    </Rows>
  );
}
