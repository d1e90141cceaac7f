"""Durable work: what has to be done although processes die. By DBOS Transact, fenced in as its decision says
(docs/decisions/0057-durable-work-that-sleeps.md).

A job is enqueued in the transaction that wants it, under an id of its own, so that it is there once or not at all. Its
act runs in a thread, at least once: whoever dies in it is followed by another who does it again. It says when it is to
be done next, or that it is done; each run is a workflow of its own, so that nothing waits in a thread.

DBOS lives in threads of its own and not in every process: the first of those that live has it, and only while there is
work that is due. It asks its database several times a second, which an idle server must not.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from offhook import clock
from offhook.errors import OffhookError, StoreError
from offhook.store.engine import is_sqlite
from offhook.store.scope import Scope
from offhook.store.store import Store

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig

APPLICATION: Final = "offhook"
APP_VERSION: Final = "1"
"""Fixed: after an upgrade jobs of before go on. Whoever changes what a job's arguments mean makes a new kind."""
THREADS: Final = 8
QUEUE: Final = "offhook"
POLL_S: Final = 1.0
LOOK_S: Final = 30.0
"""Asleep, it is looked for work that somebody has left; what this process itself enqueues wakes it."""
AWAKE_S: Final = 10.0
"""It stays awake for so long after the last job, and wakes for one that is due sooner."""
CHECK_S: Final = 1.0
FAILED_AGAIN_S: Final = 60.0
KEEP_S: Final = 8 * 86_400
"""What is done is remembered for longer than any delivery takes: it is not done again under the same id."""
MOST_FORGOTTEN: Final = 500
END_S: Final = 3
SCHEMA: Final = "dbos"
JOB: Final = "job"
"""The kind of change that tells that there is a job."""
_LOG: Final = logging.getLogger("offhook.jobs")

Act = Callable[[str], float | None]
"""Does the job of this key, in a thread; seconds until it is to be done again, None: it is done. At least once: when it
is asked again for what it has done, it does nothing. What it raises is told in the log, and it is asked again."""

_ONE: Final = threading.Lock()
"""DBOS is one for a process."""


