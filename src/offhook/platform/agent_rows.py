"""Rows of agents and of their versions: read and written inside of a transaction."""

from collections.abc import Mapping
from typing import Any, Final

from offhook import clock
from offhook.platform.audit import audit
from offhook.platform.files import BY_FILE, digest_of
from offhook.platform.problems import Conflict, NotFound, Stale
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS, DOCUMENTS, OVERRIDDEN_FROM

BY_API: Final = "api"
_V: Final = AGENT_VERSIONS.c


def row_of(scope: Scope, agent_id: str) -> Any:
    """The agent's row. Raises `NotFound`."""
    row = scope.get(AGENTS, agent_id)
    if row is None or row.deleted_at is not None:
        raise NotFound("agent", agent_id)
    return row


def version_of(scope: Scope, agent_id: str, number: int) -> Any:
    """A version's row. Raises `NotFound`."""
    # A larger number is none of the column's type.
    found = scope.select(AGENT_VERSIONS).where(_V.agent_id == agent_id, _V.number == min(max(number, -1), 2**31 - 1))
    row = scope.first(found)
    if row is None:
        raise NotFound("agent_version", str(number))
    return row


def files_of(scope: Scope, agent_id: str, document: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of what a document names under `knowledge`, by name."""
    wanted = document.get("knowledge") or ()
    columns = (DOCUMENTS.c.name, DOCUMENTS.c.content_hash)
    rows = scope.all(scope.select(*columns).where(DOCUMENTS.c.agent_id == agent_id))
    return {row.name: row.content_hash for row in rows if row.name in wanted}


def require_own(row: Any) -> None:
    """Raises `Conflict` for an agent that is managed by a file."""
    if row.managed_by == BY_FILE:
        raise Conflict(
            "this agent is managed by its file",
            code="agent.managed_by_file",
            what_to_do=f"Change {row.file}: the server takes it over by itself. Or duplicate the agent, and change the "
            "copy here.",
        )


def own_row(scope: Scope, agent_id: str) -> Any:
    """The row of an agent that is changed here. Raises `NotFound`, `Conflict`."""
    row = row_of(scope, agent_id)
    require_own(row)
    return row


def insert_agent(scope: Scope, agent_id: str, name: str, document: dict[str, Any], *, is_sample: bool = False) -> Any:
    """A new agent's row with this draft."""
    at = clock.wall_ms()
    scope.insert(
        AGENTS, id=agent_id, name=name, draft=document, revision=1, managed_by=BY_API, is_sample=int(is_sample),
        created_at=at, updated_at=at,
    )  # fmt: skip
    audit(scope, "agent.created", "agent", agent_id, after={"name": name})
    scope.tell("agent", agent_id)
    return row_of(scope, agent_id)


def save_draft(scope: Scope, agent_id: str, name: str, document: dict[str, Any], revision: int | None) -> Any:
    """The agent's row with this draft. Raises `NotFound`, `Conflict`, `Stale`."""
    before = own_row(scope, agent_id)
    if revision is not None and revision != before.revision:
        raise Stale
    if before.draft == document:
        return before
    scope.update(
        AGENTS, AGENTS.c.id == agent_id, name=name, draft=document, revision=before.revision + 1,
        updated_at=clock.wall_ms(),
    )  # fmt: skip
    changed = sorted(name for name in {*before.draft, *document} if before.draft.get(name) != document.get(name))
    audit(
        scope, "agent.draft_saved", "agent", agent_id,
        {"revision": before.revision}, {"revision": before.revision + 1, "fields": changed},
    )  # fmt: skip
    scope.tell("agent", agent_id)
    return row_of(scope, agent_id)


def hold(scope: Scope, agent_id: str) -> None:
    """Others who number versions of this agent wait for the end of the transaction (SQLite has one writer anyway)."""
    scope.all(scope.select(AGENTS.c.id).where(AGENTS.c.id == agent_id).with_for_update())


def put_version(
    scope: Scope, agent_id: str, document: dict[str, Any], files: dict[str, str], note: str, action: str
) -> tuple[Any, bool]:
    """The document as the published version; whether it is a new one."""
    hold(scope, agent_id)
    digest = digest_of([document, files])
    published = (_V.agent_id == agent_id, _V.number < OVERRIDDEN_FROM)
    last = scope.first(scope.select(AGENT_VERSIONS).where(*published).order_by(_V.number.desc()))
    if last is not None and last.digest == digest and row_of(scope, agent_id).published_version == last.number:
        return last, False
    made = add_version(scope, agent_id, document, files, note, action)
    scope.update(AGENTS, AGENTS.c.id == agent_id, published_version=made.number, updated_at=made.created_at)
    return made, True


def add_version(
    scope: Scope, agent_id: str, document: dict[str, Any], files: dict[str, str], note: str, action: str
) -> Any:
    """One version more, which is not the published one by that."""
    hold(scope, agent_id)
    published = (_V.agent_id == agent_id, _V.number < OVERRIDDEN_FROM)
    last = scope.first(scope.select(_V.number).where(*published).order_by(_V.number.desc()))
    number, digest = last.number + 1 if last is not None else 1, digest_of([document, files])
    scope.insert(
        AGENT_VERSIONS, agent_id=agent_id, number=number, document=document, files=files, digest=digest, note=note,
        created_by=scope.actor.id, created_by_name=scope.actor.name[:200], created_at=clock.wall_ms(),
    )  # fmt: skip
    audit(scope, action, "agent", agent_id, after={"version": number, "digest": digest, "note": note[:200]})
    scope.tell("agent", agent_id)
    return version_of(scope, agent_id, number)
