"""Runs tests: each is a call of the simulated caller in a process of its own, which yields to calls that live.

Which run is whose stands in the store: a process claims one, and whoever buries a dead process puts its runs back.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select, update

from offhook import clock
from offhook.call.journal import read_header
from offhook.call.records.folder import JOURNAL
from offhook.errors import OffhookError, StoreError
from offhook.ids import new_id
from offhook.platform.agent_tests import FAILED, PASSED, QUEUED, RUNNING, TEST, TROUBLE, test_of
from offhook.platform.expectations import Expectation, judged
from offhook.platform.folding import EndedCall, Folded, fold, key_of, row_of, write_folded
from offhook.platform.line_up import Answering, FolderOf
from offhook.platform.prices import book_of
from offhook.platform.problems import NotFound
from offhook.platform.snapshot import Snapshot
from offhook.platform.vendors import VARIABLES
from offhook.settings import Settings
from offhook.store.objects import Objects
from offhook.store.scope import SYSTEM, Change, Scope
from offhook.store.store import Store
from offhook.store.tables.tests import TEST_RUNS

AT_ONCE: Final = 1
"""In this process: a second one would take a second processor from calls."""
WALL_S: Final = 300.0
LOOK_S: Final = 60.0
BUSY_S: Final = 2.0
"""While calls come late here, no run begins; so long later it is looked again."""
MOST_LAG_S: Final = 0.05
MOST_TRIES: Final = 2
RUNS_KEPT: Final = 20
"""Of one test."""
KEEP_DAYS: Final = 30
"""The call of a run."""
FOLDER: Final = "tests"
_PROGRAM: Final = "from offhook.simulator.scripted_call import main; main()"
_R: Final = TEST_RUNS.c
_LOG: Final = logging.getLogger("offhook.tests")


class TroubleError(OffhookError):
    """The run could not be made."""


@dataclass(slots=True)
class RunningTests:
    """Those that this process makes."""

    store: Store
    objects: Objects
    settings: Settings
    snapshot: Snapshot
    folder_of: FolderOf
    process_id: Callable[[], str]
    lag_s: Callable[[], float] = lambda: 0.0
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _running: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def start(self) -> None:
        """Make runs from now on."""
        self._task = asyncio.create_task(self._run(), name="test runs")

    async def stop(self) -> None:
        """Make no more; what is being made is given up, for whoever comes next."""
        if self._task is None:
            return
        for task in (self._task, *self._running):
            task.cancel()
        await asyncio.wait({self._task, *self._running})
        with contextlib.suppress(StoreError):
            await self.give_back(self.process_id())

    def changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
        if any(change.kind == TEST for change in changes):
            self._wake.set()

    async def give_back(self, process_id: str) -> int:
        """What this process had begun is made by others; how many that was. Raises `StoreError`."""

        def job(connection: Connection) -> int:
            mine = (_R.process_id == process_id, _R.status == RUNNING)
            again = update(TEST_RUNS).where(*mine, _R.tries < MOST_TRIES).values(status=QUEUED, process_id=None)
            over = update(TEST_RUNS).where(*mine, _R.tries >= MOST_TRIES)
            ended = {"status": TROUBLE, "trouble": "The server ended while it was made.", "ended_at": clock.wall_ms()}
            return connection.execute(over.values(**ended)).rowcount + connection.execute(again).rowcount

        count = await self.store.write_wide(job)
        if count:
            self._wake.set()
        return count

    async def _run(self) -> None:
        while True:
            wait_s = LOOK_S
            try:
                while len(self._running) < AT_ONCE and not (is_busy := self.lag_s() > MOST_LAG_S):
                    if (run := await self._claim()) is None:
                        break
                    self._begin(run)
                else:
                    wait_s = BUSY_S if len(self._running) < AT_ONCE and is_busy else LOOK_S
            except StoreError as error:
                _LOG.warning("no test is run now, and will be later: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            self._wake.clear()

    def _begin(self, run: Any) -> None:
        task = asyncio.create_task(self._make(run), name=f"test run {run.id}")
        self._running.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            self._wake.set()

        task.add_done_callback(done)

    async def _claim(self) -> Any:
        """The run that waits longest, from now on this process's; None: there is none."""
        me, at = self.process_id(), clock.wall_ms()

        def look(connection: Connection) -> Any:
            waiting = select(_R.id).where(_R.status == QUEUED).order_by(_R.id).limit(1)
            return connection.execute(waiting).scalar()

        def job(connection: Connection) -> Any:
            oldest = connection.execute(select(TEST_RUNS).where(_R.status == QUEUED).order_by(_R.id).limit(1)).first()
            if oldest is None:
                return None
            mine = update(TEST_RUNS).where(_R.id == oldest.id, _R.status == QUEUED)
            took = mine.values(status=RUNNING, process_id=me, started_at=at, tries=oldest.tries + 1)
            return oldest if connection.execute(took).rowcount else None

        # An idle server writes nothing.
        if await self.store.read_wide(look) is None:
            return None
        run = await self.store.write_wide(job)
        if run is not None:
            self.store.on_changes([Change(run.workspace_id, TEST, run.test_id)])
        return run

    # ── one run ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _make(self, run: Any) -> None:
        out = await asyncio.to_thread(self._new_folder)
        try:
            try:
                test = await self.store.read(run.workspace_id, lambda scope: test_of(scope, run.test_id))
                call = await self._called(run, test, out)
                await self._keep(run, test, call)
            except NotFound:
                return  # It was deleted meanwhile.
            except StoreError:
                raise
            except (OffhookError, OSError) as error:
                await self._end(run, TROUBLE, trouble=str(error)[:2_000])
        except StoreError as error:
            _LOG.warning("a run of a test could not be kept, and is made again later: %s", error)
            with contextlib.suppress(StoreError):
                await self.give_back(self.process_id())
        finally:
            await asyncio.to_thread(shutil.rmtree, out, True)

    def _new_folder(self) -> Path:
        parent = self.settings.data_dir / FOLDER
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=parent))

    async def _called(self, run: Any, test: Any, out: Path) -> EndedCall:
        """The call, made. Raises `TroubleError`, `StoreError`."""
        files: Mapping[str, str] = run.files
        folder = await self.folder_of(Answering(run.workspace_id, run.agent_id, 0), files)
        call_id = new_id("call")
        job = self._job(run, test) | {"call_id": call_id, "folder": str(folder), "out": str(out)}
        told = await _in_a_process(job)
        if trouble := told.get("trouble"):
            raise TroubleError(trouble)
        if told["lost"]:
            raise TroubleError("The machine is too busy: parts of the record are missing.")
        (made,) = await asyncio.to_thread(lambda: list((out / "calls").iterdir()))
        header = await asyncio.to_thread(read_header, made / JOURNAL)
        row = row_of(header, run.agent_id, run.version, "", KEEP_DAYS)
        row |= {"kind": "test", "process_id": None, "metadata": {"test": run.test_id}}
        return EndedCall(run.workspace_id, row, made)

    def _job(self, run: Any, test: Any) -> dict[str, Any]:
        settings, workspace = self.settings, run.workspace_id
        secrets = self.snapshot.secrets(workspace)
        return {
            "agent_key": f"{run.agent_id}/{run.version}", "document": run.document, "script": test.script,
            "is_heard_exactly": test.hearing == "exact", "answers": test.answers, "variables": test.variables,
            "data_dir": str(settings.data_dir), "model_dir": str(settings.model_dir),
            "model_sources": settings.model_sources, "plain_hosts": list(settings.plain_hosts),
            "private_hosts": list(settings.private_hosts), "agent_variables": list(settings.agent_variables),
            "secrets": [[kind, name, secret.reveal()] for (kind, name), secret in secrets.items()],
            "environment": self._environment(workspace, run.agent_id),
        }  # fmt: skip

    def _environment(self, workspace: str, agent_id: str) -> dict[str, str]:
        """What agents of the first workspace may read of it, as in calls (`line_up`)."""
        if workspace != self.snapshot.first_workspace:
            return {}
        known, settings = self.snapshot.agent(agent_id), self.settings
        is_open = bool(settings.agent_variables) or (known is not None and bool(known.file))
        names = (name for name in settings.environment if settings.may_know(name))
        return {name: settings.environment[name] for name in names if is_open or name in VARIABLES}

    async def _keep(self, run: Any, test: Any, call: EndedCall) -> None:
        """The call is a record, and the run has its results. Raises `StoreError`."""
        book = await book_of(self.store, run.workspace_id)
        folded = await asyncio.to_thread(fold, call, book, KEEP_DAYS)
        for kind, data in folded.objects.items():
            await self.objects.put(key_of(run.workspace_id, call.call_id, kind), data)
        results = [{"expected": one, **judged(Expectation.of(one), folded.told).told()} for one in test.expects]
        status = PASSED if all(result["is_met"] for result in results) else FAILED
        await self._end(run, status, results=results, call=call, folded=folded)

    async def _end(
        self, run: Any, status: str, *, results: Sequence[Mapping[str, Any]] = (), trouble: str = "",
        call: EndedCall | None = None, folded: Folded | None = None,
    ) -> None:  # fmt: skip
        def job(scope: Scope) -> None:
            made = {"made_call_id": call.call_id, "cost_nano": folded.told.cost_nano} if call and folded else {}
            mine = (_R.id == run.id, _R.status == RUNNING)
            ended = scope.update(TEST_RUNS, *mine, status=status, results=list(results), trouble=trouble,
                                 ended_at=clock.wall_ms(), **made)  # fmt: skip
            if ended and call is not None and folded is not None:
                write_folded(call, folded, scope)
            older = scope.select(_R.id).where(_R.test_id == run.test_id).order_by(_R.id.desc()).offset(RUNS_KEPT)
            if (oldest := scope.first(older.limit(1))) is not None:
                scope.delete(TEST_RUNS, (_R.test_id == run.test_id) & (_R.id <= oldest.id))
            scope.tell(TEST, run.test_id)

        await self.store.write(run.workspace_id, job, SYSTEM, within_s=60.0)


async def _in_a_process(job: Mapping[str, Any]) -> dict[str, Any]:
    """What the process tells. Raises `TroubleError`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, cwd="/", env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WALL_S):
            told, said = await process.communicate(json.dumps(job).encode())
    except TimeoutError:
        raise TroubleError(f"The call was not over after {WALL_S:.0f} s.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not told:
        _LOG.warning("! a run of a test ended with %s: %s", process.returncode, _last(said))
        raise TroubleError("The call could not be made: it took more than it may, or had a fault. The log says more.")
    found: dict[str, Any] = json.loads(told)
    return found


def _last(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[-500:]
