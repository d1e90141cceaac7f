"""What changes, told to dashboards that are open: one stream a tab, topics inside.

A stream is told what it has subscribed to. Rows of calls are read once for all streams of a workspace, soon after a
change, so that many changes together are one reading; what cannot be told is told as lost, and the reader reads again.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from offhook import clock
from offhook.errors import StoreError
from offhook.platform.calls import LISTED, STATUSES
from offhook.platform.outbox import Outbox
from offhook.platform.slots import Slots
from offhook.store.json import dumps
from offhook.store.scope import Change, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALLS

CALLS_TOPIC: Final = "calls"
CHANGES_TOPIC: Final = "changes"
HEALTH_TOPIC: Final = "health"
ONE_CALL: Final = "call:"
"""Behind it the id of a call."""
MOST_TABS: Final = 20
"""Streams of one key or person in this process,"""
MOST_FEEDS: Final = 100
"""calls that they watch, in streams and as server-sent events,"""
MOST_LISTENERS: Final = 10
"""and calls that they listen to."""
TOGETHER_S: Final = 0.05
"""Changes of calls within so long are read together,"""
MOST_TOGETHER: Final = 200
"""and so many at most."""
MOST_KNOWN: Final = 2_000
"""Calls of a workspace of which it is known what was told last."""
HEALTH_S: Final = 2.0
"""How often it is looked how the providers do, while somebody wants to know."""
ENDED_LATELY_MS: Final = 120_000
_LIVE: Final = tuple(status for status in STATUSES if status not in ("ended", "scheduled"))
SCOPES_OF: Final = {
    "call": "calls:read", "agent": "agents:read", "document": "agents:read", "phone_number": "numbers:read",
    "carrier_account": "numbers:read", "provider_key": "keys:read", "tool_key": "keys:read", "webhook": "webhooks:read",
    "delivery": "webhooks:read", "member": "people:read", "invitation": "people:read", "api_key": "people:read",
    "workspace": "settings:read", "price": "settings:read", "blocked_number": "settings:read",
    "question": "calls:read", "task": "calls:read", "view": "calls:read", "call_link": "calls:read",
    "test": "agents:read",
}  # fmt: skip
"""Who may know that something of this kind has changed. Other kinds are nobody's business but ours."""
_OF_CALLERS: Final = frozenset({"member", "api_key", "session", "workspace"})
"""When such a thing changes, it is looked again who the callers are."""
_LOG: Final = logging.getLogger("offhook.platform")


