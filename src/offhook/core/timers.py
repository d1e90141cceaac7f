"""Every deadline of a call, in one table: what it is for, and when it is due."""

from enum import IntEnum


class Timer(IntEnum):
    """Named deadlines. When two are due at the same time, the lower one fires first."""

    CUT = 0
    """The playout has not said what was heard of a cancelled reply."""
    MARK = 1
    """The carrier has not confirmed that the reply was played."""
    STALL = 2
    """A reply that had begun has no more audio."""
    REPLY = 3
    """A reply has no first audio."""
    FILLER = 4
    """The caller waits for a reply or a tool and hears nothing."""
    OPENER = 15
    """The caller has been silent for a moment, and no reply is ready."""
    TOOL = 5
    """A tool has not answered."""
    TRANSCRIPT = 6
    """A final transcript was asked for and has not come."""
    DECIDE = 7
    """The caller spoke over the agent and no words have come."""
    COMMIT = 8
    """No audio has come that would show the silence after the caller's turn."""
    DIGITS = 9
    """The caller has stopped pressing keys."""
    STUCK = 10
    """A talk spurt does not end."""
    IDLE = 11
    """Nobody speaks."""
    WARNING = 12
    """The call is about to reach its longest length."""
    MAX_CALL = 13
    """The call has reached its longest length."""
    CLOSING = 14
    """The goodbye was not heard in time."""
    OWED = 16
    """The caller has spoken, and the words are not known yet."""


class Timers:
    """The deadlines that are set. Times are seconds on the call's clock."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: dict[Timer, float] = {}

    def set(self, timer: Timer, at: float) -> None:
        """Set or move a deadline."""
        self._due[timer] = at

    def put_off(self, until: float, *timers: Timer) -> None:
        """Those that are set and due before `until` are due then."""
        for timer in timers:
            if timer in self._due:
                self._due[timer] = max(self._due[timer], until)

    def cancel(self, *timers: Timer) -> None:
        """Forget deadlines, set or not."""
        for timer in timers:
            self._due.pop(timer, None)

    def clear(self) -> None:
        """Forget all."""
        self._due.clear()

    def __contains__(self, timer: Timer) -> bool:
        return timer in self._due

    @property
    def next_at(self) -> float | None:
        """The earliest deadline."""
        return min(self._due.values(), default=None)

    def pop_due(self, at: float) -> tuple[Timer, float] | None:
        """The earliest deadline that is due at `at`, removed."""
        if not self._due:
            return None
        due_at, timer = min((due, timer) for timer, due in self._due.items())
        if due_at > at:
            return None
        del self._due[timer]
        return timer, due_at

    def names(self) -> list[str]:
        """The deadlines that are set, by name, for people and tests."""
        return [timer.name.lower() for timer in sorted(self._due)]
