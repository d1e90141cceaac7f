"""Whether a tool may run now: not more often than its owner allows, and one with effects only by the caller's word.

A tool with `confirm` is asked for twice. The first time nothing runs: the model is told to read back what it is about
to do. It runs when it is asked for again with the same arguments, in a later turn of the caller, after the agent was
heard in between, and if the caller has not said no. So the text of a tool, which comes within a turn, starts no other
tool with effects, and neither does a model in a hurry.
"""

from collections import Counter
from typing import Final

import msgspec

from offhook.core.events import ToolRequested
from offhook.core.history import AgentSaid, CallerSaid
from offhook.core.state import Call
from offhook.core.words import normalize

TURNS_KEPT: Final = 4
"""A yes that comes so many turns behind the question is an answer to another one."""
MOST_AT_ONCE: Final = 4
"""Tools of one round; what is left is asked for in the next."""
READ_BACK: Final = (
    "not run yet: read back to the caller what you are about to do, with these values, and wait for the caller's yes; "
    "then call it again with the same arguments"
)
AT_ONCE: Final = f"not run: at most {MOST_AT_ONCE} tools run at once; ask for it again when these have answered"


class _Asked(msgspec.Struct, frozen=True):
    """The model was told to read a wish back."""

    turn: int
    index: int
    """Entries of the history before that."""


class Consent:
    """Of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._runs: Counter[str] = Counter()
        """By the tool's name."""
        self._asked: dict[str, _Asked] = {}
        """By wish."""
        self._given: dict[str, int] = {}
        """By wish: the turn in which the caller's yes counts, for all tries in it."""

    def refusal(self, event: ToolRequested, wish: str, turn: int) -> str:
        """Why it does not run now, in words for the model; empty: it runs, and is counted."""
        if event.most and self._runs[event.name] >= event.most:
            return f"not run: it has run {self._runs[event.name]} times in this call, and may not run again"
        if event.confirm and not self._is_confirmed(wish, turn):
            self._asked[wish] = _Asked(turn, len(self._call.history))
            return READ_BACK
        self._runs[event.name] += 1
        return ""

    def _is_confirmed(self, wish: str, turn: int) -> bool:
        if self._given.get(wish) == turn:
            return True
        asked = self._asked.pop(wish, None)
        if asked is None or not asked.turn < turn <= asked.turn + TURNS_KEPT:
            return False
        since = self._call.history[asked.index :]
        is_heard = any(isinstance(entry, AgentSaid) and entry.text.strip() for entry in since)
        says_no = any(
            isinstance(entry, CallerSaid) and normalize(entry.text) in self._call.script.denials for entry in since
        )
        if not is_heard or says_no:
            return False
        self._given[wish] = turn
        return True
