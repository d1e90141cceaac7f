"""Links to a moment of a call: who has one hears and reads that call without an account, until it expires.

A link is 256 random bits, of which only the hash is kept: it cannot be guessed, made or read back from a copy of the
database. It opens one call, and of it the words and the sound alone.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, func, select

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.calls import Calls, NotYet
from offhook.platform.hiding import Hidden, Silence, hidden
from offhook.platform.peaks import PER_SECOND, WAV_HEAD, rate_of
from offhook.platform.people_rows import hash_of, new_token
from offhook.platform.problems import Conflict, NotFound
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALL_LINKS

MOST_LINKS: Final = 100
"""Of one call, that have not expired."""
SHORTEST_S: Final = 60
LONGEST_S: Final = 90 * 86_400
_KEPT: Final = 100
"""Calls whose hidden stretches are remembered: a player asks for many ranges of one recording."""
_BLOCK: Final = 4
"""Bytes of a sample of both sides."""
_SIDES: Final = {"caller": 0, "agent": 1}
_L: Final = CALL_LINKS.c
_SHOWN: Final = tuple(column for column in _L if column is not _L.token_hash)


class LinkClosed(NotFound):
    """This link opens nothing: it has expired, or was taken back."""

    def __init__(self) -> None:
        super().__init__("link", "", what_to_do="Ask whoever gave it to you for another one.")
        self.args = (str(self.__doc__).rstrip("."),)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that was just made: the only time that its token is known."""

    row: Any
    token: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link opens."""

    workspace: str
    link: Any
    row: Any
    """Of the call."""
    agent_name: str
    hidden: Hidden
    objects: Mapping[str, int]
    """What is kept beside the words, with its size in bytes."""


class Sharing:
    """The links of all workspaces."""

    def __init__(self, store: Store, calls: Calls) -> None:
        self._store, self._calls = store, calls
        self._open: OrderedDict[str, Shared] = OrderedDict()
        """By the link's id. A record that is whole does not change; what was deleted is asked for each time."""

    # ── for who is signed in ─────────────────────────────────────────────────────────────────────────────────

    async def create(
        self, workspace: str, call_id: str, at_ms: int, expires_in_s: int, actor: Actor, *, redact: bool
    ) -> NewLink:
        """A link. Raises `NotFound`, `Conflict` while the call lives and when it has too many."""
        row = await self._calls.row(workspace, call_id)
        if not row.is_folded:
            raise NotYet("a call is shared when it is over")
        made, token, at = new_id("link"), new_token(), clock.wall_ms()

        def job(scope: Scope) -> Any:
            scope.delete(CALL_LINKS, _L.expires_at <= at)
            if scope.scalar(scope.select(func.count(_L.id)).where(_L.call_id == call_id)) >= MOST_LINKS:
                raise Conflict(
                    f"a call has {MOST_LINKS} links at most", code="link.too_many", what_to_do="Take some of them back."
                )
            scope.insert(
                CALL_LINKS, id=made, call_id=call_id, token_hash=hash_of(token), redact=redact,
                at_ms=min(at_ms, row.duration_ms or 0), created_by=scope.actor.id,
                created_by_name=scope.actor.name[:200], created_at=at, expires_at=at + expires_in_s * 1000,
            )  # fmt: skip
            audit(scope, "call.shared", "call", call_id, after={"link": made, "redact": redact, "for_s": expires_in_s})
            scope.tell("call_link", call_id)
            return scope.first(scope.select(*_SHOWN).where(_L.id == made))

        return NewLink(await self._store.write(workspace, job, actor), token)

    async def every(self, workspace: str, call_id: str, limit: int, after: str) -> Sequence[Any]:
        """Links of the call that still open it, newest first. Raises `NotFound`."""
        await self._calls.row(workspace, call_id)

        def job(scope: Scope) -> Sequence[Any]:
            found = scope.select(*_SHOWN).where(_L.call_id == call_id, _L.expires_at > clock.wall_ms())
            found = found.where(_L.id < after) if after else found
            return scope.all(found.order_by(_L.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def revoke(self, workspace: str, call_id: str, link_id: str, actor: Actor) -> None:
        """It opens nothing any more. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            if not scope.delete(CALL_LINKS, _L.id == link_id, _L.call_id == call_id):
                raise NotFound("link", link_id)
            audit(scope, "call.link_revoked", "call", call_id, before={"link": link_id})
            scope.tell("call_link", call_id)

        await self._store.write(workspace, job, actor)

    # ── for who has a link ───────────────────────────────────────────────────────────────────────────────────

    async def opened(self, token: str) -> Shared:
        """What this link opens. Raises `NotFound`, the same for one that expired, was taken back or never was."""

        def job(connection: Connection) -> Any:
            return connection.execute(select(CALL_LINKS).where(_L.token_hash == hash_of(token))).first()

        link = await self._store.read_wide(job)
        if link is None or link.expires_at <= clock.wall_ms():
            raise LinkClosed
        if (kept := self._open.get(link.id)) is not None:
            return kept
        whole = await self._calls.whole(link.workspace_id, link.call_id)
        shown = Hidden(whole.turns)
        if link.redact:
            # A long call's words are some tenths of a second's work.
            shown = await asyncio.to_thread(hidden, whole.turns, whole.detail.get("keys", ()))
        name = str(whole.detail.get("agent_name", ""))
        shared = Shared(link.workspace_id, link, whole.row, name, shown, whole.objects)
        self._open[link.id] = shared
        while len(self._open) > _KEPT:
            self._open.popitem(last=False)
        return shared

    async def sound(self, shared: Shared, begin: int, end: int) -> bytes:
        """Bytes of the recording, silent where something is hidden. Raises `NotFound`, `StoreError`."""
        silences, call_id = shared.hidden.silences, shared.link.call_id
        if not silences or end <= WAV_HEAD:
            return await self._calls.part(shared.workspace, call_id, "recording", begin, end)
        first = WAV_HEAD + max(0, begin - WAV_HEAD) // _BLOCK * _BLOCK
        head = b""
        rate = rate_of(await self._calls.part(shared.workspace, call_id, "recording", 0, WAV_HEAD))
        if begin < WAV_HEAD:
            head = (await self._calls.part(shared.workspace, call_id, "recording", 0, WAV_HEAD))[begin:]
        last = WAV_HEAD - (WAV_HEAD - end) // _BLOCK * _BLOCK
        size = shared.objects.get("recording", last)
        data = await self._calls.part(shared.workspace, call_id, "recording", first, min(last, size))
        quiet = _quiet(data, (first - WAV_HEAD) // _BLOCK, rate, silences)
        skip = max(begin - first, 0)
        return head + quiet[skip : skip + end - max(begin, WAV_HEAD)]

    async def picture(self, shared: Shared) -> bytes:
        """The peaks, flat where something is hidden. Raises `NotFound`, `StoreError`."""
        size = shared.objects.get("peaks")
        if size is None:
            raise NotFound("peaks", shared.link.call_id)
        data = bytearray(await self._calls.part(shared.workspace, shared.link.call_id, "peaks", 0, size))
        for silence in shared.hidden.silences:
            begin, end = int(silence.begin_s * PER_SECOND), int(silence.end_s * PER_SECOND) + 1
            side = _SIDES[silence.side]
            for at in range(begin * 2 + side, min(end * 2, len(data)), 2):
                data[at] = 0
        return bytes(data)


def _quiet(data: bytes, first: int, rate: int, silences: Sequence[Silence]) -> bytes:
    """Samples of both sides from number `first` on, with zeros in the silences."""
    whole = len(data) // _BLOCK * _BLOCK
    samples = np.frombuffer(data[:whole], "<i2").reshape(-1, 2).copy()
    for silence in silences:
        begin, end = int(silence.begin_s * rate) - first, int(silence.end_s * rate) + 1 - first
        samples[max(begin, 0) : max(end, 0), _SIDES[silence.side]] = 0
    return samples.tobytes() + data[whole:]
