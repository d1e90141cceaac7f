"""The same question gets the same answer: Twilio asks again when an answer was lost on the way."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from offhook import clock

KEPT: Final = 1_000
KEPT_S: Final = 60.0
"""Twilio gives up after 15 s for each of its tries."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and whether it was the refusal of a call."""

    document: bytes
    is_refusal: bool
    at: float


class Answers:
    """Answers of the last minute by idempotency token or call."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Answer] = OrderedDict()

    def find(self, key: str) -> Answer | None:
        """What was answered under this key, if it was lately. An empty key finds nothing."""
        answer = self._kept.get(key) if key else None
        return answer if answer is not None and clock.now() - answer.at < KEPT_S else None

    def keep(self, document: bytes, *keys: str, is_refusal: bool) -> None:
        """Remember an answer under each key that is not empty."""
        for key in filter(None, keys):
            self._kept[key] = Answer(document, is_refusal, clock.now())
            self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
