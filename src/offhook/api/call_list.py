"""`GET /v1/calls` and its file, `GET /v1/calls/export`."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.call_models import FoundWords, ListedCall, call_of, call_values
from offhook.api.calls import wanted_calls
from offhook.api.kinds import Page
from offhook.api.pages import Part, part
from offhook.platform import call_list
from offhook.platform.callers import Caller
from offhook.platform.calls import Wanted
from offhook.platform.platform import Platform

router = APIRouter(prefix="/calls", tags=["Calls"])

Reader = Annotated[Caller, Depends(needs("calls:read"))]
Ours = Annotated[Platform, Depends(platform_of)]
Asked = Annotated[Wanted, Depends(wanted_calls)]
_KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_FILES: Any = {
    200: {"description": "The calls, newest first.",
          "content": {"text/csv": {"schema": {"type": "string"}},
                      "application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}
}  # fmt: skip


@router.get("", operation_id="list_calls", response_model=Page[ListedCall])
async def list_calls(
    caller: Reader, platform: Ours, wanted: Asked, asked: Annotated[Part, Depends(part)]
) -> Response:  # fmt: skip
    """The workspace's calls, newest first."""
    rows = await platform.calls.listed(caller.workspace, wanted, asked.after, asked.ask)
    shown = rows[: asked.limit]
    beside = await call_list.beside(platform.calls, caller.workspace, [row.id for row in shown], wanted.words)
    page = Page[ListedCall](data=[_listed(row, beside.get(row.id)) for row in shown], next=asked.next_of(rows))
    # Made once: to have it checked against the model again costs as much as the query.
    return Response(page.model_dump_json(by_alias=True), media_type="application/json")


def _listed(row: Any, beside: call_list.Beside | None) -> ListedCall:
    told = beside or call_list.Beside()
    found = [FoundWords(at_s=one.at_s, role=one.role, text=one.text) for one in told.found]
    return ListedCall.model_validate({
        **call_values(row), "unanswered": told.questions, "unkept": told.unkept, "failed_tools": told.tool_failures,
        "found": found,
    })  # fmt: skip


@router.get("/export", operation_id="export_calls", response_class=StreamingResponse, responses=_FILES)
async def export_calls(
    caller: Reader,
    platform: Ours,
    wanted: Asked,
    form: Annotated[Literal["csv", "json"], Query(alias="format", description="A table, or a list.")] = "csv",
) -> StreamingResponse:
    """The calls of a list as a file, the newest 10,000 at most: narrow it by its days for more. No words of them."""
    parts = call_list.parts(platform.calls, caller.workspace, wanted)
    # What is wrong with the filters is said before the file begins.
    first: Sequence[Any] = ()
    async for rows in parts:
        first = rows
        break
    pieces = _table(first, parts) if form == "csv" else _list(first, parts)
    name = f"calls-{clock.rfc3339(clock.wall_ms())[:10]}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(pieces, media_type=_KINDS[form], headers=headers)


async def _table(first: Sequence[Any], rest: AsyncIterator[Sequence[Any]]) -> AsyncIterator[bytes]:
    yield call_list.head() + call_list.table(first)
    async for rows in rest:
        yield call_list.table(rows)


async def _list(first: Sequence[Any], rest: AsyncIterator[Sequence[Any]]) -> AsyncIterator[bytes]:
    yield b"[" + _objects(first)
    async for rows in rest:
        yield b",\n" + _objects(rows)
    yield b"]\n"


def _objects(rows: Sequence[Any]) -> bytes:
    return b",\n".join(call_of(row).model_dump_json(by_alias=True).encode() for row in rows)
