"""Answers that people type become facts of the agent: entries of its document `answers.md`.

A version is never changed. An answer makes a new one: what is published now, with this one fact more; what else the
draft holds stays a draft, which names the document from then on too. To take an answer back is one more version. So it
is with each version that a number's split names: the split goes on with the ones that know it.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from offhook import clock
from offhook.ids import new_id
from offhook.knowledge.kinds import Kind
from offhook.platform.agent_documents import Around, judge
from offhook.platform.agent_rows import add_version, put_version, require_own, row_of, save_draft, version_of
from offhook.platform.audit import audit
from offhook.platform.documents import MEDIA_TYPES, is_used, judged, key_of
from offhook.platform.number_changes import KIND
from offhook.platform.problems import Conflict, Invalid
from offhook.platform.questions import ANSWERED, OPEN, decide, question_of
from offhook.platform.snapshot import Snapshot
from offhook.settings import Settings
from offhook.store.objects import Objects
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import DOCUMENTS
from offhook.store.tables.numbers import PHONE_NUMBERS

NAME: Final = "answers.md"
TRIES: Final = 5
_ENTRY: Final = "<!-- {key} -->\nQ: {question}\nA: {answer}\n"
_D: Final = DOCUMENTS.c
_N: Final = PHONE_NUMBERS.c


class TooMuchAtOnce(Conflict):
    """Others answer questions of this agent at the same time."""

    code = "question.at_once"
    what_to_do = "Send it once more."


@dataclass(frozen=True, slots=True)
class _Before:
    """What was read."""

    question: Any
    digest: str
    """Of the document; empty: there is none."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What becomes of a question."""

    question: str
    answer: str
    """Empty: it is taken back."""


class Answers:
    """Of all agents."""

    def __init__(self, store: Store, objects: Objects, snapshot: Snapshot, settings: Settings) -> None:
        self._store, self._objects, self._snapshot, self._settings = store, objects, snapshot, settings

    async def answer(self, workspace: str, key: str, text: str, question: str, actor: Actor) -> Any:
        """The question's row, answered. Raises `NotFound`, `Conflict` for an agent of a file, `Invalid`."""
        return await self._put(workspace, key, _Entry(_line(question), _line(text)), actor)

    async def reopen(self, workspace: str, key: str, actor: Actor) -> Any:
        """The question's row, open; what was answered is known no more. Raises as `answer`."""
        row = await self._store.read(workspace, lambda scope: question_of(scope, key))
        if not row.answer:
            return await self._store.write(workspace, lambda scope: decide(scope, question_of(scope, key), OPEN), actor)
        return await self._put(workspace, key, _Entry("", ""), actor)

    async def _put(self, workspace: str, key: str, entry: _Entry, actor: Actor) -> Any:
        for _ in range(TRIES):
            before = await self._store.read(workspace, partial(_read, key=key))
            old = b""
            if before.digest:
                old = await self._objects.get(key_of(workspace, before.digest)) or b""
            data = with_entry(old.decode("utf-8-sig"), key, entry.question or before.question.text, entry.answer)
            digest = await self._kept(workspace, data)
            row, left = await self._store.write(
                workspace, partial(self._write, before=before, entry=entry, data=data, digest=digest), actor
            )
            if row is None:
                continue
            if left:
                await self._objects.delete(key_of(workspace, left))
            if digest and await self._objects.size(key_of(workspace, digest)) is None:
                # Somebody else has let go of the same content in between.
                await self._objects.put(key_of(workspace, digest), data)
            await self._snapshot.settle()
            return row
        raise TooMuchAtOnce

    async def _kept(self, workspace: str, data: bytes) -> str:
        """The hash under which it is kept; empty: there is nothing in it any more. Raises `Invalid`."""
        if not data.strip():
            return ""
        await asyncio.to_thread(judged, NAME, data)
        digest = hashlib.sha256(data).hexdigest()
        await self._objects.put(key_of(workspace, digest), data)
        return digest

    def _write(self, scope: Scope, before: _Before, entry: _Entry, data: bytes, digest: str) -> tuple[Any, str]:
        """The row and the hash of what nobody uses any more; None: it has changed since it was read."""
        now = _read(scope, before.question.id)
        if now.digest != before.digest:
            return None, ""
        agent_id = now.question.agent_id
        if digest:
            scope.put(
                DOCUMENTS, ["workspace_id", "agent_id", "name"], id=new_id("doc"), agent_id=agent_id, name=NAME,
                content_hash=digest, object_key=key_of(scope.workspace, digest), media_type=MEDIA_TYPES[Kind.MARKDOWN],
                bytes=len(data), created_at=clock.wall_ms(),
            )  # fmt: skip
        else:
            scope.delete(DOCUMENTS, _D.agent_id == agent_id, _D.name == NAME)
        audit(scope, "document.answered", "agent", agent_id, {"hash": now.digest}, {"name": NAME, "hash": digest})
        scope.tell("document", agent_id)
        version = self._publish(scope, agent_id, digest, now.question.text)
        left = now.digest if now.digest and now.digest != digest and not is_used(scope, now.digest) else ""
        at, by = (clock.wall_ms(), scope.actor.name[:200]) if entry.answer else (None, "")
        row = decide(
            scope, now.question, ANSWERED if entry.answer else OPEN, answer=entry.answer, answered_at=at,
            answered_by=by, answer_version=version if entry.answer else None,
        )  # fmt: skip
        return row, left

    def _publish(self, scope: Scope, agent_id: str, digest: str, question: str) -> int | None:
        """From which version on it is known; None: the agent has never been published."""
        row = row_of(scope, agent_id)
        draft = _naming(row.draft, is_named=bool(digest))
        if row.published_version is None:
            save_draft(scope, agent_id, row.name, draft, None)
            return None
        note = f"{'answered' if digest else 'no answer any more'}: {question}"[:200]
        numbers = scope.all(scope.select(_N.id, _N.split).where(_N.agent_id == agent_id, _N.split.is_not(None)))
        named = {int(part["version"]) for number in numbers for part in number.split}
        published = version_of(scope, agent_id, row.published_version)
        document, files = _knowing(published, digest)
        flaws = judge(document, Around(private_hosts=self._settings.private_hosts), clock.wall().date()).flaws
        if flaws:
            raise Invalid(flaws, code="agent.invalid")
        instead: dict[int, int] = {}
        for version in sorted(named - {row.published_version}):
            # It answers calls as it is, valid today or not: a fact more makes it no worse.
            known = _knowing(version_of(scope, agent_id, version), digest)
            made = add_version(scope, agent_id, *known, f"version {version}, {note}"[:200], "agent.version_added")
            instead[version] = int(made.number)
        is_same = row.draft == published.document
        # The published one comes last: the newest is what answers.
        made, _ = put_version(scope, agent_id, document, files, note, "agent.published")
        save_draft(scope, agent_id, row.name, document if is_same else draft, None)
        instead[row.published_version] = int(made.number)
        _split_again(scope, numbers, instead)
        return min(instead.values())


