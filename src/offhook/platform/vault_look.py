"""The vault seen from outside, while no server runs, or beside one: for the doctor and before a start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from offhook.platform.master_key import MasterKeyFiles
from offhook.platform.number_watch import drifted
from offhook.platform.vault import Vault, VaultState
from offhook.platform.vendors import variables_of
from offhook.settings import Settings
from offhook.store.engine import database_url, file_of, is_sqlite, open_engine
from offhook.store.schema import WORKSPACES
from offhook.store.store import Store
from offhook.store.tables.vault import SECRETS


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen."""

    state: VaultState | None = None
    """None: there is no vault yet, or it cannot be read."""
    trouble: str = ""
    """Why it cannot be read."""
    is_environment_stale: bool = False
    """OFFHOOK_MASTER_KEY is set to another key than the right one, which was found in a file."""
    drifted: Sequence[tuple[str, str, str]] = ()
    """Numbers that do not turn to us any more: id, number, what was changed."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Variables that agents of the first workspace are given from the vault, with the kind of secret."""


def look_at(settings: Settings) -> Look:
    """Read, and change nothing. Raises `ConfigurationError` for an address of a database that cannot be read."""
    url = database_url(settings.database_url.reveal(), settings.data_dir)
    files = MasterKeyFiles(settings.data_dir, settings.master_key)
    if is_sqlite(url) and not file_of(url).exists():
        return Look()
    store = Store(url)
    engine = open_engine(url, connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            state = Vault(store, files).state_of(connection)
            first = connection.execute(select(WORKSPACES.c.id).order_by(WORKSPACES.c.id).limit(1)).scalar()
            columns = (SECRETS.c.kind, SECRETS.c.name, SECRETS.c.beside)
            rows = connection.execute(select(*columns).where(SECRETS.c.workspace_id == first)).all()
            turned = drifted(connection)
    except SQLAlchemyError as error:
        # A database of an older version has no such tables: the start brings it forward.
        return Look(trouble=type(error).__name__)
    finally:
        engine.dispose()
        store.close()
    held = {
        variable: row.kind for row in rows for variable in variables_of(row.kind, row.name, row.beside or {})
    }  # fmt: skip
    is_stale = files.is_given and bool(state.place) and state.place.startswith("master.key")
    return Look(state, drifted=turned, is_environment_stale=is_stale, held={} if state.is_locked else held)
