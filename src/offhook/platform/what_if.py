"""What another patience would have changed: the last turns of an agent, by the rule that ends turns.

It is worked out in a thread of its own that yields to calls, for so long at most; what was not looked at is said.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from offhook import clock
from offhook.agents.model import Agent
from offhook.call.journal import Header, Line, parse_line
from offhook.core.behaviour import Behaviour
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.core.what_if import Silence, Silences
from offhook.errors import OffhookError
from offhook.platform.agent_documents import Around, judge, merged
from offhook.platform.agents import Agents
from offhook.platform.background import yield_to_calls
from offhook.platform.call_turns import percentile
from offhook.platform.calls import Calls, Wanted
from offhook.platform.fix_steps import Change, moved
from offhook.platform.journal_tail import HEADER_KIND, JournalLine
from offhook.platform.problems import Flaw, Invalid, TooMany

MOST_TURNS: Final = 500
MOST_CALLS: Final = 200
LONGEST_S: Final = 10.0
MOST_SHOWN: Final = 100
_KINDS: Final = frozenset({
    "SpeechStarted", "SpeechStopped", "TranscriptFinal", "TurnPredicted", "SegmentStarted", "AgentEntered",
    "StartReply", "CommitReply", "Remember",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A silence that would have ended otherwise."""

    call_id: str
    silence: Silence
    before_s: float
    after_s: float
    """So long the agent waits there, by the draft and by what is tried."""


@dataclass(slots=True)
class WhatIf:
    """What was found."""

    calls: int = 0
    turns: int = 0
    cut_off_before: int = 0
    cut_off_after: int = 0
    shifts_ms: list[int] = field(default_factory=list)
    """Of each turn's end: so much later, or sooner."""
    places: list[Place] = field(default_factory=list)
    is_partial: bool = False

    @property
    def shift_p50_ms(self) -> int | None:
        """Half of the replies come so much later, or less."""
        return percentile(self.shifts_ms, 0.5)


class WhatIfs:
    """For the agents of all workspaces."""

    def __init__(self, agents: Agents, calls: Calls) -> None:
        self._agents, self._calls = agents, calls
        self._pool = ThreadPoolExecutor(1, "what if", initializer=yield_to_calls)
        self._is_busy = False

    def close(self) -> None:
        """No more of it."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def of(
        self,
        workspace: str,
        agent_id: str,
        turn_taking: Mapping[str, Any],
        change: Change | None = None,
        by_ms: int = 0,
    ) -> WhatIf:
        """The agent's last turns, by its draft and by these numbers, or as a fix would change all silences of it.
        Raises `NotFound`, `Invalid`, `TooMany`."""
        draft = (await self._agents.get(workspace, agent_id)).draft
        if change is not None:
            turn_taking = await asyncio.to_thread(moved, draft, change, by_ms)
        tried = await asyncio.to_thread(_tried, draft, turn_taking)
        standing = await asyncio.to_thread(_standing, draft)
        if self._is_busy:
            raise TooMany("another such question is being answered", retry_after_s=LONGEST_S, code="what_if.busy")
        self._is_busy = True
        try:
            return await self._found(workspace, agent_id, standing, tried)
        finally:
            self._is_busy = False

    async def _found(self, workspace: str, agent_id: str, standing: Behaviour, tried: Behaviour) -> WhatIf:
        found, until, after = WhatIf(), clock.now() + LONGEST_S, ""
        while found.turns < MOST_TURNS and found.calls < MOST_CALLS:
            rows = await self._calls.listed(
                workspace, Wanted(agent_id=agent_id, status="ended", is_test=False), after, 20
            )
            for row in rows:
                if found.turns >= MOST_TURNS:
                    break
                if clock.now() > until:
                    found.is_partial = True
                    return found
                after = row.id
                try:
                    lines = [line async for line in self._calls.folded_lines(workspace, row.id)
                             if line.kind in _KINDS or line.kind == HEADER_KIND]  # fmt: skip
                except OffhookError:
                    continue  # It is not folded yet, or not kept.
                loop = asyncio.get_running_loop()
                silences = await loop.run_in_executor(self._pool, silences_of, lines)
                _count(found, row.id, silences, standing, tried)
            if len(rows) < 20:
                break
        return found


def silences_of(lines: Sequence[JournalLine]) -> list[Silence]:
    """The silences of a call; none where its words were not kept."""
    if not lines or lines[0].kind != HEADER_KIND:
        return []
    silences = Silences(msgspec.json.decode(lines[0].body, type=Header).script)
    for line in lines[1:]:
        read = parse_line(line.body)
        if isinstance(read, Line) and isinstance(read.what, Event | Command):
            silences.add(read.what, read.at)
    return silences.end()


def _count(found: WhatIf, call_id: str, silences: Sequence[Silence], standing: Behaviour, tried: Behaviour) -> None:
    found.calls += 1
    for silence in silences:
        before_s, after_s = silence.waited_s(standing), silence.waited_s(tried)
        was_cut, is_cut = silence.is_cut_off(standing), silence.is_cut_off(tried)
        found.cut_off_before += was_cut
        found.cut_off_after += is_cut
        if silence.went_on_s is None:
            found.turns += 1
            found.shifts_ms.append(round((after_s - before_s) * 1000))
        if was_cut != is_cut and len(found.places) < MOST_SHOWN:
            found.places.append(Place(call_id, silence, before_s, after_s))


def _standing(draft: Mapping[str, Any]) -> Behaviour:
    return Agent.model_validate(dict(draft)).behaviour()


def _tried(draft: Mapping[str, Any], turn_taking: Mapping[str, Any]) -> Behaviour:
    judged = judge(merged(dict(draft), {"turn_taking": dict(turn_taking)}), Around(), clock.wall().date())
    flaws = [flaw for flaw in judged.flaws if flaw.pointer.startswith("/turn_taking")]
    if flaws:
        raise Invalid([Flaw(flaw.pointer, flaw.detail, flaw.code) for flaw in flaws])
    return _standing(merged(dict(draft), {"turn_taking": dict(turn_taking)}))
