"""`/v1/calls`: what was said, how long it took, why it ended, and what it cost."""

import re
from decimal import Decimal
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.call_models import CallRecord, CallTurn, Transcript, record_of, turn_of
from offhook.platform.callers import Caller
from offhook.platform.calls import MOST_METADATA, Has, Wanted
from offhook.platform.dials import SCHEDULED
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/calls", tags=["Calls"])

CallId = Annotated[str, StringConstraints(max_length=40)]
Short = Annotated[str, Query(max_length=80)]
Named = Annotated[str, Query(max_length=200)]
Reader = Annotated[Caller, Depends(needs("calls:read"))]
Writer = Annotated[Caller, Depends(needs("calls:write"))]
Ours = Annotated[Platform, Depends(platform_of)]
_MONEY: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def _moment(name: str, text: str) -> int | None:
    if not text:
        return None
    at = clock.read_rfc3339(text.replace(" ", "+"))
    if at is None or not 0 <= at < 2**47:
        raise Invalid([Flaw(f"/{name}", "a date and time with its zone is wanted, as 2026-11-28T13:52:54Z")])
    return at


def _dollars(text: str) -> int | None:
    """In billionths."""
    if not text:
        return None
    if not _MONEY.fullmatch(text):
        raise Invalid([Flaw("/cost.gte", "an amount in dollars is wanted, as 0.25")])
    return int(Decimal(text) * 1_000_000_000)


def _metadata(request: Request) -> list[tuple[str, str]]:
    """`metadata.key=value`, for any key."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name.startswith("metadata.")]
    if len(asked) > MOST_METADATA or any(len(name) > 100 or len(value) > 500 for name, value in asked):
        raise Invalid([Flaw("/metadata", f"{MOST_METADATA} filters at most, of 500 characters")])
    return [(name.removeprefix("metadata."), value) for name, value in asked]


def wanted_calls(
    request: Request,
    agent_id: Annotated[str, Query(max_length=40, description="Calls of this agent.")] = "",
    status: Annotated[
        Literal["", "scheduled", "queued", "ringing", "in_progress", "transferring", "ended"],
        Query(description="How far they are."),
    ] = "",
    kind: Annotated[Literal["", "phone", "browser", "test"], Query(description="Where they come from.")] = "",
    direction: Annotated[Literal["", "inbound", "outbound"], Query(description="Who called whom.")] = "",
    from_number: Annotated[str, Query(alias="from", max_length=80, description="Who called.")] = "",
    to_number: Annotated[str, Query(alias="to", max_length=80, description="Who was called.")] = "",
    end_reason: Annotated[Short, Query(description="`caller.hung_up`, or the beginning of some: `caller.*`.")] = "",
    warning: Annotated[Short, Query(description="Calls with this warning.")] = "",
    since: Annotated[Short, Query(alias="started_at.gte", description="Begun then or later.")] = "",
    until: Annotated[Short, Query(alias="started_at.lt", description="Begun before that.")] = "",
    is_sample: Annotated[bool | None, Query(description="Sample calls alone, or none of them.")] = None,
    is_test: Annotated[bool | None, Query(description="Calls to drafts and of tests alone, or none of them.")] = None,
    q: Annotated[
        str, Query(max_length=200, description="Calls in which all these words were said; `harb*` is a beginning.")
    ] = "",
    has: Annotated[
        Has | None,
        Query(
            description="Calls with at least one of these. `figures`: those that count in analytics; `failure`: of "
            "those, which were no success; `questions`: without an answer; `unkept`: promises."
        ),
    ] = None,
    agent_version: Annotated[int | None, Query(ge=0, lt=2**31, description="Of this version of the agent.")] = None,
    provider: Annotated[str, Query(max_length=40, description="Whose language model it was: `openai`.")] = "",
    transcriber: Annotated[Named, Query(description="Who heard, as in the record's `providers`.")] = "",
    model: Annotated[Named, Query(description="Who thought.")] = "",
    voice: Annotated[Named, Query(description="Who spoke.")] = "",
    slow: Annotated[
        int | None,
        Query(alias="gap_p50_ms.gte", ge=0, le=600_000, description="Calls whose gap as heard is so long, or longer."),
    ] = None,
    dear: Annotated[
        str, Query(alias="cost.gte", max_length=20, description="Calls that cost so many dollars, or more: `0.25`.")
    ] = "",
) -> Wanted:
    """The dependency: which calls are asked for. `metadata.key=value` is taken for any key."""
    return Wanted(
        agent_id, status, kind, direction, from_number, to_number, end_reason, warning,
        _moment("started_at.gte", since), _moment("started_at.lt", until), _metadata(request), q, is_sample,
        has, agent_version, provider, transcriber, model, voice, slow, _dollars(dear), is_test,
    )  # fmt: skip


@router.get("/{call_id}", operation_id="get_call", response_model=CallRecord)
async def get_call(call_id: CallId, caller: Reader, platform: Ours) -> Response:
    """The whole record of a call; of one that lives, as far as it is."""
    record = record_of(await platform.calls.whole(caller.workspace, call_id))
    return Response(record.model_dump_json(by_alias=True), media_type="application/json")


@router.delete("/{call_id}", operation_id="delete_call", status_code=204)
async def delete_call(call_id: CallId, caller: Writer, platform: Ours) -> None:
    """Delete a call with all that is kept of it: record, recording, words. One that waits for its time is taken back,
    and stays on record as such."""
    row = await platform.calls.row(caller.workspace, call_id)
    if row.status == SCHEDULED and await platform.placing.cancel(caller.workspace, call_id, caller.actor):
        return
    await platform.call_keeping.delete(caller.workspace, call_id, caller.actor)


@router.get(
    "/{call_id}/transcript",
    operation_id="get_call_transcript",
    response_model=Transcript,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def get_call_transcript(
    call_id: CallId, caller: Reader, platform: Ours,
    form: Annotated[Literal["json", "text"], Query(alias="format", description="Turns, or text.")] = "json",
) -> Response:  # fmt: skip
    """What was said, turn by turn: of the agent what was heard, and what was not."""
    turns = [turn_of(turn) for turn in (await platform.calls.whole(caller.workspace, call_id)).turns]
    if form == "text":
        return PlainTextResponse("".join(_line(turn) for turn in turns))
    return Response(Transcript(call_id=call_id, turns=turns).model_dump_json(), media_type="application/json")


def _line(turn: CallTurn) -> str:
    return f"{turn.at_s:8.2f}  {turn.role:<6}  {' '.join(turn.text.split())}\n"
