"""`/v1/calls/{id}/take-over`: a person talks to the caller of a live call with a browser's microphone.

client   20 ms of the person at a time, linear audio at 16,000 Hz (640 bytes, binary); or, once, {"give_back": NOTE}
server   {"told": "began"} when the agent has made room; the socket is closed when it is over

The agent goes on when the socket closes, however it does: nobody is left alone on the line. Who talks hears the caller
by `/listen`.
"""

import asyncio
import contextlib
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offhook import clock
from offhook.api.auth import platform_of, socket_caller
from offhook.api.call_live import LOOK_S, code_of
from offhook.api.stream import ENDS
from offhook.core.formats import WIDEBAND
from offhook.errors import OffhookError
from offhook.platform.buckets import Allowance, Buckets
from offhook.platform.call_doors import Elsewhere, Seat, Taken
from offhook.platform.platform import Platform
from offhook.store.json import dumps

router = APIRouter(prefix="/calls", tags=["Calls"])

PACE: Final = Allowance(100, 0.018)
"""Frames of one person: what comes faster than anybody speaks is left out."""
TAKEN: Final = 4409
"""Close codes of ours: somebody talks to the caller already,"""
ELSEWHERE: Final = 4421
"""the call lives in another process, whose address must be asked,"""
NOT_OURS: Final = 1003
"""and that of the standard: this is no audio of ours."""
SOMEBODY: Final = "A person of the business"


class GiveBack(BaseModel):
    """The agent is to go on."""

    model_config = ConfigDict(extra="forbid")

    give_back: str = Field(max_length=2_000, description="What it is to know; may be empty.")


@router.websocket("/{call_id}/take-over")
async def take_over_call(
    socket: WebSocket,
    call_id: Annotated[str, Path(max_length=40)],
    name: Annotated[str, Query(max_length=80)] = "",
) -> None:
    """Talk to the caller in the agent's place: see the module."""
    platform = platform_of(socket)
    with contextlib.ExitStack() as stack:
        try:
            caller = await socket_caller(socket, "calls:write")
            row = await platform.calls.row(caller.workspace, call_id)
            stack.enter_context(platform.streams.listeners.one(caller))
            seat = platform.call_doors.take_over(row.process_id or "", call_id, name.strip() or SOMEBODY)
        except OffhookError as error:
            # A handshake that is refused tells a browser nothing: it is accepted, and closed with the reason.
            await socket.accept()
            await socket.close(_code_of(error), error.code)
            return
        stack.callback(seat.give_back)
        await platform.calls.note_control(caller.workspace, call_id, "take_over", caller.actor)
        await _sit(socket, platform, call_id, seat)


def _code_of(error: OffhookError) -> int:
    match error:
        case Taken():
            return TAKEN
        case Elsewhere():
            return ELSEWHERE
        case _:
            return code_of(error)


async def _sit(socket: WebSocket, platform: Platform, call_id: str, seat: Seat) -> None:
    """Until the call is handed back or over, the process ends, or the person has gone."""
    tasks: list[asyncio.Task[tuple[int, str]]] = []
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        try:
            await socket.accept()
            await socket.send_text(dumps({"told": "began"}))
            tasks = [asyncio.ensure_future(_talk(socket, seat)), asyncio.ensure_future(_until_over(platform, call_id))]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await socket.close(*done.pop().result())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _talk(socket: WebSocket, seat: Seat) -> tuple[int, str]:
    pace, frame_bytes = Buckets(PACE), WIDEBAND.frame_bytes
    while True:
        message = await socket.receive()
        if message["type"] != "websocket.receive":
            raise WebSocketDisconnect
        frame = message.get("bytes")
        if frame is None:
            try:
                seat.give_back(GiveBack.model_validate_json(message.get("text") or "").give_back)
            except ValidationError:
                return NOT_OURS, "call.not_understood"
            return 1000, ""
        if len(frame) != frame_bytes:
            return NOT_OURS, "call.not_a_frame"
        if not pace.take("", clock.machine()):
            seat.hear(frame)


async def _until_over(platform: Platform, call_id: str) -> tuple[int, str]:
    while platform.call_doors.is_live(call_id):
        if platform.streams.is_ending.is_set():
            return ENDS, "server.ends"
        await asyncio.sleep(LOOK_S)
    return 1000, "call.over"
