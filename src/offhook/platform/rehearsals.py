"""Rehearsals: talk to a draft by typing, and ask a turn again after a change. The core, model, knowledge and tools are
those of a call.

A rehearsal is kept as the events of its conversation, so any process can go on with it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from offhook import clock
from offhook.call.rehearsal import LineOf, Played, Rehearsal
from offhook.call.rehearsed_tools import RehearsedTools
from offhook.core.commands import Remember
from offhook.core.events import AnyEvent
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid, KeysPressed
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.call_values import checked
from offhook.platform.calls import Calls
from offhook.platform.exchanges import exchange_of
from offhook.platform.problems import Conflict, NotFound, Stale, TooMany
from offhook.platform.rehearsal_agents import RehearsalAgents, values_of, view_of
from offhook.platform.trials import Wanted, wanted
from offhook.settings import Settings
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import REHEARSALS

MOST_TURNS: Final = 60
"""Of one rehearsal."""
MOST_REHEARSALS: Final = 200
"""Of one workspace; the oldest go first."""
DAY_MS: Final = 86_400_000
MOST_AT_ONCE: Final = 8
"""Turns that are made in this process."""
_R: Final = REHEARSALS.c
_LINES: Final = list[tuple[float, AnyEvent]]


@dataclass(frozen=True, slots=True)
class Typed:
    """One message of the caller's side."""

    text: str = ""
    keys: str = ""
    run_tools: bool = False
    """Tools with effects are really run."""
    answers: Mapping[str, str] | None = None
    """What tools are taken to have answered, by their names."""


