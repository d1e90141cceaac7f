"""`/v1/calls/{id}/links` and `/v1/shared/{token}`: a moment of a call for people without an account."""

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.browsers import address_of, others_base
from offhook.api.calls import CallId
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.api.rates import rates_of
from offhook.api.sound_answer import BINARY, RESPONSES, sound_answer, span_of
from offhook.platform.buckets import Allowance, Buckets
from offhook.platform.callers import Caller
from offhook.platform.hiding import short_number
from offhook.platform.peaks import PER_SECOND
from offhook.platform.platform import Platform
from offhook.platform.problems import NotFound, TooMany
from offhook.platform.sharing import LONGEST_S, SHORTEST_S, Shared

router = APIRouter(prefix="/calls/{call_id}/links", tags=["Calls"], route_class=Once)
shared_router = APIRouter(prefix="/shared/{token}", tags=["Shared"])

WEEK_S: Final = 7 * 86_400
ASKED: Final = Allowance(300, 0.2)
"""Of one address: a player asks for ranges."""
_BUCKETS: Final = Buckets(ASKED)
_PRIVATE: Final = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}  # fmt: skip
_SHARED: Any = {
    "started_at": "2026-11-28T13:52:54.120Z", "duration_ms": 76300, "kind": "phone", "direction": "inbound",
    "from": "•••06", "to": "•••01", "agent_name": "Harbour Hotel", "at_ms": 4310, "redact": True,
    "has_recording": True, "expires_at": "2026-12-05T13:52:54.120Z",
}  # fmt: skip
_TURN: Any = {
    "number": 3, "role": "agent", "name": "", "text": "We open at eight.", "unheard": "", "interrupted": False,
    "at_s": 4.31, "until_s": 5.87,
}  # fmt: skip

