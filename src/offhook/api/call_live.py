"""`/v1/calls/{id}/events` and `/listen`: a call as it happens, in words and in sound."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from offhook.api.auth import needs, platform_of, socket_caller
from offhook.api.calls import CallId
from offhook.api.stream import ENDS, TOO_MANY
from offhook.errors import OffhookError
from offhook.platform.call_doors import Elsewhere, Listening, NotLive
from offhook.platform.call_feed import Message
from offhook.platform.callers import Caller
from offhook.platform.elsewhere import Door
from offhook.platform.platform import Platform
from offhook.platform.problems import Forbidden, TooMany, Unauthenticated
from offhook.store.json import dumps

router = APIRouter(prefix="/calls", tags=["Calls"])

RETRY_MS: Final = 2_000
LOOK_S: Final = 0.25
"""A listener is told so soon that the call is over."""
_BEATS: Final = b": all is well\n\n"
_END: Final = b"event: end\ndata: {}\n\n"
_NOT_ALLOWED: Final = 4403
"""Close codes of ours: who may not listen, and a call that is not live."""
_NOT_LIVE: Final = 4404
TICKET: Final = "x-offhook-ticket"
"""By which another process of the installation comes, for a caller of its own."""
SEND_S: Final = 5.0
PIECE_BYTES: Final = 64 * 1024
MOST_PASSED: Final = 16
"""Pieces that wait while they are passed on from another process."""


@router.get(
    "/{call_id}/events",
    operation_id="stream_call_events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events: `id` is the journal's line, `event` the kind, `data` JSON.",
              "content": {"text/event-stream": {"schema": {"type": "string"}}}},
        204: {"description": "The call is over, and nothing follows what you have."},
    },
)  # fmt: skip
async def stream_call_events(
    call_id: CallId,
    caller: Annotated[Caller, Depends(needs("calls:read"))],
    platform: Annotated[Platform, Depends(platform_of)],
    last_event_id: Annotated[str, Header(max_length=20, description="The last `id` that you have.")] = "",
    after: Annotated[int, Query(ge=-1, le=10**9, description="The same, where no header can be sent.")] = -1,
) -> Response:
    """What happens in a call while it happens, and what has happened before; ends with `event: end`."""
    last = int(last_event_id) if last_event_id.isdecimal() and last_event_id.isascii() else after
    messages = platform.call_feeds.follow(caller.workspace, call_id, last)
    row = await platform.calls.row(caller.workspace, call_id)
    first: Message | None = None
    if row.is_folded:
        first = await anext(messages, None)
        if first is None and last >= 0:
            return Response(status_code=204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stack = contextlib.ExitStack()
    stack.enter_context(platform.streams.feeds.one(caller))
    return _Held(stack, _stream(messages, first), headers=headers, media_type="text/event-stream")


class _Held(StreamingResponse):
    """What is held for it is given back however it ends: its body may never be asked for."""

    def __init__(self, held: contextlib.ExitStack, content: AsyncIterator[bytes], **more: Any) -> None:
        super().__init__(content, **more)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


async def _stream(messages: AsyncIterator[Message], first: Message | None) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    if first is not None:
        yield _told(first)
    # Who watches is told nothing of an error: the stream ends, and is opened again where it ended.
    with contextlib.suppress(OffhookError):
        async for message in messages:
            yield _told(message)
        yield _END


def _told(message: Message) -> bytes:
    if not message.kind:
        return _BEATS
    number = b"id: %d\n" % message.sequence if message.sequence else b""
    return number + f"event: {message.kind}\ndata: {dumps(message.data)}\n\n".encode()


@router.websocket("/{call_id}/listen")
async def listen_to_call(socket: WebSocket, call_id: Annotated[str, Path(max_length=40)]) -> None:
    """Both sides of a live call, each when it is heard.

    First a text message says how the audio is written; then each binary message is one piece: whose (one byte, 0 the
    caller, 1 the agent), its place in milliseconds (four bytes, little-endian), audio.
    """
    platform = platform_of(socket)
    with contextlib.ExitStack() as stack:
        try:
            found = await _found(socket, platform, call_id, stack)
        except OffhookError as error:
            # A handshake that is refused tells a browser nothing: it is accepted, and closed with the reason.
            await socket.accept()
            await socket.close(code_of(error), error.code)
            return
        await socket.accept()
        if isinstance(found, Door):
            await _pass_on(socket, found, call_id)
        else:
            await _tell(socket, platform, call_id, found)


async def _found(socket: WebSocket, platform: Platform, call_id: str, stack: contextlib.ExitStack) -> Listening | Door:
    """What is heard here, until the stack is left; or where it is, in another process."""
    ticket, process_id, is_over = socket.headers.get(TICKET), platform.processes.id, False
    if ticket is not None:
        if platform.elsewhere is None or not platform.elsewhere.redeem(ticket, call_id):
            raise Unauthenticated
    else:
        caller = await socket_caller(socket, "calls:read")
        row = await platform.calls.row(caller.workspace, call_id)
        stack.enter_context(platform.streams.listeners.one(caller))
        process_id, is_over = row.process_id or "", row.status == "ended"
    try:
        listening, end = platform.call_doors.listen(process_id, call_id)
    except Elsewhere:
        if is_over:
            raise NotLive from None
        if platform.elsewhere is None:
            raise
        return await platform.elsewhere.door(process_id, call_id)
    stack.callback(end)
    return listening


def code_of(error: OffhookError) -> int:
    """How a socket is closed for this reason."""
    match error:
        case Unauthenticated() | Forbidden():
            return _NOT_ALLOWED
        case TooMany():
            return TOO_MANY
        case _:
            return _NOT_LIVE


async def _tell(socket: WebSocket, platform: Platform, call_id: str, listening: Listening) -> None:
    """What is heard, until the call is over, the process ends, or nobody listens."""
    is_ending = platform.streams.is_ending
    try:
        audio = listening.format
        await socket.send_text(dumps({"told": "began", "encoding": audio.encoding, "rate": audio.rate}))
        while piece := await listening.next(LOOK_S) or platform.call_doors.is_live(call_id):
            # The caller's audio flows as long as there is a call: who has gone is missed at the next piece of it.
            if isinstance(piece, bytes):
                async with asyncio.timeout(SEND_S):
                    await socket.send_bytes(piece)
            if is_ending.is_set():
                await socket.close(ENDS, "server.ends")
                return
        await socket.send_text(dumps({"told": "ended", "missed": listening.missed}))
        await socket.close()
    except (WebSocketDisconnect, RuntimeError, TimeoutError):
        pass  # Who listened has gone, or takes nothing.


async def _pass_on(socket: WebSocket, door: Door, call_id: str) -> None:
    """What another process tells of its call. Nothing is kept here: who reads too slowly misses some of it there."""
    host = f"[{door.host}]" if ":" in door.host else door.host
    address = f"ws://{host}:{door.port}{socket.scope.get('root_path', '')}/calls/{call_id}/listen"
    code, why = ENDS, Elsewhere.code
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        try:
            async with connect(
                address, additional_headers={TICKET: door.ticket}, proxy=None, compression=None, open_timeout=SEND_S,
                max_size=PIECE_BYTES, max_queue=MOST_PASSED, close_timeout=1.0,
            ) as far:  # fmt: skip
                async for message in far:
                    async with asyncio.timeout(SEND_S):
                        await (socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message))
            code, why = far.close_code or ENDS, far.close_reason or ""
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                code, why = closed.rcvd.code, closed.rcvd.reason
        except (OSError, InvalidHandshake, TimeoutError):
            pass  # It has gone, or is out of reach: whoever listens asks anew.
        async with asyncio.timeout(SEND_S):
            await socket.close(code, why)
