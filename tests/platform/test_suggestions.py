"""A first agent suggested over the API: from a site on loopback, and from a few lines."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.platform_world import World, new_database, world

LINES = (
    "Corner Bakery, 12 Mill Lane, Portland, OR 97201. Open Monday to Friday 7am to 6pm, Saturday 8am to 1pm, closed on "
    "Sunday. A coffee costs $3. Call 503-555-0142."
)


@contextlib.asynccontextmanager
async def desk(folder: Path, **settings: Any) -> AsyncIterator[World]:
    async with asyncio.timeout(60), world(new_database("sqlite", folder), folder, **settings) as here:
        yield here


def test_lines_become_a_draft_with_where_each_part_comes_from(tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as here:
            answer = await here.client.post("/agents/suggest", json={"text": LINES, "timezone": "Europe/Paris"})
            assert answer.status_code == 200, answer.text
            found = answer.json()
            print(answer.text)
            assert found["document"]["name"] == "Corner Bakery"

    asyncio.run(main())
