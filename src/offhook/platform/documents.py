"""What agents know: documents that were uploaded. What one is, its content says and not its name or its sender.

The bytes are kept as an object under their hash, once in a workspace. A version of an agent names hashes, so that an
old version knows what it knew. When an agent is loaded they lie in a folder, found again by the hashes.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Text, cast

from offhook import clock
from offhook.agents.model import KNOWLEDGE_FILES
from offhook.errors import StoreError
from offhook.ids import new_id
from offhook.knowledge.chunk import split_document
from offhook.knowledge.kinds import Kind
from offhook.knowledge.read import LARGEST_FILE_BYTES, text_of
from offhook.knowledge.unfit import TooLong, Unfit
from offhook.platform.agent_rows import require_own, row_of
from offhook.platform.audit import audit
from offhook.platform.background import Background
from offhook.platform.files import digest_of
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.store.objects import Objects
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENT_VERSIONS, DOCUMENTS

MEDIA_TYPES: Final = {
    Kind.MARKDOWN: "text/markdown", Kind.TEXT: "text/plain", Kind.TABLE: "text/csv", Kind.HTML: "text/html",
    Kind.PDF: "application/pdf", Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|.][^\x00-\x1f\x7f/\\:*?\"<>|]{0,98}")
_D: Final = DOCUMENTS.c
MOST_WAITING: Final = 10
"""Documents that are read, one at a time, or wait for it: reading one takes up to half a minute and a gigabyte."""


class Documents:
    """The documents of all agents."""

    def __init__(self, store: Store, objects: Objects, folder: Path) -> None:
        self._store, self._objects, self._folder = store, objects, folder
        self._one_at_a_time = asyncio.Lock()
        self._reading = Background("documents", 1, MOST_WAITING, "too many documents are being read")

    async def upload(self, workspace: str, agent_id: str, name: str, data: bytes, actor: Actor) -> Any:
        """Keep a document; one of the same name is replaced, for versions to come.

        Raises `NotFound`, `Conflict`, `Invalid` for what cannot be read.
        """
        kind = await self._reading.run(partial(judged, name, data))
        digest = hashlib.sha256(data).hexdigest()
        key = key_of(workspace, digest)
        await self._store.read(workspace, lambda scope: require_own(row_of(scope, agent_id)))

        def job(scope: Scope) -> tuple[Any, str]:
            require_own(row_of(scope, agent_id))
            rows = scope.all(scope.select(_D.name, _D.content_hash).where(_D.agent_id == agent_id))
            before = {row.name: row.content_hash for row in rows}
            if name not in before and len(before) >= KNOWLEDGE_FILES:
                raise Conflict(f"an agent has {KNOWLEDGE_FILES} documents at most", code="document.too_many")
            put_document(scope, agent_id, name, digest, kind, len(data))
            old = before.get(name, "")
            left = key_of(workspace, old) if old and not is_used(scope, old) else ""
            return scope.first(scope.select(DOCUMENTS).where(_D.agent_id == agent_id, _D.name == name)), left

        async with self._one_at_a_time:
            await self._objects.put(key, data)
            row, left = await self._store.write(workspace, job, actor)
            if left:
                await self._objects.delete(left)
            # Another process may have let go of the same content in between.
            if await self._objects.size(key) is None:
                await self._objects.put(key, data)
        return row

    def close(self) -> None:
        """Finish what is being read."""
        self._reading.close()

    async def every(self, workspace: str, agent_id: str) -> tuple[Sequence[Any], frozenset[str]]:
        """The agent's documents by name, and the names that its draft uses. Raises `NotFound`."""

        def job(scope: Scope) -> tuple[Sequence[Any], frozenset[str]]:
            row = row_of(scope, agent_id)
            rows = scope.all(scope.select(DOCUMENTS).where(_D.agent_id == agent_id).order_by(_D.name))
            return rows, frozenset(row.draft.get("knowledge") or ())

        return await self._store.read(workspace, job)

    async def content(self, workspace: str, agent_id: str, document_id: str) -> tuple[Any, bytes]:
        """A document with its bytes. Raises `NotFound`."""

        def job(scope: Scope) -> Any:
            row_of(scope, agent_id)
            return _row(scope, agent_id, document_id)

        row = await self._store.read(workspace, job)
        data = await self._objects.get(row.object_key)
        if data is None:
            raise NotFound("document", document_id)
        return row, data

    async def delete(self, workspace: str, agent_id: str, document_id: str, actor: Actor) -> None:
        """Versions that know it keep it. Raises `NotFound`, `Conflict`."""

        def job(scope: Scope) -> str:
            require_own(row_of(scope, agent_id))
            row = _row(scope, agent_id, document_id)
            scope.delete(DOCUMENTS, _D.id == row.id)
            audit(scope, "document.deleted", "agent", agent_id, before={"name": row.name, "hash": row.content_hash})
            scope.tell("document", agent_id)
            return "" if is_used(scope, row.content_hash) else str(row.object_key)

        async with self._one_at_a_time:
            if key := await self._store.write(workspace, job, actor):
                await self._objects.delete(key)

    async def folder_of(self, workspace: str, agent_id: str, files: Mapping[str, str]) -> Path:
        """A folder with these files; fetched where they are not there yet. Raises `StoreError`."""
        folder = self._folder / agent_id / digest_of(dict(files))[:16]
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        for name, digest in files.items():
            path = folder / name
            if not _NAME.fullmatch(name) or await asyncio.to_thread(path.is_file):
                continue
            data = await self._objects.get(key_of(workspace, digest))
            if data is None or hashlib.sha256(data).hexdigest() != digest:
                raise StoreError(f"the document {name!r} is not where it was kept")
            await asyncio.to_thread(_write, path, data)
        return folder