def _knowing(version: Any, digest: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A version's document and files with the answers of this hash, or without any."""
    files = {name: kept for name, kept in version.files.items() if name != NAME}
    return _naming(version.document, is_named=bool(digest)), {**files, NAME: digest} if digest else files


def _split_again(scope: Scope, numbers: Sequence[Any], instead: Mapping[int, int]) -> None:
    """The same parts of the numbers' calls go to the versions that stand in the place of others."""
    for number in numbers:
        split = [{**part, "version": instead[int(part["version"])]} for part in number.split]
        scope.update(PHONE_NUMBERS, _N.id == number.id, split=split, revision=_N.revision + 1)
        audit(scope, "phone_number.changed", KIND, number.id, {"split": number.split}, {"split": split})
        scope.tell(KIND, number.id)


def _read(scope: Scope, key: str) -> _Before:
    question = question_of(scope, key)
    require_own(row_of(scope, question.agent_id))
    found = scope.select(_D.content_hash).where(_D.agent_id == question.agent_id, _D.name == NAME)
    return _Before(question, scope.scalar(found) or "")


def with_entry(text: str, key: str, question: str, answer: str) -> bytes:
    """The document with the entry of this question put in place of the one that it had; without one when the answer is
    empty."""
    entry = re.compile(rf"<!-- {re.escape(key)} -->\nQ: .*\nA: .*\n?\n?")
    rest = entry.sub("", text).strip("\n")
    if answer:
        new = _ENTRY.format(key=key, question=_line(question), answer=_line(answer))
        rest = f"{rest}\n\n{new}" if rest else new
    return f"{rest.rstrip()}\n".encode() if rest.strip() else b""


def _naming(document: Mapping[str, Any], *, is_named: bool) -> dict[str, Any]:
    """The document with ours among what it knows, or without."""
    known = [name for name in document.get("knowledge") or () if name != NAME]
    if is_named == (NAME in (document.get("knowledge") or ())):
        return dict(document)
    return {**document, "knowledge": [*known, NAME] if is_named else known}


def _line(text: str) -> str:
    """One line, without what a document's reader would take for a mark."""
    return " ".join(text.replace("<!--", "").replace("-->", "").split())
