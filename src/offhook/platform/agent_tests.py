"""Tests of agents: a call that was copied, or a script that somebody wrote, with what is expected of the agent.

Kept here and asked to be run; `running_tests` runs them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import func

from offhook import clock
from offhook.call.journal import Briefing, Header, Line, parse_line
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.ids import new_id
from offhook.platform.agent_rows import row_of
from offhook.platform.audit import audit
from offhook.platform.call_account import Account, Told
from offhook.platform.call_copy import Copier, Copy
from offhook.platform.calls import Calls, NotYet
from offhook.platform.expectations import proposed
from offhook.platform.journal_tail import HEADER_KIND, JournalLine
from offhook.platform.price_book import PriceBook
from offhook.platform.problems import Conflict, NotFound
from offhook.platform.trials import Wanted, wanted
from offhook.settings import Settings
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALLS
from offhook.store.tables.tests import AGENT_TESTS, TEST_RUNS

MOST_TESTS: Final = 200
"""Of one agent."""
MOST_WAITING: Final = 400
"""Runs of one workspace that are not done yet."""
EXACT: Final = "exact"
"""How it hears: the words as they are written; `agent`: by its own transcriber."""
QUEUED, RUNNING, PASSED, FAILED, TROUBLE = "queued", "running", "passed", "failed", "trouble"
TEST: Final = "test"
"""Kind of change: a test, or a run of it."""
NAME_CHARS: Final = 80
_T: Final = AGENT_TESTS.c
_R: Final = TEST_RUNS.c
_SHOWN_RUN: Final = tuple(column for column in _R if column.name not in ("workspace_id", "document", "files"))


@dataclass(frozen=True, slots=True)
class Written:
    """What a test is made of."""

    name: str
    script: Mapping[str, Any]
    expects: Sequence[Mapping[str, Any]] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    hearing: str = EXACT
    left_out: Sequence[str] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A test with its last run, if it had one."""

    row: Any
    last_run: Any = None


