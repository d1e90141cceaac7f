"""Writes the next migration from the difference between the tables and the migrations so far; a person reads it.

`python scripts/migration.py "numbers have a note"`
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from offhook.store.engine import database_url, open_engine
from offhook.store.migrate import FOLDER, run_migrations


def main(message: str) -> None:
    """Write it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(database_url("", Path(folder)), connections=1)
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
        with engine.begin() as connection:
            if number > 1:
                run_migrations(connection)
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
