"""What a server costs that does nothing: from its start to its readiness, and in the time after it."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Final

from bench.server import serving
from bench.table import Goal, Outcome, Row, single

READY_S: Final = 3.0
IDLE_PERCENT: Final = 0.5
SETTLE_S: Final = 20.0
"""Samples are made, what is looked at first was looked at."""
WATCH_S: Final = 60.0


async def measure(folder: Path, *, is_quick: bool) -> Outcome:
    """A first start on an empty folder with the models in place, and a second one on what it has left."""
    watch_s = WATCH_S / 6 if is_quick else WATCH_S
    rows: list[Row] = []
    for what in ("first, on an empty folder", "second"):
        began = monotonic()
        async with serving(None, folder) as running:
            ready_s, worked_s = monotonic() - began, running.cpu_ms() / 1000
            rows.append(single("start to ready", what, "s", ready_s, 1, Goal("value", READY_S)))
            rows.append(single("start to ready", f"{what}: the processor's part of it", "s", worked_s, 1))
            if what != "second":
                await asyncio.sleep(SETTLE_S / 2)
                continue
            await asyncio.sleep(SETTLE_S)
            began, cpu_ms = monotonic(), running.cpu_ms()
            await asyncio.sleep(watch_s)
            percent = (running.cpu_ms() - cpu_ms) / (monotonic() - began) / 10
            goal = Goal("value", IDLE_PERCENT)
            rows.append(single("idle", f"of a core, over {watch_s:.0f} s", "%", percent, 1, goal))
            rows.append(single("idle", "resident memory", "MB", running.memory_mb(), 1))
    return Outcome(rows)
