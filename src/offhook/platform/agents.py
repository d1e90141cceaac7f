"""Agents that are managed here: drafts, published versions, what came before. A version is never changed.

A draft is saved when it is a document; what it names (knowledge, other agents) has to be there when it is published.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from offhook import clock
from offhook.ids import new_id
from offhook.platform.agent_documents import Around, Judged, judge, merged
from offhook.platform.agent_rows import (
    BY_API,
    files_of,
    insert_agent,
    own_row,
    put_version,
    row_of,
    save_draft,
    version_of,
)
from offhook.platform.audit import audit
from offhook.platform.events import PUBLISHED_EVENT, Emit, published, untold
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound, Stale
from offhook.settings import Settings
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS, DOCUMENTS, OVERRIDDEN_FROM
from offhook.store.tables.numbers import PHONE_NUMBERS

T = TypeVar("T")
MOST_AGENTS: Final = 10_000
"""Of a workspace."""
DRAFT: Final = "draft"
PUBLISHED: Final = "published"
_V: Final = AGENT_VERSIONS.c
_IDS: Final = re.compile("agent_[0-9A-Z]{26}")


@dataclass(frozen=True, slots=True)
class Deleted:
    """What came of a deletion."""

    id: str
    numbers: tuple[str, ...]
    """That belong to no agent any more."""


class Agents:
    """The agents of all workspaces."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self.emit: Emit = untold
        """How it is told that a version answers from now on."""

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

    async def get(self, workspace: str, agent_id: str) -> Any:
        """The row with its draft. Raises `NotFound`."""
        return await self._store.read(workspace, lambda scope: row_of(scope, agent_id))

    async def every(self, workspace: str, ask: int, after: str, *, managed_by: str = "", search: str = "") -> Any:
        """Rows without their drafts, newest first."""
        shown = [column for column in AGENTS.c if column is not AGENTS.c.draft]

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(*shown).where(AGENTS.c.deleted_at.is_(None))
            if after:
                found = found.where(AGENTS.c.id < after)
            if managed_by:
                found = found.where(AGENTS.c.managed_by == managed_by)
            if search:
                found = found.where(AGENTS.c.name.icontains(search, autoescape=True))
            return scope.all(found.order_by(AGENTS.c.id.desc()).limit(ask))

        return await self._store.read(workspace, job)

    async def names(self, workspace: str, ids: Iterable[str]) -> dict[str, str]:
        """What agents are called, by id; those that are deleted too."""
        wanted = AGENTS.c.id.in_(list(ids))
        rows = await self._store.read(
            workspace, lambda scope: scope.all(scope.select(AGENTS.c.id, AGENTS.c.name).where(wanted))
        )
        return {row.id: row.name for row in rows}

    async def versions(self, workspace: str, agent_id: str, ask: int, before: int) -> Sequence[Any]:
        """Versions without their documents, newest first; those below `before` when it is not 0."""
        shown = [column for column in _V if column is not _V.document]

        def job(scope: Scope) -> Sequence[Any]:
            row_of(scope, agent_id)
            found = scope.select(*shown).where(_V.agent_id == agent_id, _V.number < OVERRIDDEN_FROM)
            found = found.where(_V.number < before) if before else found
            return scope.all(found.order_by(_V.number.desc()).limit(ask))

        return await self._store.read(workspace, job)

    async def version(self, workspace: str, agent_id: str, number: int) -> Any:
        """One version. Raises `NotFound`."""

        def job(scope: Scope) -> Any:
            row_of(scope, agent_id)
            return version_of(scope, agent_id, number)

        return await self._store.read(workspace, job)

    async def document(self, workspace: str, agent_id: str, which: str) -> dict[str, Any]:
        """The document of `draft`, `published` or a version's number. Raises `NotFound`, `Invalid`."""

        def job(scope: Scope) -> dict[str, Any]:
            row = row_of(scope, agent_id)
            if which == DRAFT:
                return dict(row.draft)
            number = row.published_version if which == PUBLISHED else int(which) if which.isdecimal() else -1
            if number is None:
                raise NotFound("agent_version", PUBLISHED)
            return dict(version_of(scope, agent_id, number).document)

        return await self._store.read(workspace, job)

    # ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────

    async def create(
        self, workspace: str, document: Mapping[str, Any], actor: Actor, *, is_sample: bool = False
    ) -> Any:
        """A new agent with this draft. Raises `Invalid`."""
        name = (await self._fit(document)).name
        agent_id = new_id("agent")

        def job(scope: Scope) -> Any:
            living = scope.select(AGENTS.c.id).where(AGENTS.c.deleted_at.is_(None)).order_by(AGENTS.c.id)
            if scope.first(living.offset(MOST_AGENTS - 1)) is not None:
                raise Conflict(f"a workspace has {MOST_AGENTS:,} agents at most", code="agent.too_many")
            return insert_agent(scope, agent_id, name, dict(document), is_sample=is_sample)

        return await self._store.write(workspace, job, actor)

    async def save(
        self, workspace: str, agent_id: str, document: Mapping[str, Any], revision: int | None, actor: Actor
    ) -> Any:
        """Put the draft. `revision` None: whichever is there. Raises `Invalid`, `NotFound`, `Conflict`, `Stale`."""
        await self._store.read(workspace, lambda scope: own_row(scope, agent_id))
        name = (await self._fit(document)).name
        return await self._store.write(
            workspace, lambda scope: save_draft(scope, agent_id, name, dict(document), revision), actor
        )

    async def patch(
        self, workspace: str, agent_id: str, patch: Mapping[str, Any], revision: int | None, actor: Actor
    ) -> Any:
        """Put a part of the draft (RFC 7396). Raises as `save`."""
        saved, _ = await self.change(
            workspace, agent_id, lambda draft: merged(draft, dict(patch)), revision, actor, lambda scope, row: None
        )
        return saved

    async def change(
        self, workspace: str, agent_id: str, made: Callable[[dict[str, Any]], dict[str, Any]], revision: int | None,
        actor: Actor, also: Callable[[Scope, Any], T],
    ) -> tuple[Any, T]:  # fmt: skip
        """Put what `made` makes of the draft, and do `also` with the row in the same transaction. Raises as `save`."""
        row = await self._store.read(workspace, lambda scope: own_row(scope, agent_id))
        if revision is not None and revision != row.revision:
            raise Stale
        document = made(dict(row.draft))
        name = (await self._fit(document)).name

        def job(scope: Scope) -> tuple[Any, T]:
            # What was read is what is changed, also when the sender did not say so.
            saved = save_draft(scope, agent_id, name, document, row.revision)
            return saved, also(scope, saved)

        return await self._store.write(workspace, job, actor)

    async def judged(self, workspace: str, agent_id: str, document: Mapping[str, Any] | None) -> Judged:
        """What is wrong with the draft, or with a document that could be it. Raises `NotFound`."""

        def job(scope: Scope) -> tuple[Any, Around]:
            row = row_of(scope, agent_id)
            looked_at = document if document is not None else row.draft
            return looked_at, self._around(scope, agent_id, looked_at, is_whole=row.managed_by == BY_API)

        return await self._judged(*await self._store.read(workspace, job))

    # ── versions ─────────────────────────────────────────────────────────────────────────────────────────────

    async def publish(
        self, workspace: str, agent_id: str, note: str, revision: int | None, actor: Actor
    ) -> tuple[Any, bool]:
        """The draft as a version, which answers from now on; whether it is a new one. A draft that is published
        already is no new one.

        Raises `NotFound`, `Conflict`, `Stale`, `Invalid` when something that it names is missing.
        """

        def job(scope: Scope) -> tuple[Any, Around]:
            row = own_row(scope, agent_id)
            if revision is not None and revision != row.revision:
                raise Stale
            return row, self._around(scope, agent_id, row.draft)

        row, around = await self._store.read(workspace, job)
        judged = await self._judged(row.draft, around)
        if judged.flaws:
            raise Invalid(judged.flaws, code="agent.invalid")

        def put(scope: Scope) -> tuple[Any, bool]:
            # The draft that was judged is the one that is published.
            if own_row(scope, agent_id).revision != row.revision:
                raise Stale
            document = dict(row.draft)
            files = files_of(scope, agent_id, document)
            return self._put(scope, agent_id, document, files, note, "agent.published")

        return await self._store.write(workspace, put, actor)

    async def rollback(self, workspace: str, agent_id: str, number: int, note: str, actor: Actor) -> Any:
        """An old document as a new version. A draft that held nothing new follows it.

        Raises `NotFound`, `Conflict`, `Invalid` when this program does not take the document any more.
        """

        def read(scope: Scope) -> tuple[Any, Around]:
            own_row(scope, agent_id)
            old = version_of(scope, agent_id, number)
            return old, self._around(scope, agent_id, old.document, is_whole=False)

        old, around = await self._store.read(workspace, read)
        judged = await self._judged(old.document, around)
        if judged.flaws:
            raise Invalid(judged.flaws, code="agent.invalid")

        def job(scope: Scope) -> Any:
            row = own_row(scope, agent_id)
            if row.published_version == number:
                raise Conflict(f"version {number} is the published one", code="agent.version_is_published")
            published = version_of(scope, agent_id, row.published_version) if row.published_version else None
            told = note or f"back to version {number}"
            made, _ = self._put(scope, agent_id, dict(old.document), dict(old.files), told, "agent.rolled_back")
            if published is not None and row.draft == published.document:
                save_draft(scope, agent_id, str(old.document.get("name", row.name)), dict(old.document), None)
            return made

        return await self._store.write(workspace, job, actor)

    async def duplicate(self, workspace: str, agent_id: str, name: str, actor: Actor) -> Any:
        """A new agent with this one's draft and documents. Raises `NotFound`, `Invalid`."""
        row = await self.get(workspace, agent_id)
        document = {**row.draft, "name": name or f"{row.name} (copy)"[:100]}
        if row.managed_by == BY_API:
            await self._fit(document)
        made = new_id("agent")

        def job(scope: Scope) -> Any:
            new = insert_agent(scope, made, str(document["name"]), document)
            documents = scope.all(scope.select(DOCUMENTS).where(DOCUMENTS.c.agent_id == agent_id))
            scope.insert_many(DOCUMENTS, [{**one._mapping, "id": new_id("doc"), "agent_id": made} for one in documents])
            return new

        return await self._store.write(workspace, job, actor)

    async def delete(self, workspace: str, agent_id: str, actor: Actor, *, with_numbers: bool) -> Deleted:
        """It answers no more; its versions and calls stay for the record. Raises `NotFound`, and `Conflict` while
        numbers belong to it, unless `with_numbers`."""

        def job(scope: Scope) -> Deleted:
            own_row(scope, agent_id)
            number = PHONE_NUMBERS.c
            rows = scope.all(scope.select(number.id, number.number).where(number.agent_id == agent_id))
            if rows and not with_numbers:
                told = ", ".join(row.number for row in rows[:5])
                raise Conflict(
                    f"{len(rows)} telephone number{'s belong' if len(rows) > 1 else ' belongs'} to this agent: {told}",
                    code="agent.has_numbers",
                    what_to_do="Give the numbers to another agent first, or send `?with_numbers=true`: then nobody "
                    "answers them.",
                )
            scope.update(AGENTS, AGENTS.c.id == agent_id, deleted_at=clock.wall_ms())
            for row in rows:
                scope.update(
                    PHONE_NUMBERS, number.id == row.id, agent_id=None, split=None, revision=number.revision + 1
                )
                scope.tell("phone_number", row.id)
            audit(scope, "agent.deleted", "agent", agent_id, before={"numbers": [row.number for row in rows]})
            scope.tell("agent", agent_id)
            return Deleted(agent_id, tuple(row.number for row in rows))

        return await self._store.write(workspace, job, actor)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _fit(self, document: Mapping[str, Any]) -> Any:
        """The agent of a document that can be a draft. Raises `Invalid`."""
        judged = await self._judged(document, Around(private_hosts=self._settings.private_hosts))
        if judged.agent is None:
            flaws = [Flaw(f"/document{flaw.pointer}", flaw.detail, flaw.code) for flaw in judged.flaws]
            raise Invalid(flaws, code="agent.invalid")
        return judged.agent

    async def _judged(self, document: Mapping[str, Any], around: Around) -> Judged:
        return await asyncio.to_thread(judge, document, around, clock.wall().date())

    def _put(
        self, scope: Scope, agent_id: str, document: dict[str, Any], files: dict[str, str], note: str, action: str
    ) -> tuple[Any, bool]:
        made, is_new = put_version(scope, agent_id, document, files, note, action)
        if is_new:
            self.emit(scope, PUBLISHED_EVENT, published(agent_id, document, made.number, note))
        return made, is_new

    def _around(self, scope: Scope, agent_id: str, document: Mapping[str, Any], *, is_whole: bool = True) -> Around:
        names = scope.all(scope.select(DOCUMENTS.c.name).where(DOCUMENTS.c.agent_id == agent_id))
        named = set(_IDS.findall(str(document)))
        others = scope.all(scope.select(AGENTS.c.id).where(AGENTS.c.deleted_at.is_(None), AGENTS.c.id.in_(named)))
        return Around(
            frozenset(row.name for row in names) if is_whole else None,
            frozenset(row.id for row in others),
            self._settings.private_hosts,
        )


# ── in a transaction ─────────────────────────────────────────────────────────────────────────────────────────────
