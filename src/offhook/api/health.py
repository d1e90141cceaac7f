"""`/v1/health`: what is well, what is not, and what to do about it. `/healthz` is its short form for monitors."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from offhook import __version__, clock
from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment
from offhook.checks.service import loaded, of_server
from offhook.platform.callers import Caller
from offhook.platform.checks import Mark
from offhook.platform.platform import Platform
from offhook.platform.strip import Provided, strip

router = APIRouter(prefix="/health", tags=["Health"])
KEPT_MS: Final = 10_000
"""The checks read files and models: who asks more often gets the last answer."""
MOST_KEPT: Final = 100


class Status(StrEnum):
    """Of a check, and of all of them."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


_OF_MARKS: Final = {Mark.GOOD: Status.GOOD, Mark.NOTE: Status.NOTE, Mark.BAD: Status.BAD}
_WORST: Final = (Status.GOOD, Status.NOTE, Status.BAD)


class CheckBody(BaseModel):
    """One thing that was looked at."""

    name: str = Field(examples=["database"])
    status: Status = Field(description="`bad`: calls are not answered, or not kept. `note` stops nothing.")
    found: str = Field(examples=["SQLite, revision 0001"])
    what_to_do: str = Field(description="Empty when all is well.", examples=[""])


class FirstMs(BaseModel):
    """Waits for a provider's first token, audio or final."""

    p50: int = Field(examples=[310])
    p75: int = Field(examples=[360])
    p95: int = Field(examples=[540])


class ProviderBody(BaseModel):
    """A provider of an agent that is loaded in this process."""

    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    kind: str = Field(description="`stt`, `llm` or `tts`.", examples=["llm"])
    provider: str = Field(examples=["openai gpt-5-mini"])
    state: str = Field(
        description="`closed`: it is asked. `open`: it rests. `half-open`: one request tries.", examples=["closed"]
    )
    ill_since: Moment | None = Field(description="null: it works.")
    retry_at: Moment | None = Field(description="When it is asked again.")
    taken_over_by: str = Field(description="Who did its work when it failed last.", examples=["local"])
    taken_over_at: Moment | None = None
    cause: str = Field(description="Of its last failure.", examples=["provider.timeout: no first token in 2.5 s"])
    successes: int = Field(examples=[1204])
    failures: dict[str, int] = Field(description="By error code.", examples=[{"provider.timeout": 2}])
    first_ms: FirstMs | None = Field(description="null: it was not asked yet.")

    @classmethod
    def of(cls, one: Provided) -> "ProviderBody":
        """From the strip."""
        standing = one.standing
        first = standing.first_s
        return cls.model_validate(
            {
                "agent_id": one.agent_id, "kind": standing.kind, "provider": standing.name,
                "state": standing.state.value, "ill_since": one.ill_since, "retry_at": one.retry_at,
                "taken_over_by": one.taken_over_by, "taken_over_at": one.taken_over_at, "cause": one.cause,
                "successes": standing.successes, "failures": standing.failures,
                "first_ms": dict(zip(("p50", "p75", "p95"), (round(s * 1000) for s in first), strict=True))
                if first
                else None,
            }
        )  # fmt: skip


class Health(BaseModel):
    """How the server does."""

    status: Status = Field(description="The worst of all checks.")
    version: str = Field(examples=[__version__])
    checked_at: Moment
    checks: list[CheckBody] = Field(description="In the order in which they are worth mending.")
    providers: list[ProviderBody] = Field(description="Of agents that are loaded; the ill ones first.")


@dataclass(frozen=True, slots=True)
class Checked:
    """The checks of a workspace, and when they were made."""

    at: int
    checks: list[CheckBody]


@router.get("", operation_id="get_health")
async def get_health(
    request: Request,
    caller: Annotated[Caller, Depends(needs("settings:read"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> Health:
    """The checks of `offhook doctor`, of the server as it runs and of the workspace's agents, each with its fix."""
    kept: dict[str, Checked] = request.app.state.checked
    found = kept.get(caller.workspace)
    if found is None or clock.wall_ms() - found.at > KEPT_MS:
        agents = await loaded(platform, caller.workspace)
        checks = await asyncio.to_thread(lambda: list(of_server(platform, caller.workspace, agents)))
        bodies = [
            CheckBody(name=one.name, status=_OF_MARKS[one.mark], found=one.found, what_to_do=one.advice)
            for one in checks
        ]
        found = Checked(clock.wall_ms(), bodies)
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[caller.workspace] = found
    providers = [ProviderBody.of(one) for one in strip(platform, caller.workspace)]
    worst = max((check.status for check in found.checks), key=_WORST.index, default=Status.GOOD)
    return Health(
        status=worst, version=__version__, checked_at=clock.rfc3339(found.at), checks=found.checks, providers=providers
    )
