"""A process of the platform that is killed at a point of its work: for tests, in a process of its own."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from offhook.platform import deliveries, standard_webhooks
from offhook.platform.events import DELIVERY
from offhook.platform.platform import Platform
from offhook.platform.processes import Lease
from tests.platform_world import settings_for

LEASE = Lease(lasts_s=0.8, renew_s=0.2)
POINTS = ("before", "begun", "sent", "written", "recorded")


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then_die(act: Callable[..., Any]) -> Callable[..., Any]:
    def acted(*values: Any) -> Any:
        act(*values)
        _die()

    return acted


def _die_at(point: str, platform: Platform) -> None:
    from dbos import DBOS

    deliverer: Any = platform.webhooks.deliverer
    if point == "before":
        platform.jobs.start = _die  # type: ignore[method-assign]
    elif point == "begun":
        deliverer._post = _die
    elif point == "sent":
        deliverer._post = _then_die(deliverer._post)
    elif point == "written":
        platform.jobs.add(DELIVERY, _then_die(deliverer.act))
    elif point == "recorded":
        DBOS.enqueue_workflow_with_options = _die  # type: ignore[method-assign, assignment]


def run(url: Any, folder: Path, workspace: str, point: str) -> None:
    """With a point: an event happens, and the process dies there. Without: it works until it is killed."""
    standard_webhooks.RETRIES_S = (0, 0.2, 0.2)  # type: ignore[misc, assignment]
    deliveries.TIMEOUT_S, deliveries.SPARE_S = 1.0, 0.2  # type: ignore[attr-defined, misc]

    async def main() -> None:
        platform = await Platform.open(settings_for(url, folder, private_hosts=("127.0.0.1",)))
        platform.processes._lease = LEASE
        if point:
            emit = platform.events.emit
            await platform.store.write(workspace, lambda scope: emit(scope, "call.ended", {"n": 1}))
            _die_at(point, platform)
        await platform.start()
        await asyncio.sleep(60)

    asyncio.run(main())
