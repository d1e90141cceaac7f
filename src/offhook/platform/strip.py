"""The provider strip: how each provider of a workspace's loaded agents does, since when one is ill, and what has taken
its work over."""

from dataclasses import dataclass

from offhook import clock
from offhook.call.runtime import AgentRuntime
from offhook.platform.platform import Platform
from offhook.speech.health import Standing, State


@dataclass(frozen=True, slots=True)
class Provided:
    """One provider as one agent has it. Moments are milliseconds since 1970."""

    agent_id: str
    standing: Standing
    cause: str
    """Of the last failure, without keys."""
    ill_since: int | None
    retry_at: int | None
    taken_over_by: str
    """Who does its work now, or did it last; empty: nobody had to."""
    taken_over_at: int | None


def strip(platform: Platform, workspace: str) -> list[Provided]:
    """The ill ones first."""
    found: list[Provided] = []
    for key, runtime in platform.line_up.runtimes.ready().items():
        agent_id = key.partition("/")[0]
        known = platform.snapshot.agent(agent_id)
        if known is not None and known.workspace == workspace:
            found += [_provided(platform, agent_id, runtime, one) for one in runtime.health.snapshot(clock.now())]
    all_of_them = {(one.agent_id, one.standing.kind, one.standing.name): one for one in found}
    for agent_id, standing in platform.provider_watch.elsewhere(workspace):
        own = all_of_them.get((agent_id, standing.kind, standing.name))
        # One that works here and is ill in another process is ill: callers there notice it.
        if own is None or own.ill_since is None:
            now = clock.wall_ms()
            all_of_them[agent_id, standing.kind, standing.name] = Provided(
                agent_id, standing, standing.cause, now - round(standing.ill_s * 1000),
                now + round(standing.retry_in_s * 1000) if standing.state is State.OPEN else None,
                own.taken_over_by if own is not None else "", own.taken_over_at if own is not None else None,
            )  # fmt: skip
    return sorted(all_of_them.values(), key=lambda one: (one.ill_since is None, one.agent_id, one.standing.kind))


def _provided(platform: Platform, agent_id: str, runtime: AgentRuntime, standing: Standing) -> Provided:
    now = clock.wall_ms()
    is_ill = standing.state is not State.CLOSED
    over = platform.metrics.taken_over(standing.kind, standing.name)
    # Counts are of the whole process: who stands behind it for other agents is none of this one's business.
    own = over if over is not None and over.to in runtime.providers()[standing.kind] else None
    return Provided(
        agent_id=agent_id,
        standing=standing,
        cause=runtime.mask(standing.cause),
        ill_since=now - round(standing.ill_s * 1000) if is_ill else None,
        retry_at=now + round(standing.retry_in_s * 1000) if standing.state is State.OPEN else None,
        taken_over_by=own.to if own is not None else "",
        taken_over_at=own.at if own is not None else None,
    )
