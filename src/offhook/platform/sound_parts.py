"""Bytes of a recording as somebody wants them: all of it, or one side alone as a file of its own, from anywhere."""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from offhook.platform.peaks import WAV_HEAD, rate_of

Channel = Literal["both", "caller", "agent"]
SIDES: Final = {"caller": 0, "agent": 1}
_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
Read = Callable[[int, int], Awaitable[bytes]]
"""The stored file's bytes from one place up to another."""


@dataclass(frozen=True, slots=True)
class SoundParts:
    """A stored recording of both sides."""

    stored_bytes: int
    read: Read
    channel: Channel = "both"

    @property
    def size(self) -> int:
        """Of the file that is given, in bytes."""
        if self.channel == "both":
            return self.stored_bytes
        return WAV_HEAD + max(0, self.stored_bytes - WAV_HEAD) // 4 * 2

    async def part(self, begin: int, end: int) -> bytes:
        """Its bytes from `begin` up to `end`."""
        if self.channel == "both":
            return await self.read(begin, end)
        head = b""
        if begin < WAV_HEAD:
            head = (await self._head())[begin:end]
        first, last = max(begin - WAV_HEAD, 0), end - WAV_HEAD
        if last <= first:
            return head
        # A sample of one side has two bytes, one of both has four.
        block, blocks_end = first // 2, -(-last // 2)
        both = await self.read(WAV_HEAD + block * 4, WAV_HEAD + blocks_end * 4)
        side = np.frombuffer(both[: len(both) // 4 * 4], "<i2").reshape(-1, 2)[:, SIDES[self.channel]]
        skip = first - block * 2
        return head + side.tobytes()[skip : skip + last - first]

    async def _head(self) -> bytes:
        rate = rate_of(await self.read(0, WAV_HEAD))
        data = self.size - WAV_HEAD
        return _HEADER.pack(
            b"RIFF", WAV_HEAD - 8 + data, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", data
        )
