"""What the owner's systems are told."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint

from offhook.store.schema import Id, Json, Moment, Name, Words, scoped

WEBHOOKS: Final = scoped(
    "webhooks",
    Column("id", Id, primary_key=True),
    Column("url", Words, nullable=False),
    Column("types", Json, nullable=False),
    Column("description", Name, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("disabled_reason", Name, nullable=False, server_default=""),
    Column("failing_since", Moment),
    Column("alerted_at", Moment),
    Column("old_secret_until", Moment),
    Column("revision", Integer, nullable=False, server_default="1"),
)
"""Endpoints; their secrets are in the vault: kind `webhook`, named by the row's id, the one before it by `<id>.old`."""

EVENTS: Final = scoped(
    "events",
    Column("id", Id, primary_key=True),
    Column("type", String(60), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("call_id", Id),
    Column("sequence", Integer),
    Column("data", Json, nullable=False),
    Index("ix_events_call", "workspace_id", "call_id", "sequence"),
)
"""What has happened: `call.ended` and its kin. Written in the transaction that makes it so. `sequence` counts the
events of a call."""

DELIVERIES: Final = scoped(
    "deliveries",
    Column("id", Id, primary_key=True),
    Column("webhook_id", Id, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Id, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("status", String(20), nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Moment),
    Column("answer_status", Integer),
    Column("answer", Words, nullable=False, server_default=""),
    Column("took_ms", Integer),
    Column("created_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    UniqueConstraint("webhook_id", "event_id"),
    Index("ix_deliveries_list", "workspace_id", "webhook_id", "id"),
)
"""Status: `pending`, `delivered`, `failed`. `round` grows when it is delivered anew, `attempts` counts within one."""
