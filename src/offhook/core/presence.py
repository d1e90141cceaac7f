"""Is anybody there? A television, music on hold and another machine's menu talk on, whatever the agent says.

Each sign of that is a doubt: a turn that talks over the answer, a turn that was said again and again, a long sound
without a word. An answer that was listened to takes doubts away. When there are many, the agent asks; whoever is there
listens to the question, answers in a few words or presses a key, and whoever is not goes on talking.

People say things again too, and over an answer that is none: "I want to speak to somebody" is said three times by
whoever is not understood. So it takes more than a second time, unless the turn is longer than anybody repeats.

A television whose pauses fit the agent's replies gives no such sign. It is known by what it never does: for minutes
there was no yes or no, no question, no request, no answer of a few words. Then the agent asks, and goes only when its
direct question was left unanswered time after time, while the talk went on. A person needs one word to stay.
"""

from collections import deque
from enum import Enum
from typing import Final

from offhook.core.again import said_again
from offhook.core.state import Call
from offhook.core.words import asks_for_time, is_end_phrase, is_question, normalize

SHORT_WORDS: Final = 8
"""An answer to "are you there" has no more."""
AGAIN_WORDS: Final = 4
"""Shorter turns are said again by people all the time."""
LONG_WORDS: Final = 12
"""Nobody says so many words a second time just as they were."""
MOST_AGAIN: Final = 2
"""So often people say a sentence again."""
KEPT_TURNS: Final = 12
SIGN_WORDS: Final = 3
"""So short a turn answers somebody."""
NOBODY_TURNS: Final = 10
NOBODY_S: Final = 120.0
"""So many turns in a row, over so long a time, without a sign of a person: then the agent asks."""
NEXT_TURNS: Final = 3
"""So many turns later it asks again."""
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
        self._is_fresh = True
        """Nothing was listened to yet, not even the greeting."""
        self._signless = 0
        """Turns since the last sign of a person."""
        self._sign_at = 0.0
        self._ignored = 0
        """Questions since then, and the turn in which the last was asked."""
        self._ignored_in = 0

    def is_endless(self, turn_voice_s: float, voice_s: float) -> bool:
        """So much voice of this turn, or of the whole call so far, is nobody's who wants an answer."""
        b = self._call.behaviour
        if not b.presence_doubts:
            return False
        if b.recording_voice_s and self._is_fresh and not self._asked and voice_s >= b.recording_voice_s:
            # A recording begins at once, whatever the greeting says, and goes on: people wait, or say little.
            return True
        return turn_voice_s >= (LONGEST_ANSWER_S if self._asked else LONGEST_TURN_S)

    def turn_has_no_end(self) -> None:
        """Somebody talks and talks, and leaves no room for an answer."""
        self._doubts = self._call.behaviour.presence_doubts

    def reply_cut(self) -> None:
        """The caller's words have stopped a reply."""
        self._was_cut = True

    def reply_heard(self) -> None:
        """A reply was listened to."""
        self._was_heard, self._is_fresh = True, False

    def question_talked_over(self) -> None:
        """Somebody speaks while the agent asks whether anybody is there."""
        self._was_talked_over = True

    def key_pressed(self) -> None:
        """Nothing but a person presses a key when asked to."""
        self._doubts = self._asked = self._signless = self._ignored = 0

    def sound_without_words(self, voice_s: float) -> Verdict:
        """A talk spurt held no word."""
        if voice_s < SOUND_S:
            return Verdict.ANSWER
        self._doubts += 1
        return self._verdict()

    def turn_taken(self, text: str, at: float) -> Verdict:
        """A turn of the caller is over."""
        if self._is_a_persons(text):
            self._signless, self._ignored, self._sign_at = 0, 0, at
        else:
            self._signless += 1
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
        verdict = self._verdict()
        return self._nobody(at) if verdict is Verdict.ANSWER else verdict

    def _is_a_persons(self, text: str) -> bool:
        """A short answer, a yes or a no at its beginning, a question, a request, a goodbye."""
        script, words = self._call.script, normalize(text).split()
        if len(words) <= SIGN_WORDS or is_question(text) or is_end_phrase(text, script) or asks_for_time(text, script):
            return True
        said = f" {' '.join(words)} "
        sounds = script.denials + (script.backchannels if len(words) <= SHORT_WORDS else ())
        if any(said.startswith(f" {sound} ") for sound in sounds):
            return True
        asked = any(said.startswith(f" {word} ") for word in script.question_words)
        return asked or any(f" {phrase} " in said for phrase in script.request_words)

    def _nobody(self, at: float) -> Verdict:
        """For minutes nobody has shown to be a person."""
        b = self._call.behaviour
        if not b.presence_doubts or self._signless < NOBODY_TURNS or at - self._sign_at < NOBODY_S:
            return Verdict.ANSWER
        if self._ignored and self._signless < self._ignored_in + NEXT_TURNS:
            return Verdict.ANSWER
        if self._ignored >= b.presence_asks:
            return Verdict.LEAVE
        self._ignored, self._ignored_in = self._ignored + 1, self._signless
        return Verdict.ASK

    def _verdict(self) -> Verdict:
        b = self._call.behaviour
        if not b.presence_doubts or self._doubts < b.presence_doubts:
            return Verdict.ANSWER
        if self._asked >= b.presence_asks:
            return Verdict.LEAVE
        self._asked += 1
        return Verdict.ASK
