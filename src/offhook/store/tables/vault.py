"""Secrets, sealed. What can be read here is of no use without the master key."""

from typing import Final

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, UniqueConstraint

from offhook.store.schema import METADATA, Id, Moment, Name, scoped

MASTER_KEYS: Final = Table(
    "master_keys",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("check", LargeBinary, nullable=False),
    Column("fingerprint", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""Check values: they tell the right master key from a wrong one. `fingerprint` is shown to people."""

SECRETS: Final = scoped(
    "secrets",
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", Name, nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_four", String(4), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("checked_at", Moment),
    Column("is_valid", Boolean),
    Column("check_detail", Name, nullable=False, server_default=""),
    UniqueConstraint("workspace_id", "kind", "name"),
)
"""Kind: `provider_key` (name: the provider), `carrier_token` (name: the account), `webhook` (name: the endpoint)."""
