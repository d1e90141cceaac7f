"""`/v1/usage`: what was used in a month, and what it cost."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Money
from offhook.platform.callers import Caller
from offhook.platform.limit_settings import read_limits
from offhook.platform.platform import Platform
from offhook.platform.statement_pages import as_pdf
from offhook.platform.statements import as_csv
from offhook.platform.usage import AgentUsage, Usage, UsageLine, month_of

router = APIRouter(prefix="/usage", tags=["Money"])

_MONTH: Any = {
    "month": "2026-11", "from": "2026-10-31T23:00:00.000Z", "to": "2026-11-30T23:00:00.000Z", "tz": "Europe/Berlin",
    "is_over": False, "calls": 812, "minutes": 1301.5, "cost": {"amount": "11.04", "currency": "USD"},
    "unpriced_calls": 0, "has_estimates": True, "agents": [], "lines": [],
}  # fmt: skip


class UsageOfAgent(BaseModel):
    """What the calls of an agent cost."""

    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    agent_name: str = Field(examples=["Harbour Hotel"])
    calls: int = Field(examples=[812])
    minutes: float = Field(examples=[1301.5])
    cost: Money
    unpriced_calls: int = Field(description="So many used something whose price nobody knows.")

    @classmethod
    def of(cls, one: AgentUsage) -> "UsageOfAgent":
        """From the sums."""
        return cls(
            agent_id=one.agent_id, agent_name=one.name, calls=one.calls, minutes=round(one.ms / 60_000, 2),
            cost=Money.of_nano(one.nano), unpriced_calls=one.unpriced,
        )  # fmt: skip


class UsageOfThing(BaseModel):
    """What was used of one thing at one price."""

    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    component: str = Field(description="`stt`, `llm`, `tts` or `carrier`.", examples=["stt"])
    item: str = Field(examples=["deepgram nova-3"])
    unit: str = Field(examples=["second"])
    quantity: int = Field(examples=[78090])
    price: Money | None = Field(description="Of one unit; null: nobody knows it.")
    cost: Money | None
    is_own_price: bool
    is_estimate: bool = Field(description="At the vendor's list price: what it takes may be another sum.")

    @classmethod
    def of(cls, line: UsageLine) -> "UsageOfThing":
        """From the sums."""
        return cls(
            agent_id=line.agent_id, component=line.component, item=line.item, unit=line.unit, quantity=line.quantity,
            price=Money.of_nano(line.price_nano) if line.price_nano is not None else None,
            cost=Money.of_nano(line.nano) if line.nano is not None else None,
            is_own_price=line.is_own_price, is_estimate=line.is_estimate,
        )  # fmt: skip


class MonthUsage(BaseModel):
    """A month: the sum of the costs of its calls, to the last nano-dollar. Samples and tests are not in it."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_MONTH]})

    month: str = Field(examples=["2026-11"])
    since: Moment = Field(serialization_alias="from", validation_alias="from")
    until: Moment = Field(serialization_alias="to", validation_alias="to")
    tz: str = Field(description="The workspace's: its limits have it.")
    is_over: bool
    calls: int
    minutes: float
    cost: Money
    unpriced_calls: int
    has_estimates: bool
    agents: list[UsageOfAgent] = Field(description="Those that cost most first.")
    lines: list[UsageOfThing]

    @classmethod
    def of(cls, usage: Usage) -> "MonthUsage":
        """From the sums."""
        month, agents = usage.month, usage.agents
        return cls.model_validate({
            "month": month.name, "from": month.since, "to": month.until, "tz": month.zone,
            "is_over": month.until <= clock.wall_ms(), "calls": sum(one.calls for one in agents),
            "minutes": round(sum(one.ms for one in agents) / 60_000, 2), "cost": Money.of_nano(usage.nano),
            "unpriced_calls": sum(one.unpriced for one in agents),
            "has_estimates": any(line.is_estimate for line in usage.lines),
            "agents": [UsageOfAgent.of(one) for one in agents],
            "lines": [UsageOfThing.of(line) for line in usage.lines],
        })  # fmt: skip


@router.get(
    "",
    operation_id="get_usage",
    response_model=MonthUsage,
    responses={200: {"content": {"text/csv": {}, "application/pdf": {}}, "description": "The statement."}},
)
async def get_usage(
    caller: Annotated[Caller, Depends(needs("calls:read"))],
    platform: Annotated[Platform, Depends(platform_of)],
    month: Annotated[str, Query(max_length=7, description="`2026-11`; empty: this one.")] = "",
    agent_id: Annotated[str, Query(max_length=40, description="Of this agent alone.")] = "",
    form: Annotated[Literal["json", "csv", "pdf"], Query(alias="format", description="As what.")] = "json",
) -> Response:
    """A month's statement, of all agents or of one."""
    limits, _ = await read_limits(platform.store, caller.workspace)
    usage = await platform.insights.usages.of_month(caller.workspace, month_of(month, limits.timezone), agent_id)
    name = f"usage-{usage.month.name}"
    if form == "csv":
        return _file(as_csv(usage), "text/csv; charset=utf-8", f"{name}.csv")
    if form == "pdf":
        known = platform.snapshot.workspace(caller.workspace)
        pages = await asyncio.to_thread(as_pdf, usage, known.name if known is not None else "")
        return _file(pages, "application/pdf", f"{name}.pdf")
    return Response(MonthUsage.of(usage).model_dump_json(by_alias=True), media_type="application/json")


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type=media_type, headers=headers)
