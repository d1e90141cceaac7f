"""Who may do what, and who did what."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from offhook.store.schema import METADATA, Id, Json, Moment, Name, Words, scoped

USERS: Final = Table(
    "users",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("email", Name, nullable=False, unique=True),
    Column("name", Name, nullable=False),
    Column("password_hash", Words),
    Column("oidc_subject", Name, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)
"""People of this installation; `members` says where they belong."""

MEMBERS: Final = scoped(
    "members",
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("workspace_id", "user_id"),
)
"""Role: `owner`, `editor`, `viewer`."""

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id_hash", String(64), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("agent", Name, nullable=False, server_default=""),
)
"""Signed-in browsers, by the hash of what their cookie holds."""

LOGIN_LINKS: Final = Table(
    "login_links",
    METADATA,
    Column("id_hash", String(64), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)
"""One-time links."""

API_KEYS: Final = scoped(
    "api_keys",
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("start", String(20), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("agent_id", Id),
    Column("origins", Json, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)
"""Kind: `secret` (`oh_...`) or `browser` (`pk_...`, bound to an agent and to origins). `start` is what people see."""

AUDIT_EVENTS: Final = scoped(
    "audit_events",
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor_kind", String(20), nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("actor_name", Name, nullable=False),
    Column("action", String(60), nullable=False),
    Column("object_kind", String(40), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Index("ix_audit_events_object", "workspace_id", "object_kind", "object_id"),
)
"""Every change: who, what, before, after, when. Never a secret."""

IDEMPOTENCY: Final = scoped(
    "idempotency_keys",
    Column("key", Name, nullable=False),
    Column("route", Name, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer),
    Column("headers", Json),
    Column("answer", Words),
    Column("created_at", Moment, nullable=False, index=True),
    Column("is_running", Boolean, nullable=False),
    UniqueConstraint("workspace_id", "route", "key"),
)
"""Answers of requests with an `Idempotency-Key`, for 24 hours."""
