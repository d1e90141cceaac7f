"""Processes that share this database: who is alive, and where calls live."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from offhook.store.schema import METADATA, Id, Moment, Name

PROCESSES: Final = Table(
    "processes",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("role", String(20), nullable=False),
    Column("host", Name, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("address", Name, nullable=False, server_default=""),
    Column("version", String(40), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("lease_until", Moment, nullable=False, index=True),
    Column("buried_by", Id),
)
"""A process whose lease is over is dead: one of the others, `buried_by`, closes its calls and takes its work; then the
row goes. `address`: where the others reach this very process over HTTP."""