class AgentTests:
    """Those of all workspaces."""

    def __init__(self, store: Store, settings: Settings, calls: Calls) -> None:
        self._store, self._settings, self._calls = store, settings, calls

    async def every(self, workspace: str, agent_id: str, limit: int, after: str) -> Sequence[Kept]:
        """The agent's tests, or the workspace's, newest first. Raises `NotFound`."""

        def job(scope: Scope) -> Sequence[Kept]:
            found = scope.select(AGENT_TESTS)
            if agent_id:
                row_of(scope, agent_id)
                found = found.where(_T.agent_id == agent_id)
            found = found.where(_T.id < after) if after else found
            return _with_runs(scope, scope.all(found.order_by(_T.id.desc()).limit(limit)))

        return await self._store.read(workspace, job)

    async def get(self, workspace: str, test_id: str) -> Kept:
        """One of them. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: _with_runs(scope, [test_of(scope, test_id)])[0])

    async def create(self, workspace: str, agent_id: str, written: Written, actor: Actor) -> Kept:
        """A new one. Raises `NotFound`, `Conflict`."""
        made, at = new_id("test"), clock.wall_ms()

        def job(scope: Scope) -> Kept:
            row_of(scope, agent_id)
            count = scope.scalar(scope.select(func.count(_T.id)).where(_T.agent_id == agent_id))
            if int(count or 0) >= MOST_TESTS:
                raise Conflict(f"an agent has {MOST_TESTS} tests at most", code="test.too_many",
                               what_to_do="Delete those that tell nothing new.")  # fmt: skip
            scope.insert(
                AGENT_TESTS, id=made, agent_id=agent_id, call_id=written.call_id or None, **_columns(written),
                created_by=scope.actor.id, created_by_name=scope.actor.name[:200], created_at=at, updated_at=at,
            )  # fmt: skip
            audit(scope, "test.created", TEST, made, after={"agent": agent_id, "call": written.call_id})
            scope.tell(TEST, made)
            return Kept(test_of(scope, made))

        return await self._store.write(workspace, job, actor)

    async def copy(self, workspace: str, call_id: str, name: str, actor: Actor) -> Kept:
        """A test of the agent that took this call. Raises `NotFound`, `NotYet`, `Conflict`."""
        row = await self._calls.row(workspace, call_id)
        if not row.is_folded:
            raise NotYet("a call is copied when it is over")
        if not row.agent_id:
            raise Conflict("the agent of this call is not kept here", code="test.no_agent")
        lines = [line async for line in self._calls.folded_lines(workspace, call_id)]
        made, told = await asyncio.to_thread(copied, lines)
        if not any("say" in step or "barge_in" in step or "digits" in step for step in made.steps):
            raise Conflict("nothing that the caller said was kept", code="test.nothing_said",
                           what_to_do="Copy a call in which the caller talks, or write a script.")  # fmt: skip
        written = Written(
            name=name or _name(told), script={"steps": made.steps}, answers=made.answers,
            expects=[one.told() for one in proposed(told)], left_out=made.left_out, call_id=call_id,
            variables=made.variables,
        )  # fmt: skip
        return await self.create(workspace, row.agent_id, written, actor)

    async def change(self, workspace: str, test_id: str, fields: Mapping[str, Any], actor: Actor) -> Kept:
        """Change these of its columns. Raises `NotFound`."""

        def job(scope: Scope) -> Kept:
            before = test_of(scope, test_id)
            scope.update(AGENT_TESTS, _T.id == test_id, **fields, updated_at=clock.wall_ms())
            changed = sorted(name for name, value in fields.items() if before._mapping[name] != value)
            audit(scope, "test.changed", TEST, test_id, after={"fields": changed})
            scope.tell(TEST, test_id)
            return _with_runs(scope, [test_of(scope, test_id)])[0]

        return await self._store.write(workspace, job, actor)

    async def delete(self, workspace: str, test_id: str, actor: Actor) -> None:
        """Forget it and its runs; the calls that they made stay for their time. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            row = test_of(scope, test_id)
            scope.delete(AGENT_TESTS, _T.id == test_id)
            audit(scope, "test.deleted", TEST, test_id, before={"agent": row.agent_id})
            scope.tell(TEST, test_id)

        await self._store.write(workspace, job, actor)

    # ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self, workspace: str, test_id: str, which: int | str, actor: Actor) -> Any:
        """Have it run. Raises `NotFound`, `Conflict`, `Invalid` for a draft that cannot answer."""
        row = (await self.get(workspace, test_id)).row
        (run,) = await self._queue(workspace, row.agent_id, [test_id], which, actor)
        return run

    async def run_all(self, workspace: str, agent_id: str, which: int | str, actor: Actor) -> Sequence[Any]:
        """Have all of an agent's tests run. Raises `NotFound`, `Conflict`, `Invalid`."""
        tests = await self.every(workspace, agent_id, MOST_TESTS, "")
        return await self._queue(workspace, agent_id, [one.row.id for one in tests], which, actor)

    async def _queue(
        self, workspace: str, agent_id: str, tests: Sequence[str], which: int | str, actor: Actor
    ) -> Sequence[Any]:
        agent = await wanted(self._store, self._settings, workspace, agent_id, which)

        def job(scope: Scope) -> Sequence[Any]:
            waiting = scope.select(func.count(_R.id)).where(_R.status.in_((QUEUED, RUNNING)))
            if int(scope.scalar(waiting) or 0) + len(tests) > MOST_WAITING:
                raise Conflict("too many runs are waiting", code="test.too_many_runs",
                               what_to_do="Wait until some of them are done.")  # fmt: skip
            made = [_insert_run(scope, test_id, agent_id, str(which), agent) for test_id in tests]
            if made:
                audit(scope, "test.run", "agent", agent_id, after={"which": str(which), "tests": len(made)})
            return [run_of(scope, run) for run in made]

        return await self._store.write(workspace, job, actor)

    async def runs(self, workspace: str, test_id: str, limit: int, after: str) -> Sequence[Any]:
        """Of one test, newest first. Raises `NotFound`."""

        def job(scope: Scope) -> Sequence[Any]:
            test_of(scope, test_id)
            found = _runs(scope).where(_R.test_id == test_id)
            found = found.where(_R.id < after) if after else found
            return scope.all(found.order_by(_R.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def get_run(self, workspace: str, test_id: str, run_id: str) -> Any:
        """One run. Raises `NotFound`."""

        def job(scope: Scope) -> Any:
            row = run_of(scope, run_id)
            if row.test_id != test_id:
                raise NotFound("test_run", run_id)
            return row

        return await self._store.read(workspace, job)


def copied(lines: Sequence[JournalLine]) -> tuple[Copy, Told]:
    """A recorded call as a script, and its record. Slow: for a thread. Raises `Conflict`."""
    if not lines or lines[0].kind != HEADER_KIND:
        raise Conflict("the record of this call cannot be read", code="test.no_record")
    header = msgspec.json.decode(lines[0].body, type=Header)
    account, copier = Account(header), Copier(header)
    for line in lines[1:]:
        read = parse_line(line.body)
        account.add(read)
        if isinstance(read, Line) and isinstance(read.what, Event | Command | Briefing):
            copier.add(read.what, read.at)
    return copier.done(), account.told(PriceBook(()), 0, "")


def test_of(scope: Scope, test_id: str) -> Any:
    """A test's row. Raises `NotFound`."""
    row = scope.get(AGENT_TESTS, test_id)
    if row is None:
        raise NotFound("test", test_id)
    return row


def run_of(scope: Scope, run_id: str) -> Any:
    """A run's row, with `call_id` of the call that it made, while that is kept. Raises `NotFound`."""
    row = scope.first(_runs(scope).where(_R.id == run_id))
    if row is None:
        raise NotFound("test_run", run_id)
    return row


def _runs(scope: Scope) -> Any:
    joined = TEST_RUNS.outerjoin(CALLS, (CALLS.c.id == _R.made_call_id) & (CALLS.c.workspace_id == _R.workspace_id))
    return scope.select(*_SHOWN_RUN, CALLS.c.id.label("call_id"), outer=(CALLS,)).select_from(joined)


def _with_runs(scope: Scope, rows: Sequence[Any]) -> list[Kept]:
    ids = [row.id for row in rows]
    newest = scope.select(func.max(_R.id)).where(_R.test_id.in_(ids)).group_by(_R.test_id)
    last = [row[0] for row in scope.all(newest)] if ids else []
    runs = {run.test_id: run for run in scope.all(_runs(scope).where(_R.id.in_(last)))} if last else {}
    return [Kept(row, runs.get(row.id)) for row in rows]


def _insert_run(scope: Scope, test_id: str, agent_id: str, which: str, agent: Wanted) -> str:
    test_of(scope, test_id)
    made = new_id("run")
    scope.insert(
        TEST_RUNS, id=made, test_id=test_id, agent_id=agent_id, which=which, version=agent.agent.version,
        document=agent.document, files=agent.files, status=QUEUED, results=[], created_by=scope.actor.id,
        created_by_name=scope.actor.name[:200], created_at=clock.wall_ms(),
    )  # fmt: skip
    scope.tell(TEST, test_id)
    return made


def _columns(written: Written) -> dict[str, Any]:
    return {
        "name": written.name[:200], "script": dict(written.script), "expects": [dict(one) for one in written.expects],
        "answers": dict(written.answers), "variables": dict(written.variables), "hearing": written.hearing,
        "left_out": list(written.left_out),
    }  # fmt: skip


def _name(told: Told) -> str:
    """The caller's first words."""
    first = next((turn.text for turn in told.turns if turn.role == "caller" and turn.text), "")
    return first if len(first) <= NAME_CHARS else f"{first[:NAME_CHARS].rsplit(' ', 1)[0]} …"
