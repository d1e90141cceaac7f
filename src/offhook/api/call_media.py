"""`/v1/calls/{id}/recording`, `/peaks`, `/journal`: what is kept of a call beside its record, in parts."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse

from offhook.api.auth import needs, platform_of
from offhook.api.calls import CallId
from offhook.api.sound_answer import BINARY, RESPONSES, sound_answer, span_of
from offhook.platform.callers import Caller
from offhook.platform.peaks import PER_SECOND
from offhook.platform.platform import Platform
from offhook.platform.sound_parts import Channel, SoundParts

router = APIRouter(prefix="/calls", tags=["Calls"])

Reader = Annotated[Caller, Depends(needs("calls:read"))]
Ours = Annotated[Platform, Depends(platform_of)]


@router.get(
    "/{call_id}/recording",
    operation_id="get_call_recording",
    response_class=StreamingResponse,
    responses=RESPONSES,
)
async def get_call_recording(
    call_id: CallId, caller: Reader, platform: Ours,
    channel: Annotated[Channel, Query(description="Both sides, or one alone.")] = "both",
    range_: Annotated[str, Header(alias="Range", max_length=200, description="`bytes=0-65535`")] = "",
    if_range: Annotated[str, Header(max_length=200, description="Of which ETag.")] = "",
) -> Response:  # fmt: skip
    """The recording as WAV, whole or in ranges."""
    stored = await platform.calls.size(caller.workspace, call_id, "recording")
    read = partial(platform.calls.part, caller.workspace, call_id, "recording")
    sound = SoundParts(stored, read, channel)
    tag = f'"{call_id}-{channel}-{stored}"'
    headers = {
        "Cache-Control": "private, max-age=3600", "ETag": tag,
        "Content-Disposition": f'inline; filename="{call_id}.wav"', "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    span = span_of(range_, sound.size) if not if_range or if_range == tag else None
    return await sound_answer(sound.part, sound.size, span, headers)


@router.get(
    "/{call_id}/peaks",
    operation_id="get_call_peaks",
    response_class=Response,
    responses={200: {
        "description": f"A byte for the caller, one for the agent, {PER_SECOND} of each a second; 255 is full scale.",
        "content": {"application/octet-stream": BINARY},
    }},
)  # fmt: skip
async def get_call_peaks(call_id: CallId, caller: Reader, platform: Ours) -> Response:
    """The recording as a picture."""
    size = await platform.calls.size(caller.workspace, call_id, "peaks")
    data = await platform.calls.part(caller.workspace, call_id, "peaks", 0, size)
    headers = {"X-Peaks-Per-Second": str(PER_SECOND), "Cache-Control": "private, max-age=3600"}
    return Response(data, headers=headers, media_type="application/octet-stream")


@router.get(
    "/{call_id}/journal",
    operation_id="get_call_journal",
    response_class=StreamingResponse,
    responses={200: {
        "description": "JSON lines, as docs/reference/journal tells: all that the call took in and did.",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }},
)  # fmt: skip
async def get_call_journal(call_id: CallId, caller: Reader, platform: Ours) -> Response:
    """The journal; of a call that lives, as far as it is."""
    lines = platform.calls.journal(caller.workspace, call_id)
    first = await anext(lines, b"")

    async def all_of_it() -> AsyncIterator[bytes]:
        yield first
        async for piece in lines:
            yield piece

    return StreamingResponse(all_of_it(), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})
