"""`/v1/analytics/query`: how it goes, in figures that open the calls behind them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Money
from offhook.platform.analytics import Asked, FigureRow, Group, Measure
from offhook.platform.callers import Caller
from offhook.platform.local_days import DAY_MS, HOUR_MS
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/analytics", tags=["Analytics"])

At = Annotated[str, StringConstraints(max_length=40)]
Zone = Annotated[str, StringConstraints(max_length=60)]
Reader = Annotated[Caller, Depends(needs("calls:read"))]
Here = Annotated[Platform, Depends(platform_of)]
_MONEY = (Measure.COST, Measure.SAVED)
_GAPS = (Measure.GAP_P50, Measure.GAP_P95)
_ESTIMATED = (*_GAPS, Measure.CUT_INS, Measure.SAVED)
_QUERY: Any = {
    "measures": ["calls", "minutes", "cost", "gap_p50_ms"], "group_by": "day", "from": "2026-11-15T00:00:00Z",
    "to": "2026-11-29T00:00:00Z", "tz": "Europe/Berlin",
}  # fmt: skip
_ROW: Any = {
    "key": "2026-11-28", "label": "2026-11-28", "from": "2026-11-27T23:00:00.000Z", "to": "2026-11-28T23:00:00.000Z",
    "values": {"calls": 41, "minutes": 62.5, "cost": {"amount": "0.5412", "currency": "USD"}, "gap_p50_ms": 612},
    "unpriced_calls": 0,
    "calls_query": {"has": "figures", "started_at.gte": "2026-11-27T23:00:00.000Z",
                    "started_at.lt": "2026-11-28T23:00:00.000Z"},
}  # fmt: skip


class AnalyticsQuery(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [_QUERY]})

    measures: Annotated[list[Measure], Field(min_length=1, max_length=len(Measure))] = Field(
        description="`success`: the share of calls that ended in order, in which the caller was heard, and that left "
        "nothing open: no question unanswered, no promise unkept, no reply that failed. `gap_*`: from the caller's "
        "last sound to the agent's first, as heard. `cut_ins`: the agent began while the caller had not finished; "
        "`barge_ins`: the caller took the floor; `false_stops`: the agent fell silent for something that was no "
        "interruption; `silences`: nobody was heard for 4 s; `questions` without an answer; `unkept` promises. "
        "`refused`, `saved`: calls that were not taken.",
    )
    group_by: Group | None = Field(
        default=None, description="`provider` is the language model's. Null: one row for all of it."
    )
    since: At = Field(alias="from", description="RFC 3339.", examples=["2026-11-01T00:00:00Z"])
    until: At = Field(
        alias="to", description="RFC 3339; calls that began before it.", examples=["2026-12-01T00:00:00Z"]
    )
    agent_id: Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_]*$")] = Field(
        default="", description="Calls of this agent alone."
    )
    tz: Zone = Field(default="UTC", description="Whose days and hours.", examples=["Europe/Berlin"])


class AnalyticsRow(BaseModel):
    """One group."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_ROW]})

    key: str = Field(description="An id, a name, a day (`2026-11-28`), an hour (`2026-11-28T14`, `14`); empty: all.")
    label: str = Field(description="For people: an agent's name.")
    since: Moment = Field(serialization_alias="from", validation_alias="from")
    until: Moment = Field(serialization_alias="to", validation_alias="to")
    values: dict[str, int | float | Money | None] = Field(description="By measure; null: it cannot be told.")
    unpriced_calls: int = Field(description="With `cost`: so many calls used something whose price nobody knows.")
    calls_query: dict[str, str] | None = Field(
        description="What `GET /v1/calls` is asked for the calls behind it; null: they are all over the days. Of one "
        "measure's calls alone: add `has=cut_ins` and its kin."
    )


