"""What needs a person: one task for one thing, opened by calls that are over and by what the server sees of itself.

A task is open until a person has done it, or until what made it is over by itself. It is opened anew when the same
comes again after that; while it is done and the thing goes on, it stays done.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.problems import Flaw, Invalid, NotFound
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.insight import TASKS
from offhook.store.tables.people import MEMBERS

OPEN: Final = "open"
DONE: Final = "done"
STATUSES: Final = (OPEN, DONE)
TASK: Final = "task"
OF_CALLS: Final = "call"
"""The source of tasks that calls make."""
DAY_MS: Final = 86_400_000
_T: Final = TASKS.c


class TaskKind(StrEnum):
    """What is to be done."""

    CALL_BACK = "call_back"
    PROMISE = "promise"
    QUESTION = "question"
    TOOL_UNKNOWN = "tool_unknown"
    VENDOR_FAILING = "vendor_failing"
    NUMBER_DRIFTED = "number_drifted"
    BUDGET_REACHED = "budget_reached"
    MODEL_ENDS = "model_ends"
    VAULT_LOCKED = "vault_locked"
    DISK_FULL = "disk_full"


WHAT_TO_DO: Final[dict[str, str]] = {
    TaskKind.CALL_BACK: "Call them; listen to the call first. Then mark this as done.",
    TaskKind.PROMISE: "Listen to the turn, make it true or call them; and tell the agent when to use which tool.",
    TaskKind.QUESTION: "Type the answer: the agent knows it from the next call on. Or dismiss the question.",
    TaskKind.TOOL_UNKNOWN: "Look into the system behind the tool before anybody does it again.",
    TaskKind.VENDOR_FAILING: "Check the key and the vendor's status page; give the agent a fallback.",
    TaskKind.NUMBER_DRIFTED: "Repair the number: its settings at the carrier are put right.",
    TaskKind.BUDGET_REACHED: "Raise the limit, or wait for the next day or month.",
    TaskKind.MODEL_ENDS: "Choose another model in the agent's draft, try it, and publish.",
    TaskKind.VAULT_LOCKED: "Give the server its master key again: no key of a vendor can be used until then.",
    TaskKind.DISK_FULL: "Make room: calls go on, and their records are lost.",
}


# ── in a transaction ─────────────────────────────────────────────────────────────────────────────────────────────────


def open_task(
    scope: Scope, kind: TaskKind, subject: str, sentence: str, *, source: str = OF_CALLS, at: int = 0,
    due_at: int | None = None, agent_id: str | None = None, call_id: str | None = None, question_id: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """There is such a task: a new one, or the one that is open, told once more."""
    at, key = at or clock.wall_ms(), f"{kind}:{subject}"[:200]
    task_id = new_id(TASK)
    known = {"sentence": sentence, "detail": detail or {}, "call_id": call_id, "seen_at": at}
    is_new = scope.insert_once(
        TASKS, ["workspace_id", "open_key"], id=task_id, kind=str(kind), status=OPEN, open_key=key,
        subject=subject[:200], source=source, what_to_do=WHAT_TO_DO[kind], agent_id=agent_id, question_id=question_id,
        due_at=due_at, created_at=at, is_over=False, **known,
    )  # fmt: skip
    if is_new:
        scope.tell(TASK, task_id)
        return
    row = scope.first(scope.select(TASKS).where(_T.open_key == key))
    if row is None or (row.call_id == call_id and row.sentence == sentence):
        return
    newer = known if at >= row.seen_at else {}
    scope.update(TASKS, _T.id == row.id, times=row.times + (row.call_id != call_id), **newer)
    scope.tell(TASK, row.id)


def close(scope: Scope, kind: TaskKind, subject: str, *, is_over: bool = True) -> None:
    """What made the task is over, if there is one."""
    row = scope.first(scope.select(TASKS).where(_T.open_key == f"{kind}:{subject}"[:200]))
    if row is not None:
        by = scope.actor.name
        scope.update(
            TASKS, _T.id == row.id, status=DONE, open_key=None, done_at=clock.wall_ms(), done_by=by, is_over=is_over
        )
        scope.tell(TASK, row.id)


def reopen_of(scope: Scope, kind: TaskKind, subject: str) -> None:
    """The last task of this subject is open again, if there was one."""
    found = scope.select(TASKS).where(_T.kind == str(kind), _T.subject == subject[:200]).order_by(_T.id.desc())
    row = scope.first(found)
    if row is not None and row.status == DONE:
        _reopen(scope, row)


def _reopen(scope: Scope, row: Any) -> None:
    key = f"{row.kind}:{row.subject}"[:200]
    if scope.first(scope.select(_T.id).where(_T.open_key == key)) is not None:
        # The same is open already, as another task.
        return
    scope.update(TASKS, _T.id == row.id, status=OPEN, open_key=key, done_at=None, done_by="", is_over=False)
    scope.tell(TASK, row.id)


def forget_call(scope: Scope, call_id: str) -> None:
    """A call is gone: what was to be done about it alone is nothing any more."""
    own = (_T.call_id == call_id, _T.source == OF_CALLS)
    for row in scope.all(scope.select(_T.id).where(*own)):
        scope.tell(TASK, row.id)
    scope.delete(TASKS, *own)


# ── read, and done ───────────────────────────────────────────────────────────────────────────────────────────────────


class Tasks:
    """Those of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def listed(
        self, workspace: str, limit: int, after: str, *, status: str, kind: str = "", owner_id: str = "",
        call_id: str = "", agent_id: str = "",
    ) -> Sequence[Any]:  # fmt: skip
        """Rows, newest first."""

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(TASKS).where(_T.status == status)
            wanted = ((_T.kind, kind), (_T.owner_id, owner_id), (_T.call_id, call_id), (_T.agent_id, agent_id))
            for column, value in wanted:
                if value:
                    found = found.where(column == value)
            found = found.where(_T.id < after) if after else found
            return scope.all(found.order_by(_T.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def get(self, workspace: str, task_id: str) -> Any:
        """One. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: _task(scope, task_id))

    async def change(self, workspace: str, task_id: str, changes: dict[str, Any], actor: Actor) -> Any:
        """`changes`: status, owner_id, due_at. Raises `NotFound`, `Invalid` for an owner who is no member."""

        def job(scope: Scope) -> Any:
            row = _task(scope, task_id)
            owner = changes.get("owner_id")
            if owner and scope.first(scope.select(MEMBERS.c.user_id).where(MEMBERS.c.user_id == owner)) is None:
                raise Invalid([Flaw("/owner_id", "nobody of this id belongs to the workspace", "member.not_found")])
            values = {name: value for name, value in changes.items() if name != "status"}
            if values:
                scope.update(TASKS, _T.id == task_id, **values)
            status = changes.get("status", row.status)
            if status == DONE and row.status == OPEN:
                at = clock.wall_ms()
                scope.update(TASKS, _T.id == task_id, status=DONE, open_key=None, done_at=at, done_by=actor.name[:200])
            elif status == OPEN and row.status == DONE:
                _reopen(scope, row)
            after = _task(scope, task_id)
            before, now = _shown(row), _shown(after)
            if before != now:
                audit(scope, "task.changed", TASK, task_id, before, now)
                scope.tell(TASK, task_id)
            return after

        return await self._store.write(workspace, job, actor)


def _task(scope: Scope, task_id: str) -> Any:
    row = scope.get(TASKS, task_id)
    if row is None:
        raise NotFound(TASK, task_id)
    return row


def _shown(row: Any) -> dict[str, Any]:
    return {"kind": row.kind, "status": row.status, "owner_id": row.owner_id, "due_at": row.due_at}
