"""Agents and their versions."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint

from offhook.store.schema import Document, Id, Json, Moment, Name, Words, scoped

OVERRIDDEN_FROM: Final = 800_000_000
"""Documents that were changed for single calls have numbers from here on: they are nobody's published versions."""

AGENTS: Final = scoped(
    "agents",
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("draft", Document, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("published_version", Integer),
    Column("managed_by", String(20), nullable=False),
    Column("file", Words, nullable=False, server_default=""),
    Column("is_sample", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("deleted_at", Moment),
)
"""`draft` is the document as it is edited, `revision` its ETag. Managed by `api` or `file`."""

AGENT_VERSIONS: Final = scoped(
    "agent_versions",
    Column("agent_id", Id, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Document, nullable=False),
    Column("files", Json, nullable=False, server_default="{}"),
    Column("digest", String(64), nullable=False),
    Column("note", Words, nullable=False, server_default=""),
    Column("created_by", Id, nullable=False),
    Column("created_by_name", Name, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "agent_id", "number"),
)
"""Published documents; never changed. `files`: the hashes of what the document names under `knowledge`, by name."""

DOCUMENTS: Final = scoped(
    "knowledge_documents",
    Column("id", Id, primary_key=True),
    Column("agent_id", Id, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Name, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("object_key", Words, nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "agent_id", "name"),
)
"""What an agent knows: files that its document names under `knowledge`."""

AGENT_FIXES: Final = scoped(
    "agent_fixes",
    Column("id", Id, primary_key=True),
    Column("agent_id", Id, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("asked", Json, nullable=False),
    Column("steps", Json, nullable=False),
    Column("call_id", Id),
    Column("at_ms", Integer),
    Column("created_by", Id, nullable=False),
    Column("created_by_name", Name, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("undone_at", Moment),
    Index("ix_agent_fixes_agent", "workspace_id", "agent_id", "id"),
)
"""What was mended in a draft where it was heard. Kind as `platform.fix_steps` has it; `asked`: what was sent; `steps`:
what that changed, so that it can be taken back. `call_id` stays when the call is deleted."""

REHEARSALS: Final = scoped(
    "rehearsals",
    Column("id", Id, primary_key=True),
    Column("agent_id", Id, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("which", String(20), nullable=False),
    Column("document", Json, nullable=False),
    Column("files", Json, nullable=False),
    Column("given", Json, nullable=False),
    Column("lines", Json, nullable=False),
    Column("exchanges", Json, nullable=False),
    Column("end_reason", String(80)),
    Column("revision", Integer, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
)
"""Conversations with a draft that are typed. `lines`: the events so far, from which one is taken up again; `exchanges`:
what was typed and what came of it. A row goes when nobody has typed for a day."""
