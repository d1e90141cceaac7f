"""Who may do what, and who did what."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from offhook.store.schema import METADATA, Id, Json, Moment, Name, Words, scoped

USERS: Final = Table(
    "users",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("email", Name, nullable=False, unique=True),
    Column("name", Name, nullable=False),
    Column("password_hash", Words),
    Column("oidc_subject", String(64), unique=True),
    Column("created_at", Moment, nullable=False),
)
"""People of this installation; `members` says where they belong. `email` in small letters. `oidc_subject` is a hash of
issuer and subject."""

MEMBERS: Final = scoped(
    "members",
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    UniqueConstraint("workspace_id", "user_id"),
)
"""Role: `owner`, `editor`, `viewer`. Who is disabled is shut out of this workspace alone."""

INVITATIONS: Final = scoped(
    "invitations",
    Column("id", Id, primary_key=True),
    Column("link_hash", String(64), nullable=False, unique=True),
    Column("email", Name, nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("created_by", Id, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""Who may join. A row is gone when it was accepted or taken back."""

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id_hash", String(64), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("workspace_id", Id, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("way", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""Signed-in browsers, by the hash of what their cookie holds. Way: `password`, `link`, `oidc`, as `platform.sessions`
has it. `expires_at` is the last moment, however often it is used."""

LOGIN_LINKS: Final = Table(
    "login_links",
    METADATA,
    Column("id_hash", String(64), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""One-time links to sign in with. A row is gone when it was used."""

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
    Column("request_hash", String(64), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer),
    Column("answer", Words),
    Column("created_at", Moment, nullable=False, index=True),
)
"""Answers of requests with an `Idempotency-Key`, for 24 hours. `request_hash`: whose, which route, which key.
No status: it runs, or nobody knows what became of it. `answer` is sealed with what only the sender has."""
