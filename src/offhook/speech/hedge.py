"""Two equal requests against one slow first token: the second is made when the first is late, and the quicker one wins.

The waits for a first token have a long tail that is mostly one machine's of the vendor. Asking again at the point that
three of four replies reach earlier costs a quarter more requests and cuts that tail.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

T = TypeVar("T")


async def hedged(
    make: Callable[[], AsyncGenerator[T, None]], after_s: float, on_second: Callable[[], None]
) -> AsyncGenerator[T, None]:
    """The outputs of one stream of `make`, or of a second one begun `after_s` later. Never more than two.

    Who gives an output first wins, and the other is cancelled at once. An error counts only when nobody else runs.
    """
    first = make()
    streams = [first]
    running = {asyncio.create_task(_first(first)): first}
    try:
        done, _ = await asyncio.wait(running, timeout=after_s)
        if not done:
            on_second()
            streams.append(make())
            running[asyncio.create_task(_first(streams[-1]))] = streams[-1]
        begun, stream = await _winner(running)
        await _drop(running)
        output = begun.result()
        while output is not None:
            yield output
            output = await anext(stream, None)
    finally:
        await _drop(running)
        for stream in streams:
            await stream.aclose()


async def _winner(
    running: "dict[asyncio.Task[T | None], AsyncGenerator[T, None]]",
) -> "tuple[asyncio.Task[T | None], AsyncGenerator[T, None]]":
    """Who gave an output first, or who failed last."""
    while True:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in sorted(done, key=lambda task: task.exception() is not None):
            stream = running.pop(task)
            if task.exception() is None or not running:
                return task, stream


async def _drop(running: "dict[asyncio.Task[T | None], AsyncGenerator[T, None]]") -> None:
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
    for task, stream in running.items():
        if not task.cancelled():
            task.exception()  # Seen, and of no interest any more.
        await stream.aclose()
    running.clear()


async def _first(stream: AsyncGenerator[T, None]) -> T | None:
    return await anext(stream, None)