class Jobs:
    """This process's part in them."""

    def __init__(self, store: Store, process_id: Callable[[], str], is_mine: Callable[[], bool]) -> None:
        """`is_mine`: whether this process is the one that works."""
        self._store, self._process_id, self._is_mine = store, process_id, is_mine
        self._acts: dict[str, Act] = {}
        self._wake, self._is_ending = threading.Event(), False
        self._thread: threading.Thread | None = None
        self._lazy_client: DBOSClient | None = None
        self._is_prepared = False
        self._running: list[str] = []
        self.is_awake = False

    def add(self, kind: str, act: Act) -> None:
        """Jobs of this kind are done so. Before `start`."""
        self._acts[kind] = act

    def enqueue(self, scope: Scope, kind: str, key: str, after_s: float = 0.0) -> None:
        """The job is there when the scope's transaction is; one of this kind and key. Needs `prepare`."""
        scope.beside(lambda connection: self.enqueue_in(connection, kind, key, after_s))
        scope.tell(JOB, key)

    def enqueue_in(self, connection: Connection, kind: str, key: str, after_s: float = 0.0) -> None:
        """As `enqueue`, in a transaction that is no workspace's; nobody is told."""
        self._client.enqueue_in_transaction(connection, _options(kind, key, 1, after_s), kind, key, 1)

    def prepare(self) -> None:
        """Make the tables, unless they are there. In a thread, in no transaction. Raises `StoreError`."""
        if self._is_prepared:
            return
        from dbos import DBOS
        from sqlalchemy.exc import SQLAlchemyError

        _quiet()
        try:
            with _ONE_MIGRATES:
                DBOS.migrate(_address(self._store.url), schema=SCHEMA)
        except SQLAlchemyError as error:
            raise StoreError(f"the tables of jobs could not be made: {type(error).__name__}") from error
        self._is_prepared = True

    def start(self) -> None:
        """Work, when there is something and it is this process's."""
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is work."""
        self._wake.set()

    def stop(self) -> None:
        """Finish or leave what is being done. Blocks for a few seconds at most."""
        self._is_ending = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(END_S + 10.0)
        if self._lazy_client is not None:
            self._lazy_client.destroy()

    def take_over(self, process_id: str) -> int:
        """What this dead process had begun is to be done by others; how many that was. In a thread.

        Raises `StoreError`.
        """
        if not self._store.write_now(self._has_tables):
            return 0
        from sqlalchemy.exc import SQLAlchemyError

        try:
            found = self._client.list_workflows(
                status="PENDING", executor_id=process_id, load_input=False, load_output=False
            )
            if found:
                self._client.resume_workflows([one.workflow_id for one in found], queue_name=QUEUE)
        except SQLAlchemyError as error:
            raise StoreError(f"the jobs of {process_id} could not be taken over: {type(error).__name__}") from error
        self.wake()
        return len(found)

    # ── when it works ────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        wait_s = 0.0
        while not self._is_ending:
            self._wake.wait(wait_s)
            self._wake.clear()
            wait_s = _safely(self._round, "jobs wait", LOOK_S) or CHECK_S

    def _round(self) -> float:
        """Work, if there is something; seconds until it is to be looked again."""
        due_s = self._due_s() if self._is_mine() else None
        if due_s is not None and due_s <= AWAKE_S and not self._is_ending:
            self._work()
            due_s = self._due_s()
        return LOOK_S if due_s is None else min(LOOK_S, max(due_s - AWAKE_S, CHECK_S))

    def _work(self) -> None:
        """Until nothing is due any more."""
        # Another platform of this process may have it (tests); then that one is waited for.
        if not _ONE.acquire(timeout=CHECK_S):
            raise StoreError("jobs are done by another part of this process")
        try:
            self.prepare()
            self._launch()
            self.is_awake = True
            idle_since, launched_as = clock.machine(), self._process_id()
            # A process that has another id now has lost what it was doing to others.
            while not self._is_ending and self._is_mine() and self._process_id() == launched_as:
                self._wake.wait(CHECK_S)
                self._wake.clear()
                due_s = self._due_s()
                if due_s is not None and due_s <= AWAKE_S:
                    idle_since = clock.machine()
                elif clock.machine() - idle_since > AWAKE_S:
                    break
        finally:
            self.is_awake = False
            self._end()
            _ONE.release()

    def _launch(self) -> None:
        from dbos import DBOS

        _register()
        _quiet()
        _working.append(self)
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": _address(self._store.url),
            "dbos_system_schema": SCHEMA,
            "application_version": APP_VERSION,
            "executor_id": self._process_id(),
            "max_executor_threads": THREADS,
            "sys_db_pool_size": 4,
            "serializer": _serializer(),
            "log_level": "WARNING",
            "scheduler_polling_interval_sec": 60.0,
            "notification_listener_polling_interval_sec": 1.0,
        }
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=THREADS, polling_interval_sec=POLL_S)
        done = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=clock.rfc3339(clock.wall_ms() - KEEP_S * 1000),
            limit=MOST_FORGOTTEN, load_input=False, load_output=False,
        )  # fmt: skip
        if done:
            DBOS.delete_workflows([one.workflow_id for one in done])

    def _end(self) -> None:
        from dbos import DBOS

        with contextlib.suppress(ValueError):
            _working.remove(self)
        # It looks once a second whether all are done, so that to wait for nothing takes a second.
        DBOS.destroy(workflow_completion_timeout_sec=END_S if self._running else 0)

    # ── in the database ──────────────────────────────────────────────────────────────────────────────────────

    def _due_s(self) -> float | None:
        """Seconds until something is to be done; None: nothing ever."""

        def job(connection: Connection) -> Any:
            if not self._has_tables(connection):
                return None
            table = "workflow_status" if is_sqlite(self._store.url) else f"{SCHEMA}.workflow_status"
            found = (
                f"SELECT min(CASE WHEN status = 'DELAYED' THEN delay_until_epoch_ms ELSE 0 END) FROM {table} "  # noqa: S608
                "WHERE status IN ('DELAYED', 'ENQUEUED', 'PENDING')"
            )
            return connection.execute(text(found)).scalar()

        at_ms = self._store.write_now(job)
        return None if at_ms is None else max(0.0, (int(at_ms) - clock.wall_ms()) / 1000)

    def _has_tables(self, connection: Connection) -> bool:
        if not self._is_prepared:
            schema = None if is_sqlite(self._store.url) else SCHEMA
            return inspect(connection).has_table("workflow_status", schema=schema)
        return True

    @property
    def _client(self) -> "DBOSClient":
        if self._lazy_client is None:
            from dbos import DBOSClient

            _quiet()
            self._lazy_client = DBOSClient(
                system_database_url=_address(self._store.url), dbos_system_schema=SCHEMA, serializer=_serializer(),
                application_name=APPLICATION, lazy=True, system_database_pool_size=1, retry_connection_errors=False,
            )  # fmt: skip
        return self._lazy_client

    def _acted(self, kind: str, key: str) -> float | None:
        act = self._acts.get(kind)
        if act is None:
            _LOG.warning("! nobody here does jobs of the kind %r: is an older version running?", kind)
            return FAILED_AGAIN_S
        self._running.append(key)
        try:
            return _safely(lambda: act(key), f"the job {kind} {key} is done again", FAILED_AGAIN_S)
        finally:
            self._running.remove(key)


def _safely(act: Callable[[], float | None], told: str, again_s: float) -> float | None:
    """What it gives, or `again_s` when it raises: a fault in one job, or of the library, must not end all of them."""
    try:
        return act()
    except OffhookError as error:
        _LOG.warning("%s: %s", told, error)
    except Exception:
        _LOG.exception("! %s: a fault", told)
    return again_s


# ── what DBOS is given ───────────────────────────────────────────────────────────────────────────────────────────

_working: Final[list[Jobs]] = []
_ONE_MIGRATES: Final = threading.Lock()


def _options(kind: str, key: str, run: int, after_s: float) -> Any:
    made = {
        "workflow_name": "offhook.job", "queue_name": QUEUE, "workflow_id": f"{kind}:{key}:{run}",
        "app_version": APP_VERSION, "application_name": APPLICATION,
    }  # fmt: skip
    return made | ({"delay_seconds": after_s} if after_s > 0 else {})


@cache
def _register() -> None:
    """Once for a process: it keeps them when it is destroyed."""
    from dbos import DBOS

    @DBOS.step(name="offhook.act")
    def act(kind: str, key: str) -> float | None:
        return _working[-1]._acted(kind, key)

    @DBOS.workflow(name="offhook.job")
    def job(kind: str, key: str, run: int) -> None:
        after_s = act(kind, key)
        if after_s is not None:
            DBOS.enqueue_workflow_with_options(_options(kind, key, run + 1, max(after_s, 0.0)), kind, key, run + 1)


def _serializer() -> Any:
    from dbos import Serializer

    class Json(Serializer):
        """Its own way is pickle: whoever writes to the table could run code, and renamed classes would break."""

        def serialize(self, data: Any) -> str:
            try:
                return json.dumps(data)
            except TypeError:
                # An error that a job ended with: it is for people alone.
                return json.dumps({"error": type(data).__name__})

        def deserialize(self, serialized_data: str) -> Any:
            return json.loads(serialized_data)

        def name(self) -> str:
            return "offhook_json"

    return Json()


def _address(url: URL) -> str:
    if is_sqlite(url):
        return url.set(drivername="sqlite").render_as_string(hide_password=False)
    return url.render_as_string(hide_password=False)


def _quiet() -> None:
    """It writes to a stream of its own and tells each of its steps."""
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.propagate = True
    log.setLevel(logging.WARNING)
