"""The browser's end of a linear leg, without any I/O: what the page does with each message and each 20 ms.

It is the other side of the contract in `telephony.linear_leg`, and strict about it: what the server may not send is a
violation. The caller behind it speaks and hears telephone audio, so that its words (the talking tape) are the same on
every kind of leg: each sample stands twice on the wire, and every other one is heard.
"""

import json
from collections import deque
from collections.abc import Mapping
from typing import Final

import numpy as np

from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.core.formats import WIDEBAND
from offhook.simulator.carrier_media import INVALID, Violation

_SILENCE: Final = WIDEBAND.silence(WIDEBAND.frame_bytes)


def widened(frame: bytes) -> bytes:
    """Mu-law at 8000 Hz as linear audio at 16,000 Hz, sample by sample: its bits can be had back."""
    return decode_ulaw(frame).repeat(2).astype("<i2").tobytes()


def narrowed(audio: bytes) -> bytes:
    """Every other sample as mu-law; of `widened`, and of interpolated mu-law, exactly what it was made of."""
    return encode_ulaw(np.frombuffer(audio, "<i2")[::2])


class LinearClient:
    """One connection. Call `open` once, then `tick` every 20 ms, and `received` for each message of the server."""

    def __init__(self, call: str, parameters: Mapping[str, str]) -> None:
        self._call, self._parameters = call, dict(parameters)
        self.violations: Final[list[Violation]] = []
        self._queue = bytearray()
        self._queued = self._played = 0
        self._marks: deque[tuple[int, str]] = deque()
        self._is_over = False

    def open(self) -> bytes:
        """The first message."""
        start = {"type": "start", "rate": WIDEBAND.rate, "call": self._call, "parameters": self._parameters}
        return json.dumps(start).encode()

    def tick(self, caller: bytes) -> tuple[bytes, list[str], bytes]:
        """The caller's 20 ms in: what is heard in them, marks that were passed before, and the audio to send."""
        names = self._passed()
        heard = bytes(self._queue[: WIDEBAND.frame_bytes])
        del self._queue[: WIDEBAND.frame_bytes]
        self._played += len(heard)
        return narrowed(heard + _SILENCE[len(heard) :]), names, widened(caller)

    def received(self, message: bytes | str, at: float) -> list[str]:
        """Take a message of the server: bytes are audio; names of marks that are answered at once."""
        if isinstance(message, bytes):
            if not message or len(message) % WIDEBAND.sample_bytes:
                self.violations.append(Violation(at, INVALID, f"{len(message)} bytes of audio"))
                return []
            self._queue += message
            self._queued += len(message)
            return []
        content = json.loads(message)
        match content:
            case {"type": "mark", "name": str(name)} if len(content) == 2:
                self._marks.append((self._queued, name))
                return [] if self._queue else self._passed()
            case {"type": "clear"} if len(content) == 1:
                self._queued -= len(self._queue)
                self._queue.clear()
                names = [name for _, name in self._marks]
                self._marks.clear()
                return names
        self.violations.append(Violation(at, INVALID, f"{message[:80]!r} is no message of this protocol"))
        return []

    @staticmethod
    def mark(name: str) -> bytes:
        """A mark on its way back."""
        return json.dumps({"type": "mark", "name": name}).encode()

    @staticmethod
    def key(digit: str) -> bytes:
        """The caller presses a key."""
        return json.dumps({"type": "key", "digit": digit}).encode()

    @staticmethod
    def stop() -> bytes:
        """The caller ends the call."""
        return b'{"type":"stop"}'

    def _passed(self) -> list[str]:
        names = []
        while self._marks and self._marks[0][0] <= self._played:
            names.append(self._marks.popleft()[1])
        return names
