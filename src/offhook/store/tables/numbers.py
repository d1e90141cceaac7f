"""Carrier accounts and telephone numbers."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, UniqueConstraint

from offhook.store.schema import Id, Json, Moment, Name, scoped

CARRIER_ACCOUNTS: Final = scoped(
    "carrier_accounts",
    Column("id", Id, primary_key=True),
    Column("carrier", String(20), nullable=False),
    Column("account_sid", Name, nullable=False, unique=True),
    Column("name", Name, nullable=False, server_default=""),
    Column("status", String(20), nullable=False),
    Column("detail", Name, nullable=False, server_default=""),
    Column("checked_at", Moment),
    Column("created_at", Moment, nullable=False),
)
"""The auth token is in the vault: kind `carrier_token`, named by the row's id. Status: `ok`, `refused`, `suspended`,
`closed`, `unreachable`, as of `checked_at`; `detail` says it in words."""

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
    Column("looked_at", Moment),
    UniqueConstraint("workspace_id", "carrier_sid"),
)
"""`split`: null, or `[{"version": 3, "percent": 90}, ...]`; `previous`: the carrier's own settings, to be put back;
`drift`: null, or `[{"setting", "wanted", "found"}, ...]` as of `checked_at`; null there: nobody has read it back yet;
`looked_at`: when a process last took it upon itself to do so."""

CALL_DIALS: Final = scoped(
    "call_dials",
    Column("call_id", Id, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("account_sid", Name, nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("agent_version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("asked_at", Moment),
    Column("carrier_sid", Name, nullable=False, server_default=""),
    Column("options", Json, nullable=False),
    Column("is_canceled", Boolean, nullable=False),
    Column("lease", Id, nullable=False),
    Column("lease_until", Moment, nullable=False, index=True),
)
"""Calls that are being placed, until they are talked in or over. State: `waiting` (the carrier was not asked), `asking`
(it may have been, at `asked_at`), `placed` (it has given `carrier_sid`). Who holds the lease sees to it."""
