"""`/v1/stream`: one WebSocket for all that a dashboard's tab wants to know, as topics that it subscribes to.

client   {"subscribe": "calls"}   {"subscribe": "call:call_01..", "after": 123}   {"unsubscribe": "calls"}
server   {"topic": "calls", "type": "call.started", "data": {a row of GET /v1/calls}}
         {"topic": "call:call_01..", "sequence": 124, "type": "agent_turn", "data": {as of .../events}}
         {"topic": "changes", "data": {"kind": "agent", "id": "agent_01.."}}
         {"topic": "health", "type": "health.changed", "data": {"providers": [as of GET /v1/health]}}
         {"topic": "calls", "lost": true}   {"topic": "...", "error": {a problem}}
         {"topic": "", "type": "heartbeat"}
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from offhook import clock
from offhook.api.auth import authenticate, caller_now, platform_of
from offhook.api.call_models import call_of
from offhook.api.health import ProviderBody
from offhook.api.problems import body_of
from offhook.errors import OffhookError, StoreError
from offhook.platform.buckets import Allowance, Buckets
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Forbidden, Invalid, TooMany, Unauthenticated
from offhook.platform.streams import CALLS_TOPIC, CHANGES_TOPIC, HEALTH_TOPIC, ONE_CALL, Stream
from offhook.platform.strip import strip
from offhook.store.json import dumps

router = APIRouter(tags=["Stream"])

BEAT_S: Final = 15.0
LOOK_S: Final = 15.0
"""So often it is looked whether the key or the session still is what it was; at once when something of it changed."""
CALM_S: Final = 0.2
"""Between two such looks, however much changes."""
SEND_S: Final = 30.0
"""Who does not take a message for so long is not there any more."""
CLOSE_S: Final = 2.0
MOST_TOPICS: Final = 64
"""Of one stream."""
WISHES: Final = Allowance(120, 0.1)
"""Messages of one client."""
UNKNOWN: Final = 4401
"""Close codes of ours: nobody is known by the key or session, or they may something else than when it was opened,"""
NOT_ALLOWED: Final = 4403
"""this page may not,"""
TOO_MANY: Final = 4429
"""too many streams, or messages,"""
TOO_SLOW: Final = 4408
"""nothing was taken for `SEND_S`,"""
ENDS: Final = 1012
"""and that of the standard: the server ends or starts again. Open it anew."""
BEAT: Final = dumps({"topic": "", "type": "heartbeat"})
_SCOPES: Final = {CALLS_TOPIC: "calls:read", HEALTH_TOPIC: "settings:read", CHANGES_TOPIC: ""}
Topic = Annotated[str, StringConstraints(pattern=r"^(calls|changes|health|call:[A-Za-z0-9_]{1,40})$")]
Over = tuple[int, str]
"""Why a stream ends: a close code, and in a word."""


class Subscribe(BaseModel):
    """The client wants to know of this topic."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"subscribe": "call:call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}]}
    )

    subscribe: Topic
    after: int = Field(default=-1, ge=-1, le=10**9, description="Of one call: the last `sequence` that you have.")


