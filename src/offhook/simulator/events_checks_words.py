"""Checks of words: the caller's reach the history once and in order, and the agent's stand there as they were heard."""

import re
from collections import Counter
from typing import Final

from offhook.core.commands import CollectKeys, EndCall, Remember
from offhook.core.events import DigitPressed, TranscriptFinal
from offhook.core.history import AgentSaid, CallerSaid, KeysPressed
from offhook.simulator.events_check import Check, Facts, Hears
from offhook.simulator.events_words import DIGITS, number_of

_WORD: Final = re.compile(rf"\bw([{DIGITS}]+)")
_ANSWER: Final = re.compile(r"\b(yes|right|no)x?\b")
"""What is said over the tail of a question: it is an answer, whatever it sounds like."""
_PRESENCE: Final = re.compile(r"say yes|yes, or")
ECHO_WORDS: Final = 3
"""A final with so many words of the agent is an echo: a word of the caller inside it is beyond anybody's telling."""
JUDGED_S: Final = 1.5
"""Behind the agent's last sound it is known whether what was said over it is an answer."""
_AGENT_WORD: Final = re.compile(r"\ba(\d+)")


class WordsReachHistory(Check):
    """Every word of the caller that a final told stands in the history once, in order."""

    name = "words_reach_history"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._told: dict[int, float] = {}
        self._said: set[int] = set()
        self._latest = -1
        self._answers: Counter[str] = Counter()
        """Said, less remembered."""
        self._answered_at: dict[str, float] = {}
        """When each was told last."""
        self._lately: list[str] = []
        """Said over the reply that is being heard."""
        self._optional: Counter[str] = Counter()
        """Said over a reply that broke off: nobody can tell what they answer."""
        self._ended_at = 0.0

    def hears(self) -> Hears:
        return {TranscriptFinal: self._final, Remember: self._remember, EndCall: self._end}

    def _end(self, command: EndCall, at: float) -> None:
        self._ended_at = at

    def _final(self, event: TranscriptFinal, at: float) -> None:
        if self.facts.is_ended:
            return  # Whoever has hung up is answered nothing.
        if not self._is_echo(event.text):
            for word in _WORD.findall(event.text):
                self._told[number_of(word)] = at
        if _PRESENCE.search(event.text):
            return  # The agent's own "say yes", come back.
        for answer in _ANSWER.findall(event.text):
            self._answers[answer] += 1
            self._lately.append(answer)
            self._answered_at[answer] = at

    def _is_echo(self, text: str) -> bool:
        words = text.split()
        return self.facts.has_echo and sum(not _WORD.fullmatch(word) for word in words) >= ECHO_WORDS

    def _remember(self, command: Remember, at: float) -> None:
        if isinstance(command.entry, AgentSaid):
            if len(command.entry.text.split()) < len(command.entry.full_text.split()):
                self._optional.update(self._lately)
            self._lately.clear()
        if not isinstance(command.entry, CallerSaid):
            return
        for word in map(number_of, _WORD.findall(command.entry.text)):
            if word in self._said:
                self.fail(at, f"w{word} stands twice in the history")
            elif word < self._latest:
                self.fail(at, f"w{word} stands behind w{self._latest}")
            self._said.add(word)
            self._latest = word
        self._answers.subtract(_ANSWER.findall(command.entry.text))

    def ended(self, at: float) -> None:
        lost = sorted(self._told.keys() - self._said)
        if lost:
            first = self._told[lost[0]]
            self.fail(at, f"lost: {' '.join(f'w{word}' for word in lost)} (the first was told at {first:.3f})")
        for answer, missing in self._answers.items():
            told_at = self._answered_at.get(answer, 0.0)
            # One that sounds like listening, and that nobody could judge any more, may be missing.
            if self.facts.has_echo:
                continue  # "Please say yes" comes back, in whole or in parts.
            optional = self._optional[answer] + (told_at > self._ended_at - JUDGED_S)
            # And the last interim stands in the history, though its final comes behind the end.
            if missing < -1 or (missing == -1 and not self._ended_at) or missing > optional:
                self.fail(told_at, f"{answer!r} was {'lost' if missing > 0 else 'doubled'} {abs(missing)} times")


class HeardTextIsTrue(Check):
    """`AgentSaid` holds the words that were heard, within one word of each reply."""

    name = "heard_text_is_true"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._said: dict[int, float] = {}

    def hears(self) -> Hears:
        return {Remember: self._remember}

    def _remember(self, command: Remember, at: float) -> None:
        if isinstance(command.entry, AgentSaid):
            for word in map(int, _AGENT_WORD.findall(command.entry.text)):
                if word in self._said:
                    self.fail(at, f"a{word} stands twice in the history")
                self._said[word] = at

    def ended(self, at: float) -> None:
        known: set[int] = set()
        for reply, words in self.facts.truth.items():
            heard = set(map(int, _AGENT_WORD.findall(" ".join(words))))
            known |= heard
            missing = sorted(heard - self._said.keys())
            if len(missing) > 1:
                self.fail(at, f"reply {reply}: heard and not remembered: a{missing[0]} to a{missing[-1]}")
        invented = sorted(self._said.keys() - known)
        # One word of a reply that was cut may be taken for heard.
        for word in invented:
            if word - 1 in invented:
                self.fail(self._said[word], f"remembered and not heard: a{word - 1} a{word}")
                return


class KeysReachHistory(Check):
    """Every key stands in the history once, in order (unless it ended the keys, or was asked for by a tool)."""

    name = "keys_reach_history"

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._pressed = ""
        self._last_at = 0.0
        self._collects = False

    def hears(self) -> Hears:
        return {DigitPressed: self._press, CollectKeys: self._collect}

    def _press(self, event: DigitPressed, at: float) -> None:
        if not self.facts.is_ended:
            self._pressed += event.digit
            self._last_at = at

    def _collect(self, command: CollectKeys, at: float) -> None:
        self._collects = True

    def ended(self, at: float) -> None:
        if self._collects:
            return
        told = "".join(entry.keys for entry in self.facts.entries if isinstance(entry, KeysPressed))
        pressed, told = self._pressed.replace("#", ""), told.replace("#", "")
        if told != pressed:
            self.fail(at, f"keys {pressed!r} were pressed, and {told!r} remembered")