def put_document(scope: Scope, agent_id: str, name: str, digest: str, kind: str, size: int) -> None:
    """The row of a document whose bytes are in their place."""
    scope.put(
        DOCUMENTS, ["workspace_id", "agent_id", "name"], id=new_id("doc"), agent_id=agent_id, name=name,
        content_hash=digest, object_key=key_of(scope.workspace, digest), media_type=kind, bytes=size,
        created_at=clock.wall_ms(),
    )  # fmt: skip
    audit(scope, "document.uploaded", "agent", agent_id, after={"name": name, "hash": digest})
    scope.tell("document", agent_id)


def key_of(workspace: str, digest: str) -> str:
    """Where the bytes of a document are kept."""
    return f"{workspace}/knowledge/{digest}"


def judged(name: str, data: bytes) -> str:
    """The media type of a document. Raises `Invalid` for what cannot be known from: for a thread."""
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        raise _unfit("/name", "expected the name of a file, without a folder: menu.md", "document.name")
    if len(data) > LARGEST_FILE_BYTES:
        told = f"at most {LARGEST_FILE_BYTES >> 20} MB: keep what callers ask about"
        raise _unfit("/file", told, "document.too_large")
    try:
        kind, text = text_of(name, data)
        has_facts = bool(split_document(text))
    except Unfit as error:
        raise _unfit("/file", str(error), f"document.{error.code}") from None
    except TooLong:
        told = "there is more in it than callers could ask about: keep what they do"
        raise _unfit("/file", told, "document.too_large") from None
    if not has_facts:
        raise _unfit("/file", "there is nothing in it that could be known", "document.empty")
    return MEDIA_TYPES[kind]


def _unfit(pointer: str, detail: str, code: str) -> Invalid:
    return Invalid([Flaw(pointer, detail, code)], code=code)


def _row(scope: Scope, agent_id: str, document_id: str) -> Any:
    row = scope.first(scope.select(DOCUMENTS).where(_D.agent_id == agent_id, _D.id == document_id))
    if row is None:
        raise NotFound("document", document_id)
    return row


def is_used(scope: Scope, digest: str) -> bool:
    """By another document of the workspace, or by a version."""
    document = scope.select(_D.id).where(_D.content_hash == digest)
    version = scope.select(AGENT_VERSIONS.c.number).where(cast(AGENT_VERSIONS.c.files, Text).contains(digest))
    return scope.first(document) is not None or scope.first(version) is not None


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing: others may write the same at the same time."""
    part = path.with_name(f".{path.name}.{new_id('part')}")
    part.write_bytes(data)
    part.replace(path)