class AnalyticsAnswer(BaseModel):
    """Figures of calls that are over. Samples and tests count nowhere."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rows": [_ROW], "estimated": ["gap_p50_ms"], "tz": "Europe/Berlin"}]}
    )

    rows: list[AnalyticsRow] = Field(description="In the order of time, or with the most calls first; 1,000 at most.")
    estimated: list[Measure] = Field(
        description="Of what was asked for: percentiles are made of counts by length; cut-ins are told by the order of "
        "sounds; what was saved is the mean of calls that were taken."
    )
    tz: str


@router.post("/query", operation_id="query_analytics")
async def query_analytics(body: AnalyticsQuery, caller: Reader, platform: Here) -> AnalyticsAnswer:
    """Figures by agent, version, model, day and more."""
    asked = asked_of(body)
    rows = await platform.insights.analytics.query(caller.workspace, asked)
    names = await agent_names(platform, caller.workspace, rows, asked)
    estimated = [measure for measure in _ESTIMATED if measure in asked.measures]
    return AnalyticsAnswer(rows=[row_of(row, asked, names) for row in rows], estimated=estimated, tz=asked.zone)


def asked_of(body: AnalyticsQuery) -> Asked:
    """Raises `Invalid`."""
    since, until = _moment("/from", body.since), _moment("/to", body.until)
    measures = tuple(dict.fromkeys(body.measures))
    return Asked(measures, since, until, body.group_by, body.agent_id, require_zone(body.tz))


def _moment(pointer: str, text: str) -> int:
    at = clock.read_rfc3339(text)
    if at is None or not 0 <= at < 1 << 45:
        raise Invalid([Flaw(pointer, "a date and time with its zone is wanted, as 2026-11-28T00:00:00Z")])
    return at


def require_zone(zone: str) -> str:
    """Raises `Invalid` for one that nobody knows."""
    if not clock.knows_zone(zone):
        raise Invalid([Flaw("/tz", "no such time zone: a place is wanted, such as Europe/Berlin, or UTC")])
    return zone


async def agent_names(platform: Platform, workspace: str, rows: list[FigureRow], asked: Asked) -> dict[str, str]:
    """Of the agents in the rows."""
    if asked.group not in (Group.AGENT, Group.VERSION):
        return {}
    return await platform.agents.names(workspace, {str(row.key[0]) for row in rows})


def row_of(row: FigureRow, asked: Asked, names: dict[str, str]) -> AnalyticsRow:
    """From what was found."""
    key, label, query = _told(row, asked, names)
    values: dict[str, int | float | Money | None] = {}
    for measure in asked.measures:
        value = row.value(measure)
        is_money = measure in _MONEY and value is not None
        values[measure] = Money.of_nano(int(value or 0)) if is_money else value
    query |= {"started_at.gte": clock.rfc3339(row.since), "started_at.lt": clock.rfc3339(row.until)}
    if asked.agent_id:
        query["agent_id"] = asked.agent_id
    return AnalyticsRow.model_validate({
        "key": key, "label": label, "from": row.since, "to": row.until, "values": values,
        "unpriced_calls": row.sums.get("unpriced", 0),
        "calls_query": None if asked.group is Group.HOUR_OF_DAY else query | {"has": "figures"},
    })  # fmt: skip


def _told(row: FigureRow, asked: Asked, names: dict[str, str]) -> tuple[str, str, dict[str, str]]:
    """Key, label and filter."""
    match asked.group:
        case None:
            return "", "", {}
        case Group.AGENT:
            agent_id = str(row.key[0])
            return agent_id, names.get(agent_id, agent_id), {"agent_id": agent_id}
        case Group.VERSION:
            agent_id, version = str(row.key[0]), str(row.key[1])
            label = f"{names.get(agent_id, agent_id)}, version {version}"
            return f"{agent_id}/{version}", label, {"agent_id": agent_id, "agent_version": version}
        case Group.DAY:
            day = clock.rfc3339(int(row.key[0]) * DAY_MS)[:10]
            return day, day, {}
        case Group.HOUR:
            hour = clock.rfc3339(int(row.key[0]) * HOUR_MS)[:13]
            return hour, f"{hour[:10]} {hour[11:]}:00", {}
        case Group.HOUR_OF_DAY:
            hour = f"{int(row.key[0]):02d}"
            return hour, f"{hour}:00", {}
        case group:
            value = str(row.key[0])
            return value, value, {str(group): value}