Reader = Annotated[Caller, Depends(needs("calls:read"))]
Writer = Annotated[Caller, Depends(needs("calls:write"))]
Ours = Annotated[Platform, Depends(platform_of)]
LinkId = Annotated[str, Path(max_length=40, examples=["link_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Token = Annotated[
    str,
    StringConstraints(max_length=100, pattern="^[A-Za-z0-9_-]*$"),
    Path(description="What stands behind `#link=`.", examples=["nBL8x0Yd2l5Q"]),
]


class NewCallLink(BaseModel):
    """A moment to be shared."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"at_ms": 4310, "expires_in_s": 86400}]})

    at_ms: int = Field(default=0, ge=0, le=86_400_000, description="Where the page begins to play.")
    expires_in_s: int = Field(default=WEEK_S, ge=SHORTEST_S, le=LONGEST_S, description="It opens nothing afterwards.")
    redact: bool = Field(
        default=True,
        description="Numbers of four digits and more and e-mail addresses are hidden, and silent in the recording.",
    )


class CallLink(BaseModel):
    """A link to a moment of a call."""

    id: str = Field(examples=["link_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    call_id: str = Field(examples=["call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    at_ms: int = Field(examples=[4310])
    redact: bool
    created_by: str = Field(examples=["user_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    created_by_name: str = Field(examples=["Ann"])
    created_at: Moment
    expires_at: Moment


class MadeCallLink(CallLink):
    """A link that was just made."""

    token: str = Field(description="For `/v1/shared/{token}`: shown this once.", examples=["nBL8x0Yd2l5Q"])
    url: str = Field(
        description="The page that opens it; what stands behind the `#` reaches no log.",
        examples=["https://offhook.example.com/shared#link=nBL8x0Yd2l5Q"],
    )


class SharedCall(BaseModel):
    """What a link tells of its call."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_SHARED]})

    started_at: Moment
    duration_ms: int | None
    kind: str
    direction: str
    from_number: str = Field(serialization_alias="from", validation_alias="from", description="The last digits.")
    to_number: str = Field(serialization_alias="to", validation_alias="to", description="The last digits.")
    agent_name: str
    at_ms: int = Field(description="The moment that was shared.")
    redact: bool = Field(description="Some of it is hidden.")
    has_recording: bool
    expires_at: Moment


class SharedTurn(BaseModel):
    """All that one party said until the floor passed. Places are seconds on the call's clock."""

    number: int
    role: str = Field(description="`caller`, `agent` or `person`.")
    name: str = Field(default="", description="Of a person.")
    text: str = Field(description="Of the agent: what the caller heard.")
    unheard: str = Field(default="", description="What the agent would have gone on to say.")
    interrupted: bool = False
    at_s: float
    until_s: float


class SharedTranscript(BaseModel):
    """What was said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"turns": [_TURN]}]})

    turns: list[SharedTurn]


async def opened(token: Token, request: Request, platform: Ours) -> Shared:
    """A dependency: what the link opens. Raises `NotFound`, `TooMany`."""
    address = address_of(request, platform.settings)
    if wait_s := _BUCKETS.take(address, clock.machine()):
        raise TooMany("too many requests from this address", retry_after_s=max(1.0, wait_s))
    try:
        return await platform.sharing.opened(token)
    except NotFound:
        # Whoever guesses is let guess slowly.
        rates_of(request).count_stranger(address)
        raise


Opened = Annotated[Shared, Depends(opened)]


@router.post("", operation_id="share_call", status_code=201)
async def share_call(
    call_id: CallId, body: NewCallLink, request: Request, caller: Writer, platform: Ours
) -> MadeCallLink:
    """A link to a moment of this call, for people without an account. It is shown this once."""
    made = await platform.sharing.create(
        caller.workspace, call_id, body.at_ms, body.expires_in_s, caller.actor, redact=body.redact
    )
    url = f"{others_base(request.headers, platform.settings).rstrip('/')}/shared#link={made.token}"
    return MadeCallLink.model_validate({**made.row._mapping, "token": made.token, "url": url})


@router.get("", operation_id="list_call_links")
async def list_call_links(
    call_id: CallId, caller: Reader, platform: Ours, asked: Annotated[Part, Depends(part)]
) -> Page[CallLink]:
    """The links that open this call now, newest first."""
    rows = await platform.sharing.every(caller.workspace, call_id, asked.ask, asked.after)
    shown = [CallLink.model_validate(dict(row._mapping)) for row in rows[: asked.limit]]
    return Page(data=shown, next=asked.next_of(rows))


@router.delete("/{link_id}", operation_id="revoke_call_link", status_code=204)
async def revoke_call_link(call_id: CallId, link_id: LinkId, caller: Writer, platform: Ours) -> None:
    """It opens nothing any more."""
    await platform.sharing.revoke(caller.workspace, call_id, link_id, caller.actor)


@shared_router.get("", operation_id="get_shared_call", response_model=SharedCall)
async def get_shared_call(shared: Opened, response: Response) -> SharedCall:
    """What a link opens: a call and a moment in it. Nobody signs in."""
    response.headers.update(_PRIVATE)
    row, link = shared.row, shared.link
    return SharedCall.model_validate({
        "started_at": row.created_at, "duration_ms": row.duration_ms, "kind": row.kind, "direction": row.direction,
        "from": short_number(row.from_number), "to": short_number(row.to_number), "agent_name": shared.agent_name,
        "at_ms": link.at_ms, "redact": link.redact, "has_recording": "recording" in shared.objects,
        "expires_at": link.expires_at,
    })  # fmt: skip


@shared_router.get("/transcript", operation_id="get_shared_transcript")
async def get_shared_transcript(shared: Opened, response: Response) -> SharedTranscript:
    """What was said in it."""
    response.headers.update(_PRIVATE)
    return SharedTranscript(turns=[SharedTurn.model_validate(turn) for turn in shared.hidden.turns])


@shared_router.get(
    "/recording",
    operation_id="get_shared_recording",
    response_class=StreamingResponse,
    responses=RESPONSES,
)
async def get_shared_recording(
    shared: Opened,
    platform: Ours,
    range_: Annotated[str, Header(alias="Range", max_length=200, description="`bytes=0-65535`")] = "",
) -> Response:
    """The recording as WAV, whole or in ranges; silent where something is hidden."""
    size = shared.objects.get("recording")
    if size is None:
        raise NotFound("recording", shared.link.id)
    span = span_of(range_, size)
    headers = {**_PRIVATE, "Content-Disposition": 'inline; filename="call.wav"'}
    return await sound_answer(partial(platform.sharing.sound, shared), size, span, headers)


@shared_router.get(
    "/peaks",
    operation_id="get_shared_peaks",
    response_class=Response,
    responses={200: {
        "description": f"A byte for the caller, one for the agent, {PER_SECOND} of each a second; 255 is full scale.",
        "content": {"application/octet-stream": BINARY},
    }},
)  # fmt: skip
async def get_shared_peaks(shared: Opened, platform: Ours) -> Response:
    """The recording as a picture; flat where something is hidden."""
    headers = {**_PRIVATE, "X-Peaks-Per-Second": str(PER_SECOND)}
    return Response(await platform.sharing.picture(shared), headers=headers, media_type="application/octet-stream")
