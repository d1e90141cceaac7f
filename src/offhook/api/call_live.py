"""`/v1/calls/{id}/events` and `/listen`: a call as it happens, in words and in sound."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from offhook.api.auth import needs, platform_of, socket_caller
from offhook.api.calls import CallId
from offhook.errors import OffhookError
from offhook.platform.call_feed import Message
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Unauthenticated
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
    return StreamingResponse(_stream(messages, first), headers=headers, media_type="text/event-stream")


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
    try:
        caller = await socket_caller(socket, "calls:read")
        row = await platform.calls.row(caller.workspace, call_id)
        listening, end = platform.call_doors.listen(row.process_id or "", call_id)
    except OffhookError as error:
        # A handshake that is refused tells a browser nothing: it is accepted, and closed with the reason.
        await socket.accept()
        await socket.close(_NOT_ALLOWED if isinstance(error, Unauthenticated) else _NOT_LIVE, error.code)
        return
    await socket.accept()
    try:
        audio = listening.format
        await socket.send_text(dumps({"told": "began", "encoding": audio.encoding, "rate": audio.rate}))
        while piece := await listening.next(LOOK_S) or platform.call_doors.is_live(call_id):
            # The caller's audio flows as long as there is a call: who has gone is missed at the next piece of it.
            if isinstance(piece, bytes):
                await socket.send_bytes(piece)
        await socket.send_text(dumps({"told": "ended", "missed": listening.missed}))
        await socket.close()
    except (WebSocketDisconnect, RuntimeError):
        pass  # Who listened has gone.
    finally:
        end()
