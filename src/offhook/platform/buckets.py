"""How often something may be done: token buckets by key, in bounded memory. Time is given, none is read."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_KEYS: Final = 10_000
"""Of each kind; beyond that the one that was used longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and one more after every `every_s` seconds."""

    most: int
    every_s: float


class Buckets:
    """One bucket for each key, full at first."""

    def __init__(self, allowance: Allowance, most_keys: int = MOST_KEYS) -> None:
        self.allowance, self._most_keys = allowance, most_keys
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Tokens, and when they were counted."""

    def left(self, key: str, at: float) -> float:
        """Tokens that are there at this moment."""
        tokens, counted_at = self._kept.get(key, (float(self.allowance.most), at))
        return min(float(self.allowance.most), tokens + max(0.0, at - counted_at) / self.allowance.every_s)

    def wait_s(self, key: str, at: float) -> float:
        """Until there is one; 0: there is."""
        return max(0.0, 1.0 - self.left(key, at)) * self.allowance.every_s

    def take(self, key: str, at: float) -> float:
        """Take one: 0. Nothing is taken when there is none: then how long until there is."""
        left = self.left(key, at)
        if left < 1.0:
            return (1.0 - left) * self.allowance.every_s
        self._keep(key, left - 1.0, at)
        return 0.0

    def give_back(self, key: str, at: float) -> None:
        """One that was taken was not used."""
        self._keep(key, min(float(self.allowance.most), self.left(key, at) + 1.0), at)

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: str, tokens: float, at: float) -> None:
        if tokens >= self.allowance.most:
            self._kept.pop(key, None)
            return
        self._kept[key] = (tokens, at)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most_keys:
            self._kept.popitem(last=False)
