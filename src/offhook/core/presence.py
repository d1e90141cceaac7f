"""Is anybody there? A television, music on hold and another machine's menu talk on, whatever the agent says.

Each sign of that is a doubt: a turn that talks over the answer, a turn that was said before, a long sound without a
word. An answer that was listened to takes doubts away. When there are many, the agent asks; whoever is there answers
in a few words or presses a key, and whoever is not goes on talking.
"""

from collections import deque
from enum import Enum
from typing import Final

from offhook.core.state import Call
from offhook.core.words import normalize, said_again

SHORT_WORDS: Final = 8
"""An answer to "are you there" has no more."""
AGAIN_WORDS: Final = 4
"""Shorter turns are said again by people too."""
KEPT_TURNS: Final = 12
SOUND_S: Final = 2.0
"""A sound without a word that is so long is a sign."""
LONGEST_TURN_S: Final = 120.0
"""So much voice without a pause that could end a turn is nobody who wants an answer."""
LONGEST_ANSWER_S: Final = 30.0
"""The same, once the agent has asked."""


class Verdict(Enum):
    """What to do with a turn."""

    ANSWER = "answer"
    ASK = "ask"
    LEAVE = "leave"


class Presence:
    """The doubts of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._doubts = 0
        self._asked = 0
        self._turns: deque[str] = deque(maxlen=KEPT_TURNS)
        self._was_cut = False
        self._was_heard = False

    @property
    def longest_turn_s(self) -> float:
        """Seconds of voice after which a turn has no end."""
        if not self._call.behaviour.presence_doubts:
            return float("inf")
        return LONGEST_ANSWER_S if self._asked else LONGEST_TURN_S

    def turn_has_no_end(self) -> None:
        """Somebody talks and talks, and leaves no room for an answer."""
        self._doubts = self._call.behaviour.presence_doubts

    def reply_cut(self) -> None:
        """The caller's words have stopped a reply."""
        self._was_cut = True

    def reply_heard(self) -> None:
        """A reply was listened to."""
        self._was_heard = True

    def key_pressed(self) -> None:
        """Nothing but a person presses a key when asked to."""
        self._doubts = self._asked = 0

    def sound_without_words(self, voice_s: float) -> Verdict:
        """A talk spurt held no word."""
        if voice_s < SOUND_S:
            return Verdict.ANSWER
        self._doubts += 1
        return self._verdict()

    def turn_taken(self, text: str) -> Verdict:
        """A turn of the caller is over."""
        words = len(normalize(text).split())
        if self._asked:
            if words <= SHORT_WORDS and not self._is_repeated(text, words):
                # Somebody answers; who has been asked once is asked sooner again.
                self._asked, self._doubts = 0, max(0, self._call.behaviour.presence_doubts - 2)
                return Verdict.ANSWER
            self._doubts = self._call.behaviour.presence_doubts
        elif (self._was_cut or self._was_heard) and self._is_repeated(text, words):
            self._doubts += 2  # Nobody has asked for it a second time.
        elif self._was_cut:
            self._doubts += 1
        elif self._was_heard:
            self._doubts = max(0, self._doubts - 2)
        self._turns.append(text)
        self._was_cut = self._was_heard = False
        return self._verdict()

    def _is_repeated(self, text: str, words: int) -> bool:
        return words >= AGAIN_WORDS and any(said_again(text, earlier) for earlier in self._turns)

    def _verdict(self) -> Verdict:
        b = self._call.behaviour
        if not b.presence_doubts or self._doubts < b.presence_doubts:
            return Verdict.ANSWER
        if self._asked >= b.presence_asks:
            return Verdict.LEAVE
        self._asked += 1
        return Verdict.ASK
