"""The check that nobody waits in silence: who has sounded last, and whether the caller waits for an answer.

The caller waits from the moment the call is answered, and from any word on, until the agent has said a whole reply that
is no filler. What does not count: time in which the caller has asked for time, a human has the caller, the caller is
muted, keys are being collected, or the leg is away.
"""

from typing import Final

from offhook.core.commands import CollectKeys, EndCall, KeysCollected, Say, StartReply
from offhook.core.events import CallAnswered
from offhook.simulator.events_caller import Sound
from offhook.simulator.events_check import Check, Facts, Hears

LONGEST_S: Final = 4.0


class NobodyWaitsInSilence(Check):
    """No wait of more than 4 s in which nobody sounds."""

    name = "nobody_waits_in_silence"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.worst_s = 0.0
        self._quiet_from = 0.0
        """Nobody sounds from here on, as far as is known."""
        self._caller_until = 0.0
        self._is_owed = False
        self._is_away = False
        self._collects = False
        self._asked_for_time = False
        self._fillers: set[int] = set()

    def hears(self) -> Hears:
        return {
            CallAnswered: self._begin, EndCall: self._end, StartReply: self._start,
            CollectKeys: self._collect, KeysCollected: self._collected,
        }  # fmt: skip

    # ── what the world tells ─────────────────────────────────────────────────────────────────────────────────

    def agent_sounds(self, begin: float, end: float) -> None:
        """The agent will be heard, if nothing is cut."""
        self._sound(begin, end)

    def agent_cut(self, at: float) -> None:
        """The agent fell silent before its time."""
        self._quiet_from = max(min(self._quiet_from, at), self._caller_until)

    def caller_sounds(self, begin: float, end: float, sound: Sound, *, asks_for_time: bool) -> None:
        """The caller's voice, or another one."""
        self._sound(begin, end)
        self._caller_until = end
        if sound is Sound.WORDS:
            self._is_owed, self._asked_for_time = True, asks_for_time

    def key_pressed(self, at: float) -> None:
        """It sounds, and wants an answer as words do."""
        self._sound(at, at)
        self._is_owed, self._asked_for_time = True, False

    def reply_over(self, reply: int) -> None:
        """A reply was heard to its end: nobody waits for an answer."""
        if reply not in self._fillers:
            self._is_owed = False

    def away(self, at: float, *, is_away: bool) -> None:
        """Something that makes nobody wait has begun, or is over."""
        if is_away and not self._is_away:
            self._look(at)
        self._is_away = is_away
        self._quiet_from = max(self._quiet_from, at)

    # ── commands and events ──────────────────────────────────────────────────────────────────────────────────

    def _begin(self, event: CallAnswered, at: float) -> None:
        self._quiet_from, self._is_owed = at, True

    def _end(self, command: EndCall, at: float) -> None:
        self._look(at)

    def _start(self, command: StartReply, at: float) -> None:
        if isinstance(command.content, Say) and command.content.name == "filler":
            self._fillers.add(command.reply)

    def _collect(self, command: CollectKeys, at: float) -> None:
        self._collects = True

    def _collected(self, command: KeysCollected, at: float) -> None:
        self._collects = False
        self._quiet_from = max(self._quiet_from, at)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _sound(self, begin: float, end: float) -> None:
        self._look(begin)
        self._quiet_from = max(self._quiet_from, end)

    def _look(self, at: float) -> None:
        if not self._is_owed or self._is_away or self._collects or self._asked_for_time:
            return
        wait_s = at - self._quiet_from
        self.worst_s = max(self.worst_s, wait_s)
        if wait_s > LONGEST_S:
            self.fail(at, f"nobody has sounded for {wait_s:.2f} s")
