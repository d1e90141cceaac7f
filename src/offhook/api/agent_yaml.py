"""`/v1/agents/import`, `/parse` and `/export`: an agent as the text of a file."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from offhook.agents.yaml_document import MAX_BYTES
from offhook.api.agent_versions import WHICH
from offhook.api.agents import Agent, AgentId, Document, Reads, ThePlatform, Writes
from offhook.api.etags import etag
from offhook.api.idempotency import Once
from offhook.platform.agent_yaml import from_yaml, to_yaml
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/agents", tags=["Agents"], route_class=Once)

YAML: Final = "application/yaml"
EXAMPLE: Final = "name: Reception\nprompt: You answer the telephone of the Harbour Hotel.\n"
_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {YAML: {"schema": {"type": "string"}, "example": EXAMPLE}}}
}


class ParsedAgent(BaseModel):
    """What a file's text says."""

    document: Document


@router.post("/parse", operation_id="parse_agent", openapi_extra=_BODY)
async def parse_agent(request: Request, caller: Reads) -> ParsedAgent:
    """The document of an AGENT.yaml's text. Nothing is kept, and whether it can be published is not looked at."""
    return ParsedAgent(document=from_yaml(await _text_of(request)))


@router.post("/import", operation_id="import_agent", status_code=201, openapi_extra=_BODY)
async def import_agent(request: Request, caller: Writes, platform: ThePlatform, response: Response) -> Agent:
    """A new agent from the text of an AGENT.yaml."""
    row = await platform.agents.create(caller.workspace, from_yaml(await _text_of(request)), caller.actor)
    response.headers.update(etag(row.revision))
    return Agent.of(row)


@router.get(
    "/{agent_id}/export",
    operation_id="export_agent",
    response_class=Response,
    responses={
        200: {"content": {YAML: {"schema": {"type": "string"}, "example": EXAMPLE}}, "description": "The file."}
    },
)
async def export_agent(
    agent_id: AgentId,
    caller: Reads,
    platform: ThePlatform,
    version: Annotated[str, Query(pattern=WHICH, description="A version, `published` or `draft`.")] = "draft",
) -> Response:
    """An agent as an AGENT.yaml."""
    document = await platform.agents.document(caller.workspace, agent_id, version)
    headers = {"Content-Disposition": f'attachment; filename="{agent_id}.yaml"'}
    return Response(to_yaml(document), media_type=f"{YAML}; charset=utf-8", headers=headers)


async def _text_of(request: Request) -> str:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BYTES:
            raise Invalid([Flaw("", "an agent's file is a page or two: more than 1 MB was sent", "too_large")])
    try:
        return bytes(body).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Flaw("", "the file is not text in UTF-8", "encoding")]) from None
