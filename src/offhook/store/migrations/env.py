"""What Alembic runs for each command: the connection is given by `offhook.store.migrate`."""

from typing import Any

from alembic import context
from sqlalchemy import JSON

from offhook.store.schema import Document
from offhook.store.search import is_ours
from offhook.store.tables import METADATA


def render_item(kind: str, item: Any, autogen: Any) -> Any:
    """JSON columns are called by our name: their kind differs from one database to the other."""
    if kind == "type" and isinstance(item, JSON):
        name = "Document" if item is Document else "Json"
        autogen.imports.add(f"from offhook.store.schema import {name}")
        return name
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
    compare_type=True,
    render_item=render_item,
    include_name=lambda name, kind, parents: kind != "table" or not is_ours(name),
)
context.run_migrations()
