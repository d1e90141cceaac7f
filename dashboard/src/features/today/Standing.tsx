import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { TodayAnswer } from "@/client/types.gen";
import { When } from "@/ui/values";
import { hadCalls, isLate } from "./days";

type Tone = "good" | "look" | "bad" | "plain";

export function toneOf(home: TodayAnswer): Tone {
  if (home.tasks.some((task) => isLate(task.due_at))) return "bad";
  if (home.open_tasks > 0) return "look";
  return hadCalls(home.days) ? "good" : "plain";
}

/** How it stands, in one breath. */
export function Standing({ home }: { home: TodayAnswer }) {
  return (
    <>
      <b>
        <Need home={home} />
      </b>{" "}
      <Run home={home} />
    </>
  );
}

function Need({ home }: { home: TodayAnswer }) {
  const first = home.tasks[0];
  const next = home.steps.find(({ is_done }) => !is_done)?.code;
  if (home.open_tasks === 0 && hadCalls(home.days)) return <Trans>Nothing needs you.</Trans>;
  if (home.open_tasks === 0) {
    if (next === "talk") return <Trans>Your telephone can be answered here.</Trans>;
    if (next === "call") return <Trans>All is ready for the first call.</Trans>;
    return <Trans>No caller has reached you yet, and nothing needs you.</Trans>;
  }
  return (
    <>
      <Plural value={home.open_tasks} one="One thing needs you" other="# things need you" />
      {first?.due_at ? (
        isLate(first.due_at) ? (
          <Trans>
            ; the first was due <When at={first.due_at} />.
          </Trans>
        ) : (
          <Trans>
            ; the first is due <When at={first.due_at} />.
          </Trans>
        )
      ) : (
        "."
      )}
    </>
  );
}

function Run({ home }: { home: TodayAnswer }) {
  const { today, days, live_calls: live } = home;
  if (!hadCalls(days)) {
    return live.length > 0 ? (
      <Link to="/live">
        <Trans>The first call is on the line now.</Trans>
      </Link>
    ) : (
      <Trans>What you see below is made of samples; the list says what comes next.</Trans>
    );
  }
  if (today.calls === 0) return <Trans>No call has ended today so far.</Trans>;
  const fine = Math.round((today.success ?? 0) * today.calls);
  return (
    <>
      <Plural value={today.calls} one="One call today" other="# calls today" />
      {fine === today.calls ? (
        <Trans>, and none left anything open.</Trans>
      ) : (
        <Plural
          value={today.calls - fine}
          one=", and one of them left something open."
          other=", and # of them left something open."
        />
      )}
    </>
  );
}
