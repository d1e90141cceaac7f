"""Secrets, sealed. What can be read here is of no use without the master key."""

from typing import Final

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, UniqueConstraint

from offhook.store.schema import METADATA, Id, Json, Moment, Name, scoped

MASTER_KEYS: Final = Table(
    "master_keys",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("check", LargeBinary, nullable=False),
    Column("fingerprint", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""One row: the check value tells the right master key from a wrong one, `fingerprint` is shown to people. When the key
is changed the row is changed, its version counted up."""

SECRETS: Final = scoped(
    "secrets",
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", Name, nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_four", String(4), nullable=False),
    Column("beside", Json),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("checked_at", Moment),
    Column("is_valid", Boolean),
    Column("check_detail", Name, nullable=False, server_default=""),
    Column("check_ms", Integer),
    UniqueConstraint("workspace_id", "kind", "name"),
)
"""Kind: `provider_key` (name: the provider), `tool_key` (name: the variable that agents ask for), `carrier_token`
(name: the account's row), `webhook` (name: the endpoint's row). `beside`: what belongs to it and is no secret, by
variables (`AZURE_SPEECH_REGION`)."""
