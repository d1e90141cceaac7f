"""The far end's playout, as its marks show it.

We send with a clock of our own, and the far end plays what comes without a gap: as long as nothing on the way takes
longer than the lead, a sample is heard when our clock says so. A way that stalls for longer moves all that follows.
Marks tell: one that comes back later after its place than the quickest ever did shows how far the far end is behind,
and one that should be back and is not shows that its place was not reached. Places are seconds on our send clock.
"""

from typing import Final

SURE_LATE_S: Final = 0.06
"""Marks stray by a frame or two; less than this says nothing."""
MOST_EARLY_S: Final = 0.5
"""The two clocks may be apart; a mark that is back so long before its audio can have been played says nothing."""
LONGEST_STALL_S: Final = 10.0
"""A far end that returns no mark for so long, and whose audio comes, has stopped returning marks."""


class FarEnd:
    """One leg's other end."""

    __slots__ = ("_late_s", "_least_s", "_passed", "_pending")

    def __init__(self) -> None:
        self._pending: dict[str, float] = {}
        """Marks under way and their places, in order."""
        self._least_s: float | None = None
        """The shortest way that a mark ever took: there and back."""
        self._late_s = 0.0
        self._passed = 0.0
        """Place of the last mark that came back."""

    @property
    def late_s(self) -> float:
        """How far the far end was behind our clock, by the last mark."""
        return self._late_s

    def mark_sent(self, name: str, place: float) -> None:
        """A mark was sent behind the audio that ends at `place`."""
        self._pending[name] = place

    def mark_returned(self, name: str, now: float) -> float | None:
        """The place that the far end has reached by `now`; None for a mark that says nothing."""
        if name not in self._pending:
            return None
        place = self._pending[name]
        # Marks come in order: one that was passed over is lost.
        while next(iter(self._pending)) != name:
            del self._pending[next(iter(self._pending))]
        del self._pending[name]
        way_s = now - place
        if way_s >= -MOST_EARLY_S:
            self._least_s = way_s if self._least_s is None else min(self._least_s, way_s)
            late_s = way_s - self._least_s
            self._late_s = late_s if late_s > SURE_LATE_S else 0.0
        self._passed = place
        return place

    def heard_until(self, at: float, now: float) -> float:
        """The place that is being heard at `at`; `now` is what the far end's own audio says of the time."""
        until = at - self._late_s
        if self._least_s is None or not self._pending:
            return until
        first = next(iter(self._pending.values()))
        overdue_s = now - first - self._least_s - self._late_s
        if SURE_LATE_S < overdue_s < LONGEST_STALL_S:
            # It plays nothing, since some moment between the two marks.
            return min(until, (max(self._passed, first - 1.0) + first) / 2)
        return until

    def paused(self, length_s: float) -> None:
        """Nothing was sent for so long: it has caught up by that."""
        self._late_s = max(0.0, self._late_s - length_s)

    def cleared(self, at: float) -> "Dropped | None":
        """All that it had was dropped; the marks that it returns now say only whether that came in time."""
        dropped = None
        if self._pending and self._least_s is not None:
            dropped = Dropped(self._pending, self._least_s + self._late_s)
        self._pending = {}
        self._late_s, self._passed = 0.0, at
        return dropped


class Dropped:
    """Marks that were under way when a `clear` followed them.

    The far end returns those that are left at once when the clear comes. Those whose audio was heard before come as far
    apart as that audio is long.
    """

    __slots__ = ("_passed", "_pending", "_way_s")

    def __init__(self, pending: dict[str, float], way_s: float) -> None:
        self._pending, self._way_s = pending, way_s
        self._passed: tuple[float, float] | None = None
        """The last mark that was heard: its place, and when it came back."""

    def mark_returned(self, name: str, now: float) -> float | None:
        """The place that was reached, once it is known."""
        place = self._pending.pop(name, None)
        if place is None:
            return None
        reached = now - self._way_s
        if self._passed is not None:
            reached = min(reached, self._passed[0] + now - self._passed[1])
        if place > reached + SURE_LATE_S:
            self._pending.clear()
            return reached
        self._passed = place, now
        return None if self._pending else place
