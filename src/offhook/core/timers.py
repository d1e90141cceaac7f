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
    """A round of a reply has no first audio."""
    ANSWER = 4
    """Whatever tools and model do, the caller has waited too long for something of the reply itself."""
    FILLER = 5
    """The caller waits and hears nothing."""
    OPENER = 6
    """The caller has been silent for a moment, and no reply is ready."""
    TOOL = 7
    """A tool has not answered."""
    TRANSCRIPT = 8
    """A final transcript was asked for and has not come."""
    OWED = 9
    """The caller has spoken, and the words are not known yet."""
    DECIDE = 10
    """The caller spoke over the agent and no words have come."""
    COMMIT = 11
    """No audio has come that would show the silence after the caller's turn."""
    DIGITS = 12
    """The caller has stopped pressing keys."""
    STUCK = 13
    """A talk spurt does not end."""
    SCREEN = 14
    """Nobody has told who has answered the call that was placed, or the machine's beep does not come."""
    IDLE = 15
    """Nobody speaks."""
    GRACE = 16
    """A goodbye was heard: the caller may still say something."""
    WARNING = 17
    """The call is about to reach its longest length."""
    MAX_CALL = 18
    """The call has reached its longest length."""
    CLOSING = 19
    """The goodbye was not heard in time."""
    LEG = 20
    """The media connection has not come back."""


LONG: frozenset[Timer] = frozenset({Timer.WARNING, Timer.MAX_CALL})
"""Nobody waits for these: an open call that has only them left is stuck."""


class Timers:
    """The deadlines that are set. Times are seconds on the call's clock."""

    __slots__ = ("_due", "next_at")

    def __init__(self) -> None:
        self._due: dict[Timer, float] = {}
        self.next_at: float | None = None
        """The earliest of them, kept: it is asked for after every event. Read only."""

    def set(self, timer: Timer, at: float) -> None:
        """Set or move a deadline."""
        before = self._due.get(timer)
        self._due[timer] = at
        if self.next_at is None or at <= self.next_at:
            self.next_at = at
        elif before == self.next_at:
            self.next_at = min(self._due.values())

    def set_first(self, timer: Timer, at: float) -> None:
        """Set a deadline unless it is set already: it is not moved."""
        if timer not in self._due:
            self.set(timer, at)

    def put_off(self, until: float, *timers: Timer) -> None:
        """Those that are set and due before `until` are due then."""
        for timer in timers:
            if timer in self._due:
                self.set(timer, max(self._due[timer], until))

    def cancel(self, *timers: Timer) -> None:
        """Forget deadlines, set or not."""
        due = self._due
        for timer in timers:
            # Most of them are not set: rules cancel what they do not want, after every event.
            if timer in due and due.pop(timer) == self.next_at:
                self.next_at = min(due.values(), default=None)

    def clear(self) -> None:
        """Forget all."""
        self._due.clear()
        self.next_at = None

    def __contains__(self, timer: Timer) -> bool:
        return timer in self._due

    def due_at(self, timer: Timer) -> float | None:
        """When it is due; None when it is not set."""
        return self._due.get(timer)

    def pop_due(self, at: float) -> tuple[Timer, float] | None:
        """The earliest deadline that is due at `at`, removed."""
        if self.next_at is None or self.next_at > at:
            return None
        due_at, timer = min((due, timer) for timer, due in self._due.items())
        self.cancel(timer)
        return timer, due_at

    def names(self) -> list[str]:
        """The deadlines that are set, by name, for people and tests."""
        return [timer.name.lower() for timer in sorted(self._due)]
