import { Plural, Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { changeTaskMutation } from "@/client/@tanstack/react-query.gen";
import type { Task, TaskChange } from "@/client/types.gen";
import { useAgentNames } from "@/ui/agents";
import { CallLink } from "@/ui/CallLink";
import { Row, State } from "@/ui/Rows";
import { tell, tellFailure } from "@/ui/tell";
import { When } from "@/ui/values";
import { isLate } from "./days";
import classes from "./Today.module.css";
import { Helps, quoteOf, Said } from "./taskWords";

const Owner = lazy(() => import("./Owner").then(({ Owner }) => ({ default: Owner })));

/** One thing to do: what, where it can be heard, whose it is and until when; done with one press. */
export function TaskRow({ task }: { task: Task }) {
  const mayWrite = useMay("calls:write");
  const nameOf = useAgentNames();
  const change = useMutation({
    ...changeTaskMutation(),
    onSettled: () => freshen("Tasks", "Today"),
    onError: tellFailure,
  });
  const send = (body: TaskChange) => change.mutateAsync({ path: { task_id: task.id }, body });
  const isOpen = task.status === "open";
  const finish = () =>
    send({ status: "done" }).then(
      () => tell(<Trans>Done.</Trans>, () => void send({ status: "open" })),
      () => undefined,
    );
  const quote = quoteOf(task);
  return (
    <Row
      title={
        <span className={isOpen ? undefined : classes.done}>
          <Said task={task} agent={nameOf(task.agent_id)} />
        </span>
      }
      actions={
        <>
          <Way task={task} />
          {mayWrite && isOpen && (
            <Suspense>
              <Owner task={task} onChange={(owner_id) => void send({ owner_id })} />
            </Suspense>
          )}
          {mayWrite && isOpen && (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconCheck size={14} />}
              loading={change.isPending}
              onClick={() => void finish()}
            >
              <Trans>Done</Trans>
            </Button>
          )}
          {mayWrite && !isOpen && (
            <Button
              variant="default"
              size="xs"
              loading={change.isPending}
              onClick={() => void send({ status: "open" })}
            >
              <Trans>Open again</Trans>
            </Button>
          )}
        </>
      }
    >
      {quote && <div className={classes.quote}>“{quote}”</div>}
      <Times task={task} />
      {isOpen && <Helps task={task} />}
    </Row>
  );
}

function Times({ task }: { task: Task }) {
  return (
    <div className={classes.times}>
      {task.status === "done" && task.done_at && (
        <span>
          {task.is_over ? <Trans>over by itself</Trans> : <Trans>done by {task.done_by}</Trans>}{" "}
          <When at={task.done_at} />
        </span>
      )}
      {task.status === "open" && task.due_at && (
        <State tone={isLate(task.due_at) ? "bad" : "plain"}>
          {isLate(task.due_at) ? (
            <Trans>
              was due <When at={task.due_at} />
            </Trans>
          ) : (
            <Trans>
              due <When at={task.due_at} />
            </Trans>
          )}
        </State>
      )}
      {task.status === "open" && !task.due_at && (
        <span>
          <Trans>
            since <When at={task.created_at} />
          </Trans>
        </span>
      )}
      {task.times > 1 && (
        <span>
          <Plural value={task.times} one="# time" other="# times" />
        </span>
      )}
    </div>
  );
}

/** To where it can be heard, or mended. */
function Way({ task }: { task: Task }) {
  switch (task.kind) {
    case "question":
      return (
        <Link to="/questions" className={classes.act}>
          <Trans>Answer</Trans>
        </Link>
      );
    case "number_drifted":
      return (
        <Link to="/numbers" className={classes.act}>
          <Trans>Put it right</Trans>
        </Link>
      );
    case "vendor_failing":
    case "vault_locked":
      return (
        <Link to="/keys" className={classes.act}>
          <Trans>Look at the key</Trans>
        </Link>
      );
    case "budget_reached":
      return (
        <Link to="/money" className={classes.act}>
          <Trans>Limits</Trans>
        </Link>
      );
    case "model_ends":
      return (
        <Link to={task.agent_id ? `/agents/${task.agent_id}` : "/agents"} className={classes.act}>
          <Trans>Open the agent</Trans>
        </Link>
      );
    default:
      return task.call_id ? (
        <CallLink
          id={task.call_id}
          {...(typeof task.detail.at_ms === "number" ? { atMs: task.detail.at_ms } : {})}
          className={classes.act}
        >
          <Trans>Listen</Trans>
        </CallLink>
      ) : null;
  }
}