@dataclass(slots=True, eq=False)
class Stream:
    """One that is open."""

    workspace: str
    scopes: frozenset[str]
    outbox: Outbox = field(default_factory=Outbox)
    topics: set[str] = field(default_factory=set)
    doubt: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it may be that its caller is not who it was; whoever has the stream looks, and clears it."""


@dataclass(slots=True)
class _Workspace:
    """What is kept for those who watch one."""

    streams: set[Stream] = field(default_factory=set)
    changed: dict[str, None] = field(default_factory=dict)
    """Calls that are to be read, in the order of their changes."""
    newcomers: list[Stream] = field(default_factory=list)
    """Streams that want to know which calls live."""
    known: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    """Calls that were told, and whether as over."""
    health: str = ""
    """What was told last."""


class Streams:
    """Those of this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.show_call: Callable[[Any], Any] = lambda row: dict(row._mapping)
        """How a row of a call is told, in JSON's kinds."""
        self.health: Callable[[str], tuple[str, Any]] = lambda workspace: ("", None)
        """How the providers of a workspace do: what is worth telling when it is another than before, and all of it."""
        self.tabs = Slots("streams", MOST_TABS, 2_000)
        self.feeds = Slots("feeds of calls", MOST_FEEDS, 2_000)
        self.listeners = Slots("listeners", MOST_LISTENERS, 200)
        self._workspaces: dict[str, _Workspace] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.is_ending = asyncio.Event()
        """Set when this process ends: then every stream does."""

    # ── as the socket sees it ────────────────────────────────────────────────────────────────────────────────

    def open(self, workspace: str, scopes: frozenset[str]) -> Stream:
        """A stream; `close` it."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._read_calls(), name="streams"),
                asyncio.create_task(self._look_at_health(), name="streams of health"),
            ]
        stream = Stream(workspace, scopes)
        self._workspaces.setdefault(workspace, _Workspace()).streams.add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        """Nobody reads it any more."""
        here = self._workspaces.get(stream.workspace)
        if here is not None:
            here.streams.discard(stream)
            if not here.streams:
                del self._workspaces[stream.workspace]

    def subscribe(self, stream: Stream, topic: str) -> None:
        """`calls`, `changes` or `health`; calls that live and how the providers do are told at once."""
        stream.topics.add(topic)
        here = self._workspaces[stream.workspace]
        if topic == CALLS_TOPIC:
            here.newcomers.append(stream)
            self._wake.set()
        elif topic == HEALTH_TOPIC:
            here.health, data = self.health(stream.workspace)
            stream.outbox.put(topic, _health_text(data))

    def unsubscribe(self, stream: Stream, topic: str) -> None:
        """No more of it, nor of what waits."""
        stream.topics.discard(topic)
        stream.outbox.forget(topic)

    # ── as the platform sees it ──────────────────────────────────────────────────────────────────────────────

    def changed(self, changes: Sequence[Change]) -> None:
        """After a commit, in this process or another."""
        for change in changes:
            here = self._workspaces.get(change.workspace)
            if here is not None:
                self._tell_change(here, change)

    def missed(self) -> None:
        """The bus has lost messages: whatever was told may be of yesterday."""
        for here in self._workspaces.values():
            for stream in here.streams:
                stream.doubt.set()
                for topic in stream.topics & {CALLS_TOPIC, CHANGES_TOPIC}:
                    stream.outbox.lose(topic)

    def end(self) -> None:
        """The process ends: so do the streams."""
        self.is_ending.set()

    async def stop(self) -> None:
        """Read nothing more."""
        self.end()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # ── changes ──────────────────────────────────────────────────────────────────────────────────────────────

    def _tell_change(self, here: _Workspace, change: Change) -> None:
        if change.kind in _OF_CALLERS:
            for stream in here.streams:
                stream.doubt.set()
        scope = SCOPES_OF.get(change.kind)
        if scope is None:
            return
        key = f"{change.kind} {change.id}"
        text = dumps({"topic": CHANGES_TOPIC, "data": {"kind": change.kind, "id": change.id}})
        for stream in here.streams:
            if CHANGES_TOPIC in stream.topics and scope in stream.scopes:
                stream.outbox.put(CHANGES_TOPIC, text, key)
        if change.kind == "call" and any(CALLS_TOPIC in stream.topics for stream in here.streams):
            here.changed[change.id] = None
            self._wake.set()

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read_calls(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(TOGETHER_S)
            self._wake.clear()
            for workspace, here in list(self._workspaces.items()):
                newcomers, here.newcomers = [one for one in here.newcomers if one in here.streams], []
                changed, here.changed = list(here.changed), {}
                for begin in range(0, len(changed), MOST_TOGETHER):
                    await self._tell_calls(workspace, here, changed[begin : begin + MOST_TOGETHER], ())
                if newcomers:
                    await self._tell_calls(workspace, here, (), newcomers)

    async def _tell_calls(
        self, workspace: str, here: _Workspace, changed: Sequence[str], newcomers: Sequence[Stream]
    ) -> None:
        try:
            rows = await self._store.read(workspace, partial(_rows, changed))
        except StoreError as error:
            _LOG.warning("who watches calls is told to read again: %s", error)
            for stream in newcomers or here.streams:
                if CALLS_TOPIC in stream.topics:
                    stream.outbox.lose(CALLS_TOPIC)
            return
        for row in rows:
            kind = _CHANGED if newcomers else _kind_of(here.known, row)
            if newcomers:
                here.known.setdefault(row.id, False)
            text = dumps({"topic": CALLS_TOPIC, "type": kind, "data": self.show_call(row)})
            for stream in newcomers or here.streams:
                if CALLS_TOPIC in stream.topics:
                    stream.outbox.put(CALLS_TOPIC, text)
        while len(here.known) > MOST_KNOWN:
            here.known.popitem(last=False)

    # ── health ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _look_at_health(self) -> None:
        while True:
            await asyncio.sleep(HEALTH_S)
            for workspace, here in list(self._workspaces.items()):
                wanting = [stream for stream in here.streams if HEALTH_TOPIC in stream.topics]
                if not wanting:
                    continue
                sign, data = self.health(workspace)
                if sign != here.health:
                    here.health = sign
                    for stream in wanting:
                        stream.outbox.put(HEALTH_TOPIC, _health_text(data))


_STARTED: Final = "call.started"
_CHANGED: Final = "call.changed"
_ENDED: Final = "call.ended"


def _health_text(data: Any) -> str:
    return dumps({"topic": HEALTH_TOPIC, "type": "health.changed", "data": data})


def _kind_of(known: OrderedDict[str, bool], row: Any) -> str:
    """What has happened to a call, by what was told of it before."""
    if row.status == "scheduled":
        return _CHANGED
    was_over = known.get(row.id)
    is_over = row.status == "ended"
    known[row.id] = is_over
    known.move_to_end(row.id)
    if not is_over:
        return _STARTED if was_over is None else _CHANGED
    is_late = (row.ended_at or row.created_at) < clock.wall_ms() - ENDED_LATELY_MS
    return _CHANGED if was_over or (was_over is None and is_late) else _ENDED


def _rows(changed: Iterable[str], scope: Scope) -> Sequence[Any]:
    """Of these calls; without any, of those that live, the oldest first."""
    ids = list(changed)
    wanted = CALLS.c.id.in_(ids) if ids else CALLS.c.status.in_(_LIVE)
    rows = scope.all(scope.select(*LISTED).where(wanted).order_by(CALLS.c.id.desc()).limit(MOST_TOGETHER))
    return rows[::-1]
