"""`/v1/agents/{id}/documents`: what an agent knows."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Response, UploadFile
from pydantic import BaseModel, Field

from offhook.api.agents import AgentId, Reads, ThePlatform, Writes
from offhook.api.kinds import Moment, Page
from offhook.knowledge.read import LARGEST_FILE_BYTES

router = APIRouter(prefix="/agents/{agent_id}/documents", tags=["Knowledge"])

DocumentId = Annotated[str, Path(max_length=40, examples=["doc_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])]


class KnowledgeDocument(BaseModel):
    """A document of an agent."""

    id: str = Field(examples=["doc_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    agent_id: str = Field(examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    name: str = Field(description="As the agent's document names it under `knowledge`.", examples=["menu.md"])
    media_type: str = Field(examples=["text/markdown"])
    bytes: int = Field(examples=[4096])
    content_hash: str = Field(description="SHA-256.", examples=["9f86d081884c7d65..."])
    is_used: bool = Field(description="The draft names it under `knowledge`.", examples=[True])
    created_at: Moment

    @classmethod
    def of(cls, row: Any, used: frozenset[str]) -> "KnowledgeDocument":
        """From the store's row."""
        return cls.model_validate({**row._mapping, "is_used": row.name in used})


@router.get("", operation_id="list_documents")
async def list_documents(agent_id: AgentId, caller: Reads, platform: ThePlatform) -> Page[KnowledgeDocument]:
    """All documents of the agent, by name."""
    rows, used = await platform.documents.every(caller.workspace, agent_id)
    return Page(data=[KnowledgeDocument.of(row, used) for row in rows])


@router.post("", operation_id="upload_document", status_code=201)
async def upload_document(
    agent_id: AgentId,
    file: Annotated[
        UploadFile,
        File(description="Markdown, plain text or a table (CSV), in UTF-8; a web page, a PDF or a Word file (.docx)."),
    ],
    caller: Writes,
    platform: ThePlatform,
) -> KnowledgeDocument:
    """Keep a document; one of the same name is replaced. Name it under `knowledge`, and publish the agent."""
    # One byte more than may be tells that it is too large.
    data = await file.read(LARGEST_FILE_BYTES + 1)
    row = await platform.documents.upload(caller.workspace, agent_id, file.filename or "", data, caller.actor)
    _, used = await platform.documents.every(caller.workspace, agent_id)
    return KnowledgeDocument.of(row, used)


@router.get(
    "/{document_id}/content",
    operation_id="get_document_content",
    response_class=Response,
    responses={
        200: {
            "description": "The document as it was uploaded.",
            "content": {"text/plain": {}, "application/octet-stream": {}},
        }
    },
)
async def get_document_content(
    agent_id: AgentId, document_id: DocumentId, caller: Reads, platform: ThePlatform
) -> Response:
    """A document as it was uploaded."""
    row, data = await platform.documents.content(caller.workspace, agent_id, document_id)
    # Never as a page: what was uploaded is nobody's program.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    is_text = row.media_type.startswith("text/") and row.media_type != "text/html"
    return Response(
        data, media_type="text/plain; charset=utf-8" if is_text else "application/octet-stream", headers=headers
    )


@router.delete("/{document_id}", operation_id="delete_document", status_code=204)
async def delete_document(agent_id: AgentId, document_id: DocumentId, caller: Writes, platform: ThePlatform) -> None:
    """Versions that know it keep it; the draft has to name it no more before it is published."""
    await platform.documents.delete(caller.workspace, agent_id, document_id, caller.actor)
