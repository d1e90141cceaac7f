"""Tells that a vendor does not keep up, without telling it for every frame."""

from collections.abc import Callable
from typing import Final

from offhook.core.events import TranscriberLagging
from offhook.core.formats import TELEPHONE
from offhook.speech.ports import TranscriberEvent

TOLD_EVERY: Final = TELEPHONE.bytes_per_s
"""Bytes of audio."""


class Lagging:
    """Counts dropped audio: told at the first drop, then once for each second of audio."""

    def __init__(self, post: Callable[[TranscriberEvent], None]) -> None:
        self._post = post
        self._dropped = self._told = 0

    def dropped(self, size: int) -> None:
        """So many bytes of audio will never be heard."""
        self._dropped += size
        if self._told == 0 or self._dropped - self._told >= TOLD_EVERY:
            self._post(TranscriberLagging(dropped_s=TELEPHONE.seconds(self._dropped - self._told)))
            self._told = self._dropped
