"""Work beside calls: few at a time, few that wait, with less of the processor."""

import asyncio
import os
import sys
import threading

import pytest

from offhook.platform.background import NICENESS, Background
from offhook.platform.problems import TooMany


def test_one_at_a_time_and_a_bounded_line() -> None:
    busy, most, held = 0, 0, threading.Event()

    def work() -> int:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        held.wait(10)
        busy -= 1
        return 1

    async def act() -> None:
        background = Background("test", 1, 3, "too many of them")
        waiting = [asyncio.create_task(background.run(work)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooMany, match="too many of them"):
            await background.run(work)
        held.set()
        assert await asyncio.gather(*waiting) == [1, 1, 1] and most == 1
        assert await background.run(work) == 1, "there is room again"
        background.close()

    asyncio.run(act())


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_it_yields_to_calls() -> None:
    async def act() -> tuple[int, int]:
        background = Background("test", 1, 3, "")
        inside = await background.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        background.close()
        return inside, os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    inside, here = asyncio.run(act())
    assert inside == min(here + NICENESS, 19)
