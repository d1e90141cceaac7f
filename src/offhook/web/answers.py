"""The same question gets the same answer: Twilio asks again when an answer was lost on the way.

A key is a tuple that begins with the kind of question, so that no key of one kind can be taken for one of another.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from offhook import clock

KEPT: Final = 1_000
KEPT_S: Final = 60.0
"""Twilio gives up after 15 s for each of its tries."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and when."""

    document: bytes
    at: float


class Answers:
    """Answers of the last minute."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Answer] = OrderedDict()

    def find(self, key: tuple[str, ...]) -> Answer | None:
        """What was answered under this key, if it was lately. A key with an empty part finds nothing."""
        answer = self._kept.get(key) if all(key) else None
        return answer if answer is not None and clock.now() - answer.at < KEPT_S else None

    def keep(self, document: bytes, key: tuple[str, ...]) -> None:
        """Remember an answer, unless its key has an empty part."""
        if not all(key):
            return
        self._kept[key] = Answer(document, clock.now())
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
