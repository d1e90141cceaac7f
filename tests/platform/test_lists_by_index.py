"""Lists of calls that have something, however few they are among many: by an index, in its order."""

from typing import Any

import pytest
from sqlalchemy import Connection, event

from offhook.platform.calls import Has, Wanted
from offhook.store.tables.insight import LOOKED_FOR
from tests.platform.conftest import Play
from tests.platform_world import World


@pytest.mark.parametrize("has", Has)
def test_calls_that_have_something_are_looked_up_and_not_looked_through(play_here: Play, has: Has) -> None:
    async def act(world: World) -> None:
        platform = world.platform
        statements: list[tuple[str, Any]] = []
        engine = platform.store._read_engine

        @event.listens_for(engine, "before_cursor_execute")
        def _kept(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            del connection, cursor, context, many
            statements.append((statement, parameters))

        await platform.calls.listed(world.workspace, Wanted(has=has), "", 51)
        ((sql, values),) = [one for one in statements if "call_figures" in one[0]]

        def plan(connection: Connection) -> list[str]:
            raw: Any = connection.connection.dbapi_connection
            return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

        steps = await platform.store.read_wide(plan)
        index = f"ix_call_figures_{has}" if has in LOOKED_FOR else "ix_call_figures_all"
        assert index in steps[0] and not any("TEMP B-TREE" in step for step in steps), steps

    play_here(act)
