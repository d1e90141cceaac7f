"""Questions that no source answered: grouped while calls are folded, answered by a person, known from the next call on.

One question is one row, however it is put (`same_question`). What was answered and is asked again of an agent that
should know is open again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, or_

from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.call_owed import Unanswered
from offhook.platform.problems import Conflict, NotFound
from offhook.platform.same_question import Put, are_same, nearness, put
from offhook.platform.tasks import TaskKind, close, reopen_of
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.insight import QUESTION_MOMENTS, QUESTIONS

OPEN: Final = "open"
ANSWERED: Final = "answered"
DISMISSED: Final = "dismissed"
STATUSES: Final = (OPEN, ANSWERED, DISMISSED)
QUESTION: Final = "question"
MOST_LIKE: Final = 300
"""Of an agent's questions, those asked last, are compared with a new one."""
_Q: Final = QUESTIONS.c
_M: Final = QUESTION_MOMENTS.c


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a question was asked."""

    call_id: str
    agent_id: str
    version: int
    at: int
    """When the call began."""
    is_sample: bool
    language: str


# ── while a call is folded ───────────────────────────────────────────────────────────────────────────────────────────


def note(scope: Scope, asked: Asked, questions: Sequence[Unanswered]) -> list[Any]:
    """Note the questions of a call; the rows of those that are open."""
    found: list[Any] = []
    forget_call(scope, asked.call_id)
    known = _known(scope, asked) if questions else []
    for one in questions:
        words = put(one.text, asked.language)
        if words.says_nothing:
            continue
        row = _like(known, asked, one, words)
        key = row.id if row is not None else _insert(scope, asked, one, words)
        scope.insert(
            QUESTION_MOMENTS, id=new_id("ask"), question_id=key, call_id=asked.call_id, turn=one.turn,
            at=asked.at + round(one.at_s * 1000), at_ms=round(one.at_s * 1000), text=one.text, said=one.said,
        )  # fmt: skip
        changes: dict[str, Any] = {"times": _Q.times + 1}
        if row is not None and asked.at > row.last_at:
            changes["last_at"] = asked.at
        if row is not None and row.status == ANSWERED and asked.version >= (row.answer_version or 1 << 30):
            changes["status"] = OPEN
        scope.update(QUESTIONS, _Q.id == key, **changes)
        scope.tell(QUESTION, key)
        found.append(scope.get(QUESTIONS, key))
        known = [found[-1], *(other for other in known if other.id != key)]
    return [row for row in found if row.status == OPEN]


def forget_call(scope: Scope, call_id: str) -> None:
    """A call is gone, or folded anew: its moments are none any more, nor are questions that nobody else has asked."""
    rows = scope.all(scope.select(_M.question_id).where(_M.call_id == call_id))
    scope.delete(QUESTION_MOMENTS, _M.call_id == call_id)
    for key in {row.question_id for row in rows}:
        times = sum(row.question_id == key for row in rows)
        scope.update(QUESTIONS, _Q.id == key, times=_Q.times - times)
        scope.delete(QUESTIONS, _Q.id == key, _Q.times <= 0, _Q.status == OPEN, _Q.answer == "")
        scope.tell(QUESTION, key)


def _known(scope: Scope, asked: Asked) -> list[Any]:
    known = scope.select(QUESTIONS).where(_Q.agent_id == asked.agent_id, _Q.is_sample == asked.is_sample)
    return list(scope.all(known.order_by(_Q.last_at.desc()).limit(MOST_LIKE)))


def _like(known: Sequence[Any], asked: Asked, one: Unanswered, words: Put) -> Any:
    """The question that this one is, however it is put; None: nobody has asked it yet."""
    near = [(row, nearness(one.meaning, row.meaning)) for row in known if row.language == asked.language]
    same = [(row, near) for row, near in near if are_same(words, Put.read(row.words), asked.language, near)]
    # Of several the nearest; where nobody knows how near they are, the one that was asked last.
    return max(same, key=lambda pair: pair[1] or 0.0)[0] if same else None


def _insert(scope: Scope, asked: Asked, one: Unanswered, words: Put) -> str:
    key = new_id(QUESTION)
    scope.insert(
        QUESTIONS, id=key, agent_id=asked.agent_id, status=OPEN, text=one.text, words=str(words), meaning=one.meaning,
        language=asked.language, times=0, first_at=asked.at, last_at=asked.at, is_sample=asked.is_sample,
    )  # fmt: skip
    return key


# ── read, and decided on ─────────────────────────────────────────────────────────────────────────────────────────────


class Questions:
    """Those of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def listed(self, workspace: str, status: str, agent_id: str, limit: int, after: str) -> Sequence[Any]:
        """Rows, the most often asked first. `after`: the cursor of the last one."""

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(QUESTIONS).where(_Q.status == status)
            if agent_id:
                found = found.where(_Q.agent_id == agent_id)
            count, _, key = after.partition("_")
            if count.isdecimal():
                times = min(int(count), 2**31 - 1)
                found = found.where(or_(_Q.times < times, and_(_Q.times == times, _Q.id < key)))
            return scope.all(found.order_by(_Q.times.desc(), _Q.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def get(self, workspace: str, key: str) -> Any:
        """One. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: question_of(scope, key))

    async def moments(self, workspace: str, key: str, limit: int, after: str) -> Sequence[Any]:
        """Where it was asked, the last call first. Raises `NotFound`."""

        def job(scope: Scope) -> Sequence[Any]:
            question_of(scope, key)
            found = scope.select(QUESTION_MOMENTS).where(_M.question_id == key)
            found = found.where(_M.id < after) if after else found
            return scope.all(found.order_by(_M.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def dismiss(self, workspace: str, key: str, actor: Actor) -> Any:
        """It is none of the agent's business. Raises `NotFound`, `Conflict` for one that is answered."""

        def job(scope: Scope) -> Any:
            row = question_of(scope, key)
            if row.status == ANSWERED:
                raise Conflict("the question is answered", code="question.answered", what_to_do="Reopen it first.")
            return decide(scope, row, DISMISSED)

        return await self._store.write(workspace, job, actor)


def question_of(scope: Scope, key: str) -> Any:
    """A question's row. Raises `NotFound`."""
    row = scope.get(QUESTIONS, key)
    if row is None:
        raise NotFound(QUESTION, key)
    return row


def decide(scope: Scope, row: Any, status: str, **values: Any) -> Any:
    """Another status, in the audit; the row as it is then. What is so already stays so."""
    if row.status == status and not values:
        return row
    scope.update(QUESTIONS, _Q.id == row.id, status=status, **values)
    audit(scope, f"question.{status if status != OPEN else 'reopened'}", QUESTION, row.id, {"status": row.status},
          {"status": status, "text": row.text[:200]})  # fmt: skip
    if status == OPEN:
        reopen_of(scope, TaskKind.QUESTION, row.id)
    else:
        close(scope, TaskKind.QUESTION, row.id)
    scope.tell(QUESTION, row.id)
    return question_of(scope, row.id)
