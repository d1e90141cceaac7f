"""Is anybody there? A television, music on hold and another machine's menu talk on, whatever the agent says.

Each sign of that is a doubt: a turn that talks over the answer, a turn that was said again and again, a long sound
without a word. An answer that was listened to takes doubts away. When there are many, the agent asks; whoever is there
listens to the question, answers in a few words or presses a key, and whoever is not goes on talking.

People say things again too, and over an answer that is none: "I want to speak to somebody" is said three times by
whoever is not understood. So it takes more than a second time, unless the turn is longer than anybody repeats.
"""

from collections import deque
from enum import Enum
from typing import Final

from offhook.core.again import said_again
from offhook.core.state import Call
from offhook.core.words import normalize

SHORT_WORDS: Final = 8
"""An answer to "are you there" has no more."""
AGAIN_WORDS: Final = 4
"""Shorter turns are said again by people all the time."""
LONG_WORDS: Final = 12
"""Nobody says so many words a second time just as they were."""
MOST_AGAIN: Final = 2
"""So often people say a sentence again."""
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
        self._was_talked_over = False

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

    def question_talked_over(self) -> None:
        """Somebody speaks while the agent asks whether anybody is there."""
        self._was_talked_over = True

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
        again = sum(said_again(text, earlier) for earlier in self._turns) if words >= AGAIN_WORDS else 0
        is_repeated = again > MOST_AGAIN or (again > 0 and words >= LONG_WORDS)
        if self._asked:
            if not is_repeated and (words <= SHORT_WORDS or not self._was_talked_over):
                # Somebody listens, or answers; who has been asked once is asked sooner again.
                self._asked, self._doubts = 0, max(0, self._call.behaviour.presence_doubts - 2)
            else:
                self._doubts = self._call.behaviour.presence_doubts
        elif self._was_cut or self._was_heard:
            if self._was_cut or is_repeated:
                self._doubts += self._was_cut + is_repeated
            else:
                self._doubts = max(0, self._doubts - 2)
        self._turns.append(text)
        self._was_cut = self._was_heard = self._was_talked_over = False
        return self._verdict()

    def _verdict(self) -> Verdict:
        b = self._call.behaviour
        if not b.presence_doubts or self._doubts < b.presence_doubts:
            return Verdict.ANSWER
        if self._asked >= b.presence_asks:
            return Verdict.LEAVE
        self._asked += 1
        return Verdict.ASK
