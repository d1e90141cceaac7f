"""Fixes: what somebody heard in a call and put right in the agent's draft, told as what it changed, and taken back.

Facts that are told so stand in one document of the agent. It is made from the rows of the fixes, so that two people
who tell facts at the same time lose none.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook import clock
from offhook.ids import new_id
from offhook.platform.agent_diff import Difference, differences
from offhook.platform.agent_rows import row_of
from offhook.platform.agents import Agents
from offhook.platform.audit import audit
from offhook.platform.documents import Documents
from offhook.platform.fix_steps import FACTS, Kind, Steps, done, read, steps_of, told, undone
from offhook.platform.problems import Conflict, NotFound
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENT_FIXES, DOCUMENTS
from offhook.store.tables.calls import CALLS

MOST_FACTS: Final = 500
"""Of one agent: what is more belongs into a document that somebody looks after."""
_TRIES: Final = 5
_NOTE: Final = "<!-- Facts told as fixes of calls. This document is made anew with each of them. -->\n"
_F: Final = AGENT_FIXES.c
_LOG: Final = logging.getLogger("offhook.platform")


@dataclass(frozen=True, slots=True)
class Fixed:
    """What came of it."""

    fix: Any
    """The row."""
    agent: Any
    """The row with the new draft."""
    differences: Sequence[Difference]


class Fixes:
    """The fixes of all workspaces."""

    def __init__(self, store: Store, agents: Agents, documents: Documents) -> None:
        self._store, self._agents, self._documents = store, agents, documents

    async def every(self, workspace: str, agent_id: str, limit: int, after: str) -> Sequence[Any]:
        """The agent's fixes, newest first. Raises `NotFound`."""

        def job(scope: Scope) -> Sequence[Any]:
            row_of(scope, agent_id)
            found = scope.select(AGENT_FIXES).where(_F.agent_id == agent_id)
            found = found.where(_F.id < after) if after else found
            return scope.all(found.order_by(_F.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def make(
        self, workspace: str, agent_id: str, kind: Kind, asked: Mapping[str, Any], revision: int | None, actor: Actor,
        *, call_id: str = "", at_ms: int | None = None,
    ) -> Fixed:  # fmt: skip
        """Put it right in the draft. Raises `NotFound`, `Conflict`, `Stale`, `Invalid`."""
        if call_id and await self._store.read(workspace, lambda scope: scope.get(CALLS, call_id)) is None:
            raise NotFound("call", call_id)
        made, before, steps = new_id("fix"), dict[str, Any](), Steps()

        def change(draft: dict[str, Any]) -> dict[str, Any]:
            nonlocal before, steps
            before, steps = draft, steps_of(kind, asked, draft)
            return done(steps, draft)

        def note(scope: Scope, row: Any) -> Any:
            if kind is Kind.FACT:
                _require_room(scope, agent_id)
            scope.insert(
                AGENT_FIXES, id=made, agent_id=agent_id, kind=kind.value, asked=dict(asked), steps=told(steps),
                call_id=call_id or None, at_ms=at_ms, created_by=scope.actor.id,
                created_by_name=scope.actor.name[:200], created_at=clock.wall_ms(),
            )  # fmt: skip
            audit(scope, "agent.fixed", "agent", agent_id, after={"fix": made, "kind": kind.value, "call": call_id})
            scope.tell("agent", agent_id)
            return scope.get(AGENT_FIXES, made)

        row, fix = await self._agents.change(workspace, agent_id, change, revision, actor, note)
        if kind is Kind.FACT:
            await self._write_facts(workspace, agent_id, actor)
        return Fixed(fix, row, [*_fact_words(kind, asked), *differences(before, row.draft)])

    async def undo(self, workspace: str, agent_id: str, fix_id: str, revision: int | None, actor: Actor) -> Fixed:
        """Take it back, and keep what came later. Raises `NotFound`, `Conflict`, `Stale`, `Invalid`."""
        fix = await self._store.read(workspace, lambda scope: _fix_of(scope, agent_id, fix_id))
        before: dict[str, Any] = {}
        is_fact = fix.kind == Kind.FACT.value
        others = await self._store.read(workspace, lambda scope: _facts(scope, agent_id))
        is_last = [row.id for row in others] == [fix_id]

        def change(draft: dict[str, Any]) -> dict[str, Any]:
            before.update(draft)
            if is_fact:
                return _without_facts(draft) if is_last else draft
            return undone(read(fix.steps), draft)

        def note(scope: Scope, row: Any) -> Any:
            # Two people take it back at once: one of them does.
            if not scope.update(AGENT_FIXES, _F.id == fix_id, _F.undone_at.is_(None), undone_at=clock.wall_ms()):
                raise Conflict("this fix was taken back", code="fix.undone")
            audit(scope, "agent.fix_undone", "agent", agent_id, before={"fix": fix_id, "kind": fix.kind})
            scope.tell("agent", agent_id)
            return scope.get(AGENT_FIXES, fix_id)

        row, fix = await self._agents.change(workspace, agent_id, change, revision, actor, note)
        if is_fact:
            await self._write_facts(workspace, agent_id, actor)
        return Fixed(fix, row, differences(before, row.draft))

    async def _write_facts(self, workspace: str, agent_id: str, actor: Actor) -> None:
        """Make the document from the rows, until it holds what they say."""
        written: str | None = None
        for _ in range(_TRIES):
            rows = await self._store.read(workspace, lambda scope: _facts(scope, agent_id))
            text = _NOTE + "".join(_paragraph(row.asked) for row in rows)
            if text == written:
                return
            if rows:
                await self._documents.upload(workspace, agent_id, FACTS, text.encode(), actor)
            else:
                await self._forget_facts(workspace, agent_id, actor)
            written = text
        _LOG.warning("= facts of %s are told quicker than they can be kept: the next one keeps all", agent_id)

    async def _forget_facts(self, workspace: str, agent_id: str, actor: Actor) -> None:
        def job(scope: Scope) -> str:
            found = scope.select(DOCUMENTS.c.id).where(DOCUMENTS.c.agent_id == agent_id, DOCUMENTS.c.name == FACTS)
            return str(scope.scalar(found) or "")

        if document := await self._store.read(workspace, job):
            await self._documents.delete(workspace, agent_id, document, actor)


def _fix_of(scope: Scope, agent_id: str, fix_id: str) -> Any:
    row_of(scope, agent_id)
    row = scope.get(AGENT_FIXES, fix_id)
    if row is None or row.agent_id != agent_id:
        raise NotFound("fix", fix_id)
    if row.undone_at is not None:
        raise Conflict("this fix was taken back", code="fix.undone")
    return row


def _facts(scope: Scope, agent_id: str) -> Sequence[Any]:
    """Those that count, in the order in which they were told."""
    found = scope.select(_F.id, _F.asked).where(_F.agent_id == agent_id, _F.kind == Kind.FACT.value)
    return scope.all(found.where(_F.undone_at.is_(None)).order_by(_F.id).limit(MOST_FACTS))


def _require_room(scope: Scope, agent_id: str) -> None:
    if len(_facts(scope, agent_id)) >= MOST_FACTS:
        raise Conflict(
            f"an agent has {MOST_FACTS} facts of this kind at most", code="fix.too_many",
            what_to_do="Put some of them into a document of your own, and take them back here.",
        )  # fmt: skip


def _paragraph(asked: Mapping[str, Any]) -> str:
    """A fact as Markdown: nothing in it can begin another heading."""
    question, answer = (" ".join(str(asked[name] or "").split()) for name in ("question", "answer"))
    return f"\nQ: {question}\nA: {answer}\n" if question else f"\n- {answer}\n"


def _without_facts(draft: Mapping[str, Any]) -> dict[str, Any]:
    kept = [name for name in draft.get("knowledge") or () if name != FACTS]
    return {
        **{name: value for name, value in draft.items() if name != "knowledge"},
        **({"knowledge": kept} if kept else {}),
    }


def _fact_words(kind: Kind, asked: Mapping[str, Any]) -> Sequence[Difference]:
    """A fact is none of the document's fields: it is told in words beside them."""
    if kind is not Kind.FACT:
        return ()
    said = f"{asked['question']} {asked['answer']}".strip() if asked["question"] else asked["answer"]
    return (Difference("/knowledge", None, asked["answer"], f"knowledge: '{said[:80]}' is known"),)
