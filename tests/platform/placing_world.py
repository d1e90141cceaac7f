"""Calls that are placed beside the simulated carrier, with little patience."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from offhook.platform.dialler import Patience
from offhook.store.tables.calls import CALLS
from offhook.store.tables.numbers import CALL_DIALS
from tests.platform.numbers_world import CALLEE, OURS, NumbersWorld, in_numbers_world
from tests.platform_world import new_database

FAST = Patience(lists_s=(0.2, 0.4, 0.6), list_again_s=0.1, pauses_s=(0.1,), begin_s=0.05, silence_s=0.3, within_s=20.0)


def quick_world(folder: Path, kind: str = "sqlite") -> Any:
    """`play(act)` runs `act(here)` with a connected number."""
    url = new_database(kind, folder)

    def run(act: Callable[[NumbersWorld], Any], **settings: Any) -> Any:
        async def quickly(here: NumbersWorld) -> Any:
            hasten(here.platform)
            await here.connect()
            return await act(here)

        return in_numbers_world(url, folder, quickly, **settings)

    return run


def hasten(platform: Any) -> None:
    platform.placing._dialler._patience = FAST


def how(here: NumbersWorld, **options: Any) -> None:
    """How the carrier conducts calls from now on."""
    here.carrier.options = replace(here.carrier.options, **options)  # type: ignore[misc]


async def place(here: NumbersWorld, headers: Any = None, **more: Any) -> Any:
    body = {"agent_id": here.agent, "to": CALLEE, "from": OURS} | more
    return await here.client.post("/calls", json=body, headers=headers or {})


async def placed(here: NumbersWorld, **more: Any) -> str:
    answer = await place(here, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def row_of(here: NumbersWorld, call_id: str) -> Any:
    return await here.platform.store.read(here.workspace, lambda scope: scope.get(CALLS, call_id))


async def ended(here: NumbersWorld, call_id: str) -> Any:
    async def over() -> Any:
        row = await row_of(here, call_id)
        return row if row.status == "ended" else None

    return await here.until(over, 20.0)


async def at_status(here: NumbersWorld, call_id: str, status: str) -> Any:
    async def there() -> Any:
        row = await row_of(here, call_id)
        return row if row.status == status else None

    return await here.until(there, 20.0)


async def nothing_waits(here: NumbersWorld) -> None:
    async def none() -> bool:
        read = here.platform.store.read
        return not await read(here.workspace, lambda scope: scope.all(scope.select(CALL_DIALS.c.call_id)))

    await here.until(none)


def asked(here: NumbersWorld) -> int:
    """How often the carrier was asked to place a call."""
    return sum(request.method == "POST" and request.path.endswith("/Calls.json") for request in here.rest.requests)
