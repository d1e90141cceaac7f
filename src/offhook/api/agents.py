"""`/v1/agents`: drafts, validation, and who an agent is."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.etags import etag, if_match
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.platform.agent_documents import Judged
from offhook.platform.agent_schema import agent_schema, in_order
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw

router = APIRouter(prefix="/agents", tags=["Agents"], route_class=Once)

AgentId = Annotated[str, Path(max_length=40, examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]
Reads = Annotated[Caller, Depends(needs("agents:read"))]
Writes = Annotated[Caller, Depends(needs("agents:write"))]
ThePlatform = Annotated[Platform, Depends(platform_of)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
EXAMPLE: Final[dict[str, Any]] = {"name": "Reception", "prompt": "You answer the telephone of the Harbour Hotel."}
Document = Annotated[
    dict[str, Any],
    Field(description="The fields of AGENT.yaml; `GET /v1/agents/schema` describes them.", examples=[EXAMPLE]),
]


class NewAgent(BaseModel):
    """An agent to be made."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"document": EXAMPLE}]})

    document: Document


class AgentPatch(BaseModel):
    """A part of the draft to be changed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"document": {"opening": {"text": "Harbour Hotel, good morning."}}}]},
    )

    document: dict[str, Any] = Field(
        description="A JSON merge patch (RFC 7396): what is null is taken out, blocks are merged, lists are replaced."
    )


class AgentSummary(BaseModel):
    """An agent without its draft."""

    id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    name: str = Field(examples=["Reception"])
    revision: int = Field(description="Of the draft: the ETag.", examples=[3])
    published_version: int | None = Field(description="Which version answers; null: none does yet.", examples=[2])
    managed_by: str = Field(description="`api`, or `file`: then it is changed in its file.", examples=["api"])
    file: str = Field(default="", description="The file, where it is managed by one.", examples=[""])
    is_sample: bool = False
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, row: Any) -> "AgentSummary":
        """From the store's row."""
        return cls.model_validate(dict(row._mapping))


class Agent(AgentSummary):
    """An agent with its draft."""

    draft: Document

    @classmethod
    def of(cls, row: Any) -> "Agent":
        """From the store's row."""
        return cls.model_validate({**row._mapping, "draft": in_order(row.draft)})


class Problem(BaseModel):
    """One thing that is wrong with a document, or worth knowing."""

    pointer: str = Field(description="Where, as a JSON pointer into the document.", examples=["/llm/model"])
    code: str = Field(examples=["unknown_field"])
    detail: str = Field(examples=["there is no field 'promt' here: did you mean 'prompt'?"])

    @classmethod
    def of(cls, flaw: Flaw) -> "Problem":
        """From the service's own."""
        return cls(pointer=flaw.pointer, code=flaw.code, detail=flaw.detail)


class ToValidate(BaseModel):
    """What is to be looked at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"document": EXAMPLE}]})

    document: Document | None = Field(default=None, description="Default: the draft.")


class Validation(BaseModel):
    """What was found."""

    valid: bool = Field(description="It can be published.", examples=[False])
    errors: list[Problem]
    warnings: list[Problem] = Field(default_factory=list)

    @classmethod
    def of(cls, judged: Judged) -> "Validation":
        """From the service's own."""
        return cls(
            valid=not judged.flaws,
            errors=[Problem.of(flaw) for flaw in judged.flaws],
            warnings=[Problem.of(flaw) for flaw in judged.warnings],
        )


class CopyName(BaseModel):
    """What a copy is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Reception, at night"}]})

    name: Name | None = None


class DeletedAgent(BaseModel):
    """What came of it."""

    id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    numbers: list[str] = Field(description="Numbers that nobody answers from now on.", examples=[["+15550100200"]])


def _optional_revision(
    if_match_header: Annotated[str | None, Header(alias="If-Match", description="The ETag that you read.")] = None,
) -> int | None:
    """The revision that the request is about; None: whichever."""
    return if_match(if_match_header) if if_match_header is not None else None


OptionalRevision = Annotated[int | None, Depends(_optional_revision)]


def _shown(row: Any, response: Response) -> Agent:
    response.headers.update(etag(row.revision))
    return Agent.of(row)


@router.get("/schema", operation_id="get_agent_schema")
async def get_agent_schema(caller: Reads) -> dict[str, Any]:
    """The JSON schema of an agent's document, with hints for a form under `x-ui`."""
    return agent_schema()


