"""Carrier accounts and telephone numbers."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, UniqueConstraint

from offhook.store.schema import Id, Json, Moment, Name, scoped

CARRIER_ACCOUNTS: Final = scoped(
    "carrier_accounts",
    Column("id", Id, primary_key=True),
    Column("carrier", String(20), nullable=False),
    Column("account_sid", Name, nullable=False, unique=True),
    Column("name", Name, nullable=False, server_default=""),
    Column("status", String(20), nullable=False),
    Column("checked_at", Moment),
    Column("created_at", Moment, nullable=False),
)
"""The auth token is in the vault: kind `carrier_token`, named by the row's id."""

PHONE_NUMBERS: Final = scoped(
    "phone_numbers",
    Column("id", Id, primary_key=True),
    Column("carrier_account_id", Id, ForeignKey("carrier_accounts.id", ondelete="RESTRICT"), nullable=False),
    Column("number", String(20), nullable=False, unique=True),
    Column("carrier_sid", Name, nullable=False),
    Column("name", Name, nullable=False, server_default=""),
    Column("agent_id", Id, ForeignKey("agents.id", ondelete="SET NULL")),
    Column("split", Json),
    Column("previous", Json, nullable=False),
    Column("drift", Json),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("connected_at", Moment, nullable=False),
    Column("checked_at", Moment),
    UniqueConstraint("workspace_id", "carrier_sid"),
)
"""`split`: null, or `[{"version": 3, "percent": 90}, ...]`; `previous`: the carrier's own settings, to be put back."""
