"""Status callbacks of one call: best effort, not waited for, perhaps late and twice (protocol notes, 1.2)."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Final, Protocol

from offhook.simulator.carrier_web import LogEntry


class CallbackSender(Protocol):
    """Sends one."""

    def callback(self, url: str, fields: Mapping[str, str]) -> Awaitable[LogEntry | None]:
        """What went wrong, if anything did."""


class Callbacks:
    """Sends the callbacks of one call."""

    def __init__(self, sender: CallbackSender, copies: int, delay_s: float) -> None:
        self.troubles: Final[list[LogEntry]] = []
        self._sender: Final = sender
        self._copies: Final = copies
        self._delay_s: Final = delay_s
        self._under_way: Final[set[asyncio.Task[None]]] = set()
        self._number = 0

    def next_number(self) -> int:
        """Counts callbacks from 0."""
        self._number += 1
        return self._number - 1

    def send(self, url: str, fields: Mapping[str, str], copies: int | None = None) -> None:
        """Begin to send one; as often as the call has it, unless `copies` says."""
        for _ in range(self._copies if copies is None else copies):
            task = asyncio.ensure_future(self._send(url, fields))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def wait(self) -> None:
        """Until all have gone."""
        if self._under_way:
            await asyncio.gather(*self._under_way)

    async def _send(self, url: str, fields: Mapping[str, str]) -> None:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        trouble = await self._sender.callback(url, fields)
        if trouble is not None:
            self.troubles.append(trouble)