class Rehearsals:
    """Those of all workspaces."""

    def __init__(self, store: Store, settings: Settings, agents: RehearsalAgents, calls: Calls) -> None:
        self._store, self._settings, self._agents, self._calls = store, settings, agents, calls
        self._data_dir = settings.data_dir
        self._at_once = 0

    async def begin(
        self, workspace: str, agent_id: str, which: int | str, given: Mapping[str, object], actor: Actor
    ) -> Any:
        """A rehearsal with its opening. Raises `NotFound`, `Conflict`, `Invalid`, `ConfigurationError`."""
        found = await wanted(self._store, self._settings, workspace, agent_id, which)
        values = checked(found.document, given)
        async with self._turn(), self._agents.ready(workspace, agent_id, found.document, found.files) as runtime:
            filled = values_of(runtime, values)
            tools = RehearsedTools(self._data_dir)
            async with Rehearsal(view_of(runtime, filled), tools) as rehearsal:
                played = await rehearsal.answer()
            exchange = await exchange_of(0, Typed(), played, runtime, tools)
            lines = told(rehearsal.lines)
        made, at = new_id("reh"), clock.wall_ms()

        def job(scope: Scope) -> Any:
            _forget_old(scope, at)
            scope.insert(
                REHEARSALS, id=made, agent_id=agent_id, which=str(which), document=found.document, files=found.files,
                given=filled, lines=lines, exchanges=[exchange], end_reason=played.ended, revision=1,
                created_by=scope.actor.id, created_at=at, updated_at=at,
            )  # fmt: skip
            audit(scope, "rehearsal.begun", "agent", agent_id, after={"rehearsal": made, "which": str(which)})
            return row_of(scope, made)

        return await self._store.write(workspace, job, actor)

    async def get(self, workspace: str, rehearsal_id: str) -> Any:
        """The row. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: row_of(scope, rehearsal_id))

    async def delete(self, workspace: str, rehearsal_id: str, actor: Actor) -> None:
        """Forget it. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            agent_id = row_of(scope, rehearsal_id).agent_id
            scope.delete(REHEARSALS, _R.id == rehearsal_id)
            audit(scope, "rehearsal.deleted", "agent", agent_id, before={"rehearsal": rehearsal_id})

        await self._store.write(workspace, job, actor)

    async def type(self, workspace: str, rehearsal_id: str, typed: Typed, actor: Actor) -> dict[str, Any]:
        """What the agent answers. Raises `NotFound`, `Conflict` when it is over, `Stale` when somebody else typed."""
        row = await self.get(workspace, rehearsal_id)
        if row.end_reason:
            raise Conflict("this rehearsal is over", code="rehearsal.over", what_to_do="Begin another one.")
        if len(row.exchanges) > MOST_TURNS:
            raise Conflict(f"a rehearsal has {MOST_TURNS} turns at most", code="rehearsal.too_long")
        async with self._turn(), self._agents.ready(workspace, row.agent_id, row.document, row.files) as runtime:
            tools = _tools(self._data_dir, typed)
            agent = view_of(runtime, row.given)
            # A long conversation is lived through again: not on the loop that calls live on.
            taken_up = await asyncio.to_thread(Rehearsal, agent, tools, read(row.lines))
            async with taken_up as rehearsal:
                played = await _played(rehearsal, typed)
            exchange = await exchange_of(len(row.exchanges), typed, played, runtime, tools)
        ended = played.ended or played.went_to or None

        def job(scope: Scope) -> None:
            done = scope.update(
                REHEARSALS, _R.id == rehearsal_id, _R.revision == row.revision, revision=row.revision + 1,
                lines=[*row.lines, *told(rehearsal.lines)], exchanges=[*row.exchanges, exchange],
                end_reason=ended, updated_at=clock.wall_ms(),
            )  # fmt: skip
            if not done:
                raise Stale
            if tools.ran and typed.run_tools:
                audit(scope, "rehearsal.tools_run", "agent", row.agent_id, after={"rehearsal": rehearsal_id})

        await self._store.write(workspace, job, actor)
        return exchange

    # ── again ────────────────────────────────────────────────────────────────────────────────────────────────

    async def again(
        self, workspace: str, rehearsal_id: str, number: int, which: int | str
    ) -> tuple[dict[str, Any], str]:
        """The message of this number, asked again of the agent as it is now; and what was said then.

        Raises `NotFound`, `Conflict`.
        """
        row = await self.get(workspace, rehearsal_id)
        if not 0 < number < len(row.exchanges):
            raise NotFound("message", str(number))
        was = row.exchanges[number]
        agent_now = await wanted(self._store, self._settings, workspace, row.agent_id, which)
        entries = [entry for one in row.exchanges[:number] for entry in one["entries"]]
        before = tuple(msgspec.convert(entry, AnyEntry) for entry in entries)
        typed, said = Typed(was["text"], was["keys"]), " ".join(reply["text"] for reply in was["replies"])
        return await self._asked(workspace, agent_now, before, typed, number, row.given), said

    async def again_of_call(
        self, workspace: str, agent_id: str, call_id: str, turn: int, which: int | str
    ) -> tuple[dict[str, Any], str]:
        """A turn of a recorded call, asked of the agent as it is now; and what was heard then. Raises `NotFound`."""
        agent_now = await wanted(self._store, self._settings, workspace, agent_id, which)
        row = await self._calls.row(workspace, call_id)
        lines = self._calls.folded_lines if row.is_folded else lambda ws, call: self._calls.lines(ws, call, -1)
        history = [
            msgspec.json.decode(line.body, type=Remember).entry
            async for line in lines(workspace, call_id)
            if line.kind == "Remember"
        ]
        place = next((at for at, entry in enumerate(history) if _is_of(entry, turn)), None)
        if place is None:
            raise NotFound("turn", str(turn))
        typed = Typed(
            " ".join(entry.text for entry in history if isinstance(entry, CallerSaid) and entry.turn == turn).strip(),
            "".join(entry.keys for entry in history if isinstance(entry, KeysPressed) and entry.turn == turn),
        )
        if not typed.text and (not typed.keys or "*" in typed.keys):
            raise Conflict(
                "the words of this turn were not kept", code="turn.not_kept",
                what_to_do="Its agent keeps no words of calls: type them in a rehearsal.",
            )  # fmt: skip
        said = " ".join(entry.text for entry in history[place:] if isinstance(entry, AgentSaid) and entry.turn == turn)
        return await self._asked(workspace, agent_now, tuple(history[:place]), typed, turn, row.variables), said

    async def _asked(
        self, workspace: str, found: Wanted, before: tuple[AnyEntry, ...], typed: Typed, number: int,
        given: Mapping[str, object],
    ) -> dict[str, Any]:  # fmt: skip
        known = found.document.get("variables") or {}
        given = {name: value for name, value in given.items() if name in known}
        document, agent_id = found.document, found.agent.id
        async with self._turn(), self._agents.ready(workspace, agent_id, document, found.files) as runtime:
            tools = _tools(self._data_dir, typed)
            agent = view_of(runtime, values_of(runtime, given))
            # Who speaks first has nothing before it: the opening then stands for it.
            async with Rehearsal(agent, tools, history=before) as rehearsal:
                await rehearsal.answer()
                played = await _played(rehearsal, typed)
            return await exchange_of(number, typed, played, runtime, tools)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One of the turns that this process makes at once. Raises `TooMany`."""
        if self._at_once >= MOST_AT_ONCE:
            raise TooMany("too many rehearsals are being answered", retry_after_s=5.0, code="rehearsal.too_many")
        self._at_once += 1
        try:
            yield
        finally:
            self._at_once -= 1


def told(lines: Sequence[LineOf]) -> list[Any]:
    """For the store."""
    return [[at, msgspec.to_builtins(event)] for at, event in lines]


def read(kept: Sequence[Any]) -> list[LineOf]:
    """As the store has them."""
    return [(at, event) for at, event in msgspec.convert(kept, _LINES)]


def row_of(scope: Scope, rehearsal_id: str) -> Any:
    """The row. Raises `NotFound`."""
    row = scope.get(REHEARSALS, rehearsal_id)
    if row is None:
        raise NotFound("rehearsal", rehearsal_id)
    return row


async def _played(rehearsal: Rehearsal, typed: Typed) -> Played:
    return await (rehearsal.press(typed.keys) if typed.keys else rehearsal.say(typed.text))


def _tools(data_dir: Path, typed: Typed) -> RehearsedTools:
    return RehearsedTools(data_dir, typed.run_tools, dict(typed.answers or {}))


def _is_of(entry: AnyEntry, turn: int) -> bool:
    return isinstance(entry, CallerSaid | KeysPressed) and entry.turn == turn


def _forget_old(scope: Scope, at: int) -> None:
    scope.delete(REHEARSALS, _R.updated_at < at - DAY_MS)
    newest = scope.select(_R.id).order_by(_R.id.desc()).offset(MOST_REHEARSALS - 1)
    if (oldest := scope.first(newest)) is not None:
        scope.delete(REHEARSALS, _R.id <= oldest.id)
