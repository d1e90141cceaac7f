import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Problem, problemOf } from "@/app/api";
import classes from "./States.module.css";

interface Words {
  title: ReactNode;
  children?: ReactNode;
  /** What to do next. */
  action?: ReactNode;
}

/** Nothing is here yet: says why, and what to do next. */
export function Empty({ title, children, action }: Words) {
  return (
    <div className={classes.state}>
      <Text fw={600}>{title}</Text>
      {children && <Text c="dimmed">{children}</Text>}
      {action && <Group mt="sm">{action}</Group>}
    </div>
  );
}

/** In place of what is being fetched, of the height that it will have, so that nothing jumps. */
export function Loading({ rows = 4, height = 44 }: { rows?: number; height?: number }) {
  const { t } = useLingui();
  return (
    <Stack gap="xs" role="status" aria-label={t`Loading`}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing but their order tells them apart
        <Skeleton key={row} height={height} />
      ))}
    </Stack>
  );
}

/** It could not be fetched or done: what happened, and what helps. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const problem = problemOf(error);
  if (problem.status === 403) return <NotAllowed problem={problem} />;
  return (
    <div className={classes.failed} role="alert">
      <Text fw={600}>{titleOf(problem)}</Text>
      <Text>{problem.whatToDo || <Help problem={problem} />}</Text>
      {problem.requestId && (
        <Text size="xs" c="dimmed">
          {problem.code} · {problem.requestId}
        </Text>
      )}
      {again && (
        <Button mt="xs" variant="default" onClick={again}>
          <Trans>Try again</Trans>
        </Button>
      )}
    </div>
  );
}

function titleOf(problem: Problem): ReactNode {
  if (problem.status === 0) return <Trans>The server does not answer</Trans>;
  return problem.message || <Trans>The server answered {problem.status}</Trans>;
}

function Help({ problem }: { problem: Problem }) {
  if (problem.status === 0) return <Trans>The network may be down, or Offhook is being restarted. Calls go on.</Trans>;
  if (problem.status >= 500) return <Trans>It is in the server's log. Trying again may help.</Trans>;
  return null;
}

/** The person's role does not reach so far. */
export function NotAllowed({ problem }: { problem?: Problem }) {
  return (
    <div className={classes.state}>
      <Text fw={600}>
        <Trans>This is not for your role</Trans>
      </Text>
      <Text c="dimmed">
        {problem?.whatToDo || <Trans>An owner of the workspace can change your role, under Settings, People.</Trans>}
      </Text>
    </div>
  );
}

/** An address that leads nowhere. */
export function NothingHere() {
  return (
    <Empty
      title={<Trans>There is nothing at this address</Trans>}
      action={
        <Button component={Link} to="/" variant="default">
          <Trans>To Today</Trans>
        </Button>
      }
    >
      <Trans>It may have been deleted, or belong to another workspace.</Trans>
    </Empty>
  );
}

/** A page has failed: our fault. The rest of the house stands. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div className={classes.failed} role="alert">
      <Text fw={600}>
        <Trans>This page has a fault</Trans>
      </Text>
      <Text>
        <Trans>Nothing you saved is lost, and calls are not touched by it.</Trans>
      </Text>
      <Text size="xs" c="dimmed">
        {String(error)}
      </Text>
      <Button mt="xs" variant="default" onClick={() => void router.invalidate()}>
        <Trans>Try again</Trans>
      </Button>
    </div>
  );
}

/** So many, in words. */
export function Calls({ count }: { count: number }) {
  return <Plural value={count} one="# call" other="# calls" />;
}
