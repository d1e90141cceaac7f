"""Days of figures, wherever they are asked from: also where clocks are ahead of UTC by parts of hours."""

import itertools
import random
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from offhook import clock
from offhook.ids import new_id
from offhook.platform.figures import DAY_MS, HOUR_MS, add_call
from offhook.store.scope import Scope
from offhook.store.tables.insight import CALL_FIGURES
from tests.insight_world import sent
from tests.platform.conftest import Play
from tests.platform_world import World

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide", "Australia/Lord_Howe",
         "America/St_Johns", "Pacific/Chatham")  # fmt: skip
BEGAN = 1_790_294_400_000
"""On 25 September 2026: clocks in Chatham, in Adelaide and on Lord Howe are put forward in the days that follow."""
DAYS = 12
EDGES = (0, 1, HOUR_MS // 4, HOUR_MS // 2, HOUR_MS - 1)


def moments() -> list[int]:
    """About a call an hour, most of them at its edges, where days begin and end."""
    chance = random.Random(7)
    hours = [BEGAN // HOUR_MS * HOUR_MS + hour * HOUR_MS for hour in range(24 * DAYS)]
    return [hour + (chance.choice(EDGES) if chance.random() < 0.7 else chance.randrange(HOUR_MS)) for hour in hours]


def local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))


async def put(world: World, ats: list[int]) -> None:
    def job(scope: Scope) -> None:
        for at in ats:
            row: Any = SimpleNamespace(
                id=new_id("call"), created_at=at, agent_id="agent_1", agent_version=1, direction="inbound",
                is_sample=False, kind="phone", detail=None,
            )  # fmt: skip
            after = {"end_reason": "caller.hung_up", "duration_ms": 60_000, "cost_nano": 1_000}
            add_call(scope, row, after, {"successes": 1}, ())

    await world.platform.store.write(world.workspace, job)


async def asked(world: World, zone: str, group: str, since: int, until: int) -> dict[str, int]:
    body = {"measures": ["calls", "cost"], "group_by": group, "tz": zone, "from": clock.rfc3339(since),
            "to": clock.rfc3339(until)}  # fmt: skip
    rows = (await sent(world, "/analytics/query", body))["rows"]
    assert all(row["values"]["cost"]["amount"] == f"{row['values']['calls'] / 1e6:.6f}".rstrip("0") for row in rows)
    return {row["key"]: row["values"]["calls"] for row in rows}


def test_days_and_hours_are_those_of_the_zone(play: Play) -> None:
    async def act(world: World) -> None:
        ats = moments()
        await put(world, ats)
        odd = BEGAN + 7 * 60_000 + 3
        for zone, (since, until) in itertools.product(
            ZONES, ((BEGAN - DAY_MS, BEGAN + 20 * DAY_MS), (odd, odd + 10 * DAY_MS), (odd, odd + HOUR_MS // 2))
        ):
            meant = [local(at, zone) for at in ats if since <= at < until]
            for group, form in (("day", "%Y-%m-%d"), ("hour_of_day", "%H"), ("hour", "%Y-%m-%dT%H")):
                found = await asked(world, zone, group, since, until)
                assert found == Counter(at.strftime(form) for at in meant), (zone, group, since)

    play(act)


def test_a_day_stays_what_it_was_when_its_calls_are_erased(play_here: Play) -> None:
    """The sums of its hours tell it; only of the hour in which one day ends and the next begins single calls do."""

    async def act(world: World) -> None:
        await put(world, moments())
        before = await asked(world, "Asia/Kolkata", "day", BEGAN - DAY_MS, BEGAN + 20 * DAY_MS)
        # 18:30 is midnight there.
        is_cut = (CALL_FIGURES.c.at / HOUR_MS) % 24 == 18

        def erase(scope: Scope) -> int:
            return scope.delete(CALL_FIGURES, ~is_cut)

        assert await world.platform.store.write(world.workspace, erase) > 200
        assert await asked(world, "Asia/Kolkata", "day", BEGAN - DAY_MS, BEGAN + 20 * DAY_MS) == before

    play_here(act)