class Unsubscribe(BaseModel):
    """No more of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"unsubscribe": "calls"}]})

    unsubscribe: Topic


_WISH: Final[TypeAdapter[Subscribe | Unsubscribe]] = TypeAdapter(Subscribe | Unsubscribe)


def tell_with(platform: Platform) -> None:
    """From now on its streams are told rows and providers as the API shows them."""

    def health(workspace: str) -> tuple[str, Any]:
        bodies = [ProviderBody.of(one) for one in strip(platform, workspace)]
        signs = [(one.agent_id, one.kind, one.provider, one.state, one.taken_over_by, one.taken_over_at)
                 for one in bodies]  # fmt: skip
        return dumps(signs), {"providers": [one.model_dump(mode="json") for one in bodies]}

    platform.streams.show_call = lambda row: call_of(row).model_dump(mode="json", by_alias=True)
    platform.streams.health = health


@router.websocket("/stream")
async def stream(socket: WebSocket) -> None:
    """What changes while it changes: see the module."""
    platform = platform_of(socket)
    with contextlib.ExitStack() as stack:
        try:
            caller = await authenticate(socket, is_write=True)
            stack.enter_context(platform.streams.tabs.one(caller))
        except OffhookError as error:
            # A handshake that is refused tells a browser nothing: it is accepted, and closed with the reason.
            await socket.accept()
            await socket.close(_code_of(error), error.code)
            return
        await socket.accept()
        opened = platform.streams.open(caller.workspace, caller.scopes)
        stack.callback(platform.streams.close, opened)
        code, why = await _Tab(socket, platform, caller, opened).run()
    # Whoever has gone, or takes nothing, is told nothing.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            await socket.close(code, why)


def _code_of(error: OffhookError) -> int:
    match error:
        case Unauthenticated():
            return UNKNOWN
        case TooMany():
            return TOO_MANY
        case StoreError():
            return ENDS
        case _:
            return NOT_ALLOWED


@dataclass(slots=True)
class _Tab:
    """One stream, from its beginning to its end."""

    socket: WebSocket
    platform: Platform
    caller: Caller
    stream: Stream
    feeds: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """Of single calls, by their topic."""
    wishes: Buckets = field(default_factory=lambda: Buckets(WISHES))

    async def run(self) -> Over:
        """Until somebody ends it."""
        parts: list[Coroutine[Any, Any, Over]] = [self._listen(), self._send(), self._look(), self._until_the_end()]
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            every = [*tasks, *self.feeds.values()]
            for task in every:
                task.cancel()
            await asyncio.gather(*every, return_exceptions=True)

    # ── what the client says ─────────────────────────────────────────────────────────────────────────────────

    async def _listen(self) -> Over:
        while True:
            try:
                message = await self.socket.receive()
            except RuntimeError:
                return 1000, ""
            if message["type"] != "websocket.receive":
                return 1000, ""
            if self.wishes.take("", clock.machine()):
                return TOO_MANY, "stream.too_many_messages"
            topic = ""
            try:
                wish = _wish_of(message.get("text"))
                topic = wish.subscribe if isinstance(wish, Subscribe) else wish.unsubscribe
                self._grant(wish, topic)
            except OffhookError as error:
                self._tell_error(topic, error)

    def _grant(self, wish: Subscribe | Unsubscribe, topic: str) -> None:
        if isinstance(wish, Unsubscribe):
            self._stop_feed(topic)
            self.platform.streams.unsubscribe(self.stream, topic)
            return
        scope = _SCOPES.get(topic, "calls:read")
        if scope and scope not in self.caller.scopes:
            raise Forbidden(f"this needs the scope {scope}")
        if topic not in self.stream.topics and len(self.stream.topics) >= MOST_TOPICS:
            raise Invalid([Flaw("/subscribe", f"{MOST_TOPICS} topics are the most", "too_many")])
        if not topic.startswith(ONE_CALL):
            self.platform.streams.subscribe(self.stream, topic)
            return
        self._stop_feed(topic)
        self.stream.topics.add(topic)
        self.feeds[topic] = asyncio.create_task(self._follow(topic, wish.after), name="feed of a call")

    def _tell_error(self, topic: str, error: OffhookError) -> None:
        self.stream.outbox.put(topic, dumps({"topic": topic, "error": body_of(error)}))

    # ── one call ─────────────────────────────────────────────────────────────────────────────────────────────

    def _stop_feed(self, topic: str) -> None:
        if (feed := self.feeds.pop(topic, None)) is not None:
            feed.cancel()

    async def _follow(self, topic: str, after: int) -> None:
        outbox, call_id = self.stream.outbox, topic.removeprefix(ONE_CALL)
        try:
            with self.platform.streams.feeds.one(self.caller):
                messages = self.platform.call_feeds.follow(self.caller.workspace, call_id, after)
                async with contextlib.aclosing(messages):
                    async for one in messages:
                        if one.kind:
                            # Nothing of it is left out: its reader is waited for, and it is read on behind that.
                            await outbox.room()
                            told = {"topic": topic, "sequence": one.sequence, "type": one.kind, "data": one.data}
                            outbox.put(topic, dumps(told))
                await outbox.room()
                outbox.put(topic, dumps({"topic": topic, "sequence": 0, "type": "end", "data": {}}))
        except OffhookError as error:
            self._tell_error(topic, error)
        self.feeds.pop(topic, None)
        self.stream.topics.discard(topic)

    # ── what it is told ──────────────────────────────────────────────────────────────────────────────────────

    async def _send(self) -> Over:
        beat_at = clock.now() + BEAT_S
        while True:
            text = await self.stream.outbox.next(max(0.0, beat_at - clock.now()))
            try:
                async with asyncio.timeout(SEND_S):
                    if text:
                        await self.socket.send_text(text)
                    if clock.now() >= beat_at:
                        beat_at = clock.now() + BEAT_S
                        await self.socket.send_text(BEAT)
            except TimeoutError:
                return TOO_SLOW, "stream.too_slow"
            except (WebSocketDisconnect, RuntimeError):
                return 1000, ""

    # ── why it ends ──────────────────────────────────────────────────────────────────────────────────────────

    async def _look(self) -> Over:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self.stream.doubt.wait()
            self.stream.doubt.clear()
            with contextlib.suppress(StoreError):
                found = await caller_now(self.socket)
                if found is None:
                    return UNKNOWN, Unauthenticated.code
                before = (self.caller.workspace, self.caller.scopes, self.caller.role)
                if (found.workspace, found.scopes, found.role) != before:
                    return UNKNOWN, "auth.changed"
            await asyncio.sleep(CALM_S)

    async def _until_the_end(self) -> Over:
        await self.platform.streams.is_ending.wait()
        return ENDS, "server.ends"


def _wish_of(text: str | None) -> Subscribe | Unsubscribe:
    try:
        return _WISH.validate_json(text if text is not None else "")
    except ValidationError:
        told = 'expected {"subscribe": TOPIC} or {"unsubscribe": TOPIC}; topics are calls, changes, health, call:ID'
        raise Invalid([Flaw("", told)]) from None
