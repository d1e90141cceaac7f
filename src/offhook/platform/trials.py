"""Versions that no number leads to, and drafts: made ready for the calls that ask for them."""

import asyncio
from dataclasses import dataclass
from typing import Any

from offhook import clock
from offhook.platform.agent_documents import Around, judge
from offhook.platform.agent_rows import files_of, row_of, version_of
from offhook.platform.agents import DRAFT, PUBLISHED
from offhook.platform.files import BY_FILE
from offhook.platform.line_up import Answering
from offhook.platform.problems import Conflict, Invalid
from offhook.platform.snapshot import DRAFTS_FROM, KnownAgent, KnownVersion, Snapshot
from offhook.settings import Settings
from offhook.store.json import dumps
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.agents import DOCUMENTS


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version or a draft, as it is tried."""

    agent: KnownAgent
    document: dict[str, Any]
    files: dict[str, str]
    """Hashes of what it knows, by name."""


async def wanted(store: Store, settings: Settings, workspace: str, agent_id: str, which: int | str) -> Wanted:
    """What answers to `published`, `draft` or a version's number.

    Raises `NotFound`, `Conflict` for an agent that was never published, `Invalid` for a draft that cannot answer.
    """

    def job(scope: Scope) -> tuple[Wanted, Around | None]:
        row = row_of(scope, agent_id)
        number = row.published_version if which == PUBLISHED else which
        if number is None:
            raise Conflict(
                "this agent was never published",
                code="agent.not_published",
                what_to_do="Publish it, or ask for its draft.",
            )
        around = None
        if number == DRAFT:
            document, number = dict(row.draft), DRAFTS_FROM + row.revision
            files = files_of(scope, agent_id, document)
            if row.managed_by != BY_FILE:
                names = scope.all(scope.select(DOCUMENTS.c.name).where(DOCUMENTS.c.agent_id == agent_id))
                around = Around(frozenset(one.name for one in names), private_hosts=settings.private_hosts)
        else:
            version = version_of(scope, agent_id, int(number))
            document, files = dict(version.document), dict(version.files)
        return Wanted(KnownAgent(workspace, agent_id, row.name, int(number), row.file), document, files), around

    found, around = await store.read(workspace, job)
    if around is not None:
        judged = await asyncio.to_thread(judge, found.document, around, clock.wall().date())
        flaws = [flaw for flaw in judged.flaws if flaw.code != "agent.not_found"]
        if flaws:
            raise Invalid(flaws, code="agent.invalid")
    return found


async def made_ready(
    store: Store, snapshot: Snapshot, settings: Settings, workspace: str, agent_id: str, which: int | str
) -> tuple[Answering, dict[str, Any]]:
    """Who answers a call that asks for `published`, `draft` or a version's number, and the document. Raises as
    `wanted`."""
    found = await wanted(store, settings, workspace, agent_id, which)
    agent = found.agent
    if snapshot.version(agent_id, agent.version) is None:
        snapshot.try_out(agent, KnownVersion(dumps(found.document).encode(), dumps(found.files).encode()))
    return Answering(workspace, agent_id, agent.version), found.document