@router.get("", operation_id="list_agents")
async def list_agents(
    caller: Reads,
    platform: ThePlatform,
    page: Annotated[Part, Depends(part)],
    managed_by: Annotated[str, Query(pattern="^(|api|file)$", description="Only those that are managed so.")] = "",
    q: Annotated[str, Query(max_length=100, description="Only those with this in their name.")] = "",
) -> Page[AgentSummary]:
    """The workspace's agents, newest first."""
    rows = await platform.agents.every(caller.workspace, page.ask, page.after, managed_by=managed_by, search=q)
    return Page(data=[AgentSummary.of(row) for row in rows[: page.limit]], next=page.next_of(rows))


@router.post("", operation_id="create_agent", status_code=201)
async def create_agent(body: NewAgent, caller: Writes, platform: ThePlatform, response: Response) -> Agent:
    """A new agent. It answers when it is published."""
    return _shown(await platform.agents.create(caller.workspace, body.document, caller.actor), response)


@router.get("/{agent_id}", operation_id="get_agent")
async def get_agent(agent_id: AgentId, caller: Reads, platform: ThePlatform, response: Response) -> Agent:
    """An agent with its draft."""
    return _shown(await platform.agents.get(caller.workspace, agent_id), response)


@router.patch("/{agent_id}", operation_id="patch_agent")
async def patch_agent(
    agent_id: AgentId,
    body: AgentPatch,
    caller: Writes,
    platform: ThePlatform,
    response: Response,
    revision: OptionalRevision,
) -> Agent:
    """Change a part of the draft."""
    row = await platform.agents.patch(caller.workspace, agent_id, body.document, revision, caller.actor)
    return _shown(row, response)


@router.put("/{agent_id}/draft", operation_id="put_agent_draft")
async def put_agent_draft(
    agent_id: AgentId,
    body: NewAgent,
    caller: Writes,
    platform: ThePlatform,
    response: Response,
    revision: Annotated[int | None, Depends(if_match)],
) -> Agent:
    """Put the whole draft; `If-Match` says which one you have read."""
    row = await platform.agents.save(caller.workspace, agent_id, body.document, revision, caller.actor)
    return _shown(row, response)


@router.post("/{agent_id}/validate", operation_id="validate_agent")
async def validate_agent(
    agent_id: AgentId, caller: Reads, platform: ThePlatform, body: ToValidate | None = None
) -> Validation:
    """What stands in the way of publishing the draft, or another document in its place."""
    document = body.document if body is not None else None
    return Validation.of(await platform.agents.judged(caller.workspace, agent_id, document))


@router.post("/{agent_id}/duplicate", operation_id="duplicate_agent", status_code=201)
async def duplicate_agent(
    agent_id: AgentId, caller: Writes, platform: ThePlatform, response: Response, body: CopyName | None = None
) -> Agent:
    """A new agent with this one's draft and documents."""
    name = (body.name if body is not None else None) or ""
    return _shown(await platform.agents.duplicate(caller.workspace, agent_id, name, caller.actor), response)


@router.delete("/{agent_id}", operation_id="delete_agent")
async def delete_agent(
    agent_id: AgentId,
    caller: Writes,
    platform: ThePlatform,
    with_numbers: Annotated[
        bool, Query(description="Also while numbers belong to it: nobody answers them then.")
    ] = False,
) -> DeletedAgent:
    """It answers no more. Its versions and its calls stay on record."""
    done = await platform.agents.delete(caller.workspace, agent_id, caller.actor, with_numbers=with_numbers)
    return DeletedAgent(id=done.id, numbers=list(done.numbers))
