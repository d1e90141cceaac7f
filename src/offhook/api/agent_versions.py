"""`/v1/agents/{id}/publish`, `/versions`, `/rollback`, `/diff`: what answers, what answered before, what differs."""

import asyncio
from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from offhook.api.agents import AgentId, Document, OptionalRevision, Reads, ThePlatform
from offhook.api.auth import needs
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import MOST
from offhook.platform.agent_diff import differences
from offhook.platform.agent_schema import in_order
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform

router = APIRouter(prefix="/agents/{agent_id}", tags=["Agents"], route_class=Once)

Publishes = Annotated[Caller, Depends(needs("agents:publish"))]
Note = Annotated[str, Field(max_length=500, description="For those who read the list of versions.")]
SETTLE_S: Final = 2.0
WHICH: Final = r"^(draft|published|[1-9][0-9]{0,8})$"


class ToPublish(BaseModel):
    """How a version is to be told from others."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Asks for the date of birth"}]})

    note: Note = ""


class ToRollBack(BaseModel):
    """Which version comes back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": 3, "note": "4 was too slow"}]}
    )

    version: int = Field(ge=1, le=10**9)
    note: Note = ""


class VersionSummary(BaseModel):
    """A version without its document."""

    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    number: int = Field(examples=[4])
    digest: str = Field(description="The same for the same document and files.", examples=["9f86d081884c7d65..."])
    note: str = Field(examples=["Asks for the date of birth"])
    files: dict[str, str] = Field(description="Hashes of the documents that it knows, by name.")
    created_by: str = Field(examples=["key_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    created_by_name: str = Field(default="", examples=["crm"])
    created_at: Moment

    @classmethod
    def of(cls, row: Any) -> "VersionSummary":
        """From the store's row."""
        return cls.model_validate(dict(row._mapping))


class Version(VersionSummary):
    """A version. It is never changed."""

    document: Document

    @classmethod
    def of(cls, row: Any) -> "Version":
        """From the store's row."""
        return cls.model_validate({**row._mapping, "document": in_order(row.document)})


class FieldDifference(BaseModel):
    """One field that differs."""

    pointer: str = Field(examples=["/turn_taking/idle_s"])
    before: Any = Field(description="null: it was not there.", examples=[8])
    after: Any = Field(description="null: it is not there any more.", examples=[12])
    words: str = Field(examples=["turn taking: idle went from 8 to 12 s"])


class Diff(BaseModel):
    """What differs between two documents."""

    before: str = Field(examples=["3"])
    after: str = Field(examples=["draft"])
    fields: list[FieldDifference]
    words: list[str] = Field(examples=[["turn taking: idle went from 8 to 12 s"]])


@router.post(
    "/publish",
    operation_id="publish_agent",
    status_code=201,
    responses={200: {"description": "The draft is published already.", "model": Version}},
)
async def publish_agent(
    agent_id: AgentId,
    caller: Publishes,
    platform: ThePlatform,
    response: Response,
    revision: OptionalRevision,
    body: ToPublish | None = None,
) -> Version:
    """The draft as a new version, which answers the next call. Calls that are live keep the version they have."""
    note = body.note if body is not None else ""
    row, is_new = await platform.agents.publish(caller.workspace, agent_id, note, revision, caller.actor)
    await _settled(platform)
    if not is_new:
        response.status_code = 200
    return Version.of(row)


@router.post("/rollback", operation_id="rollback_agent", status_code=201)
async def rollback_agent(agent_id: AgentId, body: ToRollBack, caller: Publishes, platform: ThePlatform) -> Version:
    """An old version's document as a new version, which answers the next call."""
    row = await platform.agents.rollback(caller.workspace, agent_id, body.version, body.note, caller.actor)
    await _settled(platform)
    return Version.of(row)


@router.get("/versions", operation_id="list_agent_versions")
async def list_agent_versions(
    agent_id: AgentId,
    caller: Reads,
    platform: ThePlatform,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = MOST,
    after: Annotated[str, Query(pattern="^[0-9]{0,9}$", description="`next` of the part before.")] = "",
) -> Page[VersionSummary]:
    """All versions, newest first."""
    rows = await platform.agents.versions(caller.workspace, agent_id, limit + 1, int(after or 0))
    following = str(rows[limit - 1].number) if len(rows) > limit else None
    return Page(data=[VersionSummary.of(row) for row in rows[:limit]], next=following)


@router.get("/versions/{number}", operation_id="get_agent_version")
async def get_agent_version(
    agent_id: AgentId,
    number: Annotated[int, Path(ge=1, le=10**9, examples=[4])],
    caller: Reads,
    platform: ThePlatform,
) -> Version:
    """One version with its document."""
    return Version.of(await platform.agents.version(caller.workspace, agent_id, number))


@router.get("/diff", operation_id="diff_agent")
async def diff_agent(
    agent_id: AgentId,
    caller: Reads,
    platform: ThePlatform,
    before: Annotated[str, Query(alias="from", pattern=WHICH, description="A version, `published` or `draft`.")],
    after: Annotated[str, Query(alias="to", pattern=WHICH, description="A version, `published` or `draft`.")] = "draft",
) -> Diff:
    """What differs between two versions, or between one and the draft: by field, and in words."""
    old = await platform.agents.document(caller.workspace, agent_id, before)
    new = await platform.agents.document(caller.workspace, agent_id, after)
    found = differences(in_order(old), in_order(new))
    fields = [FieldDifference(pointer=d.pointer, before=d.before, after=d.after, words=d.words) for d in found]
    return Diff(before=before, after=after, fields=fields, words=[one.words for one in found])


async def _settled(platform: Platform) -> None:
    """What was published is what answers; a database that is slow to tell so keeps nobody waiting."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            await platform.snapshot.settle()
