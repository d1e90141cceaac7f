"""What all tables share: one metadata, names for constraints, the kinds of columns.

Points in time are whole milliseconds since 1970 in UTC, money is whole nano-dollars: both compare, add and index alike
on every database.
"""

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, MetaData, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

METADATA: Final = MetaData(
    naming_convention={
        # Migrations name what they change, so every constraint has a name, the same everywhere.
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id: Final = String(40)
"""A prefix and a time-ordered id: `agent_01J...`."""
Moment: Final = BigInteger()
"""Milliseconds since 1970, UTC."""
Nano: Final = BigInteger()
"""Nano-dollars."""
Json: Final[TypeEngine[Any]] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Document: Final[TypeEngine[Any]] = JSON(none_as_null=True)
"""An agent's, whose members stay in their owner's order, which PostgreSQL's JSONB does not keep. It is not searched."""
Name: Final = String(200)
Words: Final = Text()

WORKSPACE: Final = "workspace_id"
_SCOPED: Final = "scoped"

WORKSPACES: Final = Table(
    "workspaces",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("settings", Json, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="1"),
    Column("created_at", Moment, nullable=False),
)
"""Who shares agents, calls and keys. All else but people and processes belongs to one."""


def scoped(name: str, *columns: Any) -> Table:
    """A table whose rows belong to a workspace: only a `Scope` reads and writes it, and goes when it goes."""
    workspace = Column(WORKSPACE, Id, ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False, index=True)
    return Table(name, METADATA, workspace, *columns, info={_SCOPED: True})


def is_scoped(table: Table) -> bool:
    """Its rows belong to workspaces."""
    return bool(table.info.get(_SCOPED))
