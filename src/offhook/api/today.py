"""`/v1/today`: the home in one answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from offhook import clock
from offhook.api.analytics import require_zone
from offhook.api.auth import needs, platform_of
from offhook.api.call_models import Call, call_of
from offhook.api.kinds import Moment, Money
from offhook.api.tasks import Task
from offhook.platform.analytics import FigureRow, Measure
from offhook.platform.callers import Caller
from offhook.platform.limit_settings import read_limits
from offhook.platform.local_days import DAY_MS
from offhook.platform.platform import Platform
from offhook.platform.today import MOST_COUNTED, Today, Trend

router = APIRouter(prefix="/today", tags=["Today"])

_DAY: Any = {
    "day": "2026-11-28", "from": "2026-11-27T23:00:00.000Z", "to": "2026-11-28T23:00:00.000Z", "calls": 41,
    "minutes": 62.5, "cost": {"amount": "0.5412", "currency": "USD"}, "success": 0.9512, "gap_p50_ms": 612,
    "gap_p95_ms": 1040, "cut_ins": 1, "refused": 3, "saved_estimate": {"amount": "0.0396", "currency": "USD"},
}  # fmt: skip


class DayFigures(BaseModel):
    """What came of the calls of one day, in the zone that was asked for."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_DAY]})

    day: str = Field(examples=["2026-11-28"])
    since: Moment = Field(serialization_alias="from", validation_alias="from")
    until: Moment = Field(serialization_alias="to", validation_alias="to")
    calls: int
    minutes: float
    cost: Money
    success: float | None = Field(description="The share of calls that left nothing open; null: there were no calls.")
    gap_p50_ms: int | None = Field(description="As heard; an estimate, made of counts.")
    gap_p95_ms: int | None
    cut_ins: int
    refused: int = Field(description="Calls that were not taken.")
    saved_estimate: Money

    @classmethod
    def of(cls, row: FigureRow) -> "DayFigures":
        """From what was found."""
        return cls.model_validate({
            "day": clock.rfc3339(int(row.key[0]) * DAY_MS)[:10], "from": row.since, "to": row.until,
            "calls": row.sums["calls"], "minutes": row.value(Measure.MINUTES), "cost": Money.of_nano(row.sums["nano"]),
            "success": row.value(Measure.SUCCESS), "gap_p50_ms": row.value(Measure.GAP_P50),
            "gap_p95_ms": row.value(Measure.GAP_P95), "cut_ins": row.sums["cut_ins"], "refused": row.sums["refused"],
            "saved_estimate": Money.of_nano(row.sums["saved"]),
        })  # fmt: skip


class TrendOfMeasure(BaseModel):
    """The last seven whole days against the seven before them."""

    measure: Measure
    now: int | float | Money | None
    before: int | float | Money | None
    change: float | None = Field(description="0.25: a quarter more; null: nothing to compare with.", examples=[0.25])

    @classmethod
    def of(cls, trend: Trend) -> "TrendOfMeasure":
        """From what was found."""

        def shown(value: int | float | None) -> int | float | Money | None:
            return Money.of_nano(int(value or 0)) if trend.measure is Measure.COST else value

        return cls(measure=trend.measure, now=shown(trend.now), before=shown(trend.before), change=trend.change)


class Step(BaseModel):
    """Something to do until the telephone is answered."""

    code: str = Field(description="`talk agent keys number call`.", examples=["number"])
    is_done: bool


class TodayAnswer(BaseModel):
    """What the home shows."""

    tz: str
    live_calls: list[Call] = Field(description="On the line now, the last one first; 20 at most.")
    open_tasks: int = Field(description=f"{MOST_COUNTED} stands for {MOST_COUNTED} and more.")
    tasks: list[Task] = Field(description="The first five: what is due first comes first.")
    open_questions: int = Field(description=f"{MOST_COUNTED} stands for {MOST_COUNTED} and more.")
    today: DayFigures
    days: list[DayFigures] = Field(description="The last fourteen days, today the last of them.")
    trends: list[TrendOfMeasure]
    steps: list[Step] = Field(description="In order; the first that is not done is what to do next.")

    @classmethod
    def of(cls, found: Today) -> "TodayAnswer":
        """From what was found."""
        return cls(
            tz=found.zone, live_calls=[call_of(row) for row in found.live], open_tasks=found.open_tasks,
            tasks=[Task.of(row) for row in found.tasks], open_questions=found.open_questions,
            today=DayFigures.of(found.today), days=[DayFigures.of(row) for row in found.days[1:]],
            trends=[TrendOfMeasure.of(trend) for trend in found.trends],
            steps=[Step(code=code, is_done=is_done) for code, is_done in found.steps.items()],
        )  # fmt: skip


@router.get("", operation_id="get_today", response_model=TodayAnswer)
async def get_today(
    caller: Annotated[Caller, Depends(needs("calls:read"))],
    platform: Annotated[Platform, Depends(platform_of)],
    tz: Annotated[str, Query(max_length=60, description="Whose day it is; empty: the workspace's.")] = "",
) -> Response:
    """Who is on the line, what needs somebody, how today and the last fourteen days went."""
    zone = require_zone(tz) if tz else (await read_limits(platform.store, caller.workspace))[0].timezone
    found = await platform.insights.home.today(caller.workspace, zone)
    return Response(TodayAnswer.of(found).model_dump_json(by_alias=True), media_type="application/json")
