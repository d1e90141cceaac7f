"""A week of calls for the tests of the list: of every kind, with what is owed in some, with words to be found."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from offhook import clock
from offhook.ids import id_at, new_id
from offhook.platform.platform import Platform
from offhook.settings import Settings
from offhook.store import search
from offhook.store.schema import WORKSPACES
from offhook.store.scope import SYSTEM, Scope
from offhook.store.tables.calls import CALL_TURNS, CALLS, REFUSED_CALLS
from offhook.store.tables.insight import CALL_FIGURES
from tests.dashboard_world import Aside

HOUR_MS: Final = 3_600_000
COUNT: Final = 32
LASTLY: Final = "+15005550032"
"""Who called first, and so stands last."""
_REASONS: Final = (
    "caller.hung_up", "caller.said_goodbye", "agent.transferred", "caller.silent", "caller.hung_up",
    "provider.voice.failed", "caller.said_goodbye", "limit.call.minutes",
)  # fmt: skip
_SAID: Final = (
    ("I would like a table for four tomorrow evening, near the window if there is one.", "For what name, please?"),
    ("Is there a sauna in the house?", "I do not know that. I will have somebody call you back."),
    ("Can I bring my dog? He is small and very quiet.", "Dogs are welcome on the terrace."),
    ("When do you open on Sunday?", "We open at eight."),
)


def seed_list(data: Path) -> None:
    """Fill the database of a server that does not run at the moment."""
    aside = Aside()
    try:
        aside.do(_seed(data))
    finally:
        aside.stop()


async def _seed(data: Path) -> None:
    platform = await Platform.open(Settings(data_dir=data))
    workspace = await platform.store.read_wide(lambda connection: connection.execute(select(WORKSPACES.c.id)).scalar())
    assert isinstance(workspace, str)
    document = {"name": "Harbour Hotel", "language": "en-US"}
    agent = (await platform.agents.create(workspace, document, SYSTEM)).id
    now = clock.wall_ms()

    def job(scope: Scope) -> None:
        for number in range(1, COUNT + 1):
            _call(scope, agent, number, now - round(number * 5.3 * HOUR_MS))
        for number, reason in enumerate(("shield.blocked", "limit.concurrent_calls")):
            scope.insert(
                REFUSED_CALLS, id=new_id("refused"), at=now - (number + 1) * HOUR_MS, from_number="+15005550009",
                to_number="+15005550001", reason=reason, heard="All lines are taken. Please call again later.",
                saved_nano=40_000_000,
            )  # fmt: skip

    await platform.store.write(workspace, job)
    await platform.stop()


def _call(scope: Scope, agent: str, number: int, at: int) -> None:
    call, is_ours = f"{id_at('call', at)}{number:016}", number % 7 == 3
    them, us = f"+150055500{number:02}", "+15005550001"
    reason, said = _REASONS[number % len(_REASONS)], _SAID[number % len(_SAID)]
    kind = "browser" if number % 9 == 4 else "phone"
    gap = 520 + number * 37
    nano, length = 9_000_000 + number * 4_100_000, 21_000 + number * 7_300
    scope.insert(
        CALLS, id=call, agent_id=agent, agent_version=1, kind=kind, direction="outbound" if is_ours else "inbound",
        status="ended", from_number=us if is_ours else them, to_number=them if is_ours else us, created_at=at,
        answered_at=at, ended_at=at + length, duration_ms=length, end_reason=reason, turns=4, gap_p50_ms=gap,
        gap_p95_ms=gap * 2, cost_nano=nano, variables={}, metadata={}, detail={"agent_name": "Harbour Hotel"},
        warnings=["tts.fell_back"] if number % 11 == 6 else [], is_sample=False, place=search.place_of(call),
    )  # fmt: skip
    turns = [("agent", "Harbour Hotel, hello. How can I help you?"), ("caller", said[0]), ("agent", said[1])]
    for place, (role, text) in enumerate(turns, start=1):
        detail: dict[str, Any] = {"at_s": place * 3.2, "until_s": place * 3.2 + 2.5, "turn": place // 2}
        scope.insert(CALL_TURNS, call_id=call, number=place, role=role, text=text, detail=detail)
    search.index(scope, call, "\n".join(text for _, text in turns))
    is_asked, is_unkept = number % 4 == 1, number % 8 == 2
    scope.insert(
        CALL_FIGURES, call_id=call, at=at, agent_id=agent, agent_version=1, direction="inbound", end_reason=reason,
        transcriber="", model="", voice="", calls=1, ms=length, nano=nano, questions=int(is_asked),
        unkept=int(is_unkept), tool_failures=int(number % 13 == 8),
    )  # fmt: skip
