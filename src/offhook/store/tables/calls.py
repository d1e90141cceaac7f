"""Calls: a row for lists, lines while it is live, and objects (journal, recording) when it is over."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

from offhook.store.schema import Id, Json, Moment, Name, Nano, Words, scoped

CALLS: Final = scoped(
    "calls",
    Column("id", Id, primary_key=True),
    Column("agent_id", Id),
    Column("agent_version", Integer),
    Column("kind", String(20), nullable=False),
    Column("direction", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("from_number", String(80), nullable=False),
    Column("to_number", String(80), nullable=False),
    Column("carrier_sid", Name, nullable=False, server_default=""),
    Column("process_id", Id),
    Column("place", BigInteger, nullable=False, server_default="0", index=True),
    Column("created_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    Column("duration_ms", Integer),
    Column("end_reason", String(80)),
    Column("turns", Integer, nullable=False, server_default="0"),
    Column("gap_p50_ms", Integer),
    Column("gap_p95_ms", Integer),
    Column("cost_nano", Nano),
    Column("variables", Json, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("warnings", Json, nullable=False),
    Column("detail", Json),
    Column("next_sequence", Integer, nullable=False, server_default="0"),
    Column("is_sample", Boolean, nullable=False),
    Column("delete_at", Moment, index=True),
    Index("ix_calls_list", "workspace_id", "id"),
    Index("ix_calls_agent", "workspace_id", "agent_id", "id"),
    Index("ix_calls_from", "workspace_id", "from_number", "id"),
    Index("ix_calls_end_reason", "workspace_id", "end_reason", "id"),
    Index("ix_calls_status", "workspace_id", "status", "id"),
    Index("ix_calls_carrier_sid", "carrier_sid"),
    Index("ix_calls_process", "process_id", "status"),
)
"""Kind: `phone`, `browser`, `test`. Status: `scheduled queued ringing in_progress transferring ended`. `detail` is the
rest of the record, read with one call alone: null until the record is folded. Ids are time-ordered: they are the order
of lists; `place` is the same order as a number, for the index of words."""

CALL_LINES: Final = scoped(
    "call_lines",
    Column("call_id", Id, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at_s", Float, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("call_id", "sequence"),
)
"""The journal of a live call; folded into one object when it is over, and deleted here."""

CALL_TURNS: Final = scoped(
    "call_turns",
    Column("call_id", Id, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("role", String(20), nullable=False),
    Column("text", Words, nullable=False),
    Column("detail", Json, nullable=False),
    UniqueConstraint("call_id", "number"),
)
"""What was said, for the page of a call and for search; `detail`: places, latency with its parts, what was unheard."""

CALL_OBJECTS: Final = scoped(
    "call_objects",
    Column("call_id", Id, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key", Words, nullable=False),
    Column("bytes", Integer, nullable=False),
    UniqueConstraint("call_id", "kind"),
)
"""Kind: `journal`, `recording`, `peaks`, `transcript`."""

REFUSED_CALLS: Final = scoped(
    "refused_calls",
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("from_number", String(80), nullable=False),
    Column("to_number", String(80), nullable=False),
    Column("reason", String(80), nullable=False),
    Column("heard", Words, nullable=False),
    Column("saved_nano", Nano, nullable=False, server_default="0"),
)
"""Calls that were not taken: why, and what the caller heard."""

BLOCKED_NUMBERS: Final = scoped(
    "blocked_numbers",
    Column("id", Id, primary_key=True),
    Column("number", String(40), nullable=False),
    Column("note", Words, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "number"),
)
"""Callers that are not put through."""

PRICES: Final = scoped(
    "prices",
    Column("id", Id, primary_key=True),
    Column("component", String(20), nullable=False),
    Column("item", Name, nullable=False),
    Column("unit", String(40), nullable=False),
    Column("nano", Nano, nullable=False),
    Column("since", Moment, nullable=False),
    Index("ix_prices_item", "workspace_id", "component", "item"),
)
"""The owner's own prices, in place of the catalogue's. Component: `stt`, `llm`, `tts`, `carrier`."""

CALL_LINKS: Final = scoped(
    "call_links",
    Column("id", Id, primary_key=True),
    Column("call_id", Id, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("at_ms", Integer, nullable=False),
    Column("redact", Boolean, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("created_by_name", Name, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""Links to a moment of a call, for people without an account. A row is gone when it was taken back."""
