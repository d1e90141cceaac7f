"""From a call's two records, the wire's and the journal's, to the figures of the table. No I/O but the journal."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from bench.phone import Log
from bench.scenarios import Kind, reply_text
from offhook.simulator.report import CallerTurn, CallReport
from offhook.speech.scripted.tape import FRAME_BYTES, HeardWord

NEAR_S: Final = 0.04
"""Audio that arrived no later than so long after the agent became audible is what became audible."""
AFTER_STOP_S: Final = 0.1
"""The clear that silenced the agent came at most so long after its last audible frame."""

_FIGURES: Final = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "twenty": "20",
}  # fmt: skip
"""Of the number words that callers of the bench say."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply to a turn."""

    number: int
    gap_s: float
    has_filler: bool
    """The agent said something else before it."""


@dataclass(slots=True)
class Call:
    """One call with everything that is known of it."""

    report: CallReport
    log: Log
    words: Sequence[HeardWord]
    """The agent's, as they were played."""
    kinds: tuple[Kind, ...]
    said: list[str]
    """The caller's words that want to be understood."""
    journal: list[dict[str, Any]]
    violations: list[str]
    worst_lag_s: float

    def turns(self, *kinds: Kind) -> list[CallerTurn]:
        """The caller's sounds of these kinds."""
        return [turn for turn, kind in zip(self.report.turns, self.kinds, strict=False) if kind in kinds]

    def reply_at(self, at: float) -> int | None:
        """The number of the reply that was being received at this time."""
        until = bisect_right(self.log.said, at, key=lambda said: said.at)
        found = (self.log.reply_of.get(said.frame.utterance) for said in reversed(self.log.said[:until]))
        return next((number for number in found if number is not None), None)

    def answer_to(self, turn: CallerTurn) -> Answered | None:
        """The reply that answered the turn, with its own gap: a filler before it is none."""
        begin = bisect_left(self.log.said, turn.ends_at, key=lambda said: said.at)
        for said in self.log.said[begin:]:
            number = self.log.reply_of.get(said.frame.utterance)
            if number is not None:
                arrived_s = said.at - turn.ends_at
                is_first = turn.gap_s is not None and arrived_s <= turn.gap_s + NEAR_S
                gap_s = turn.gap_s if is_first and turn.gap_s is not None else arrived_s
                return Answered(number, gap_s, has_filler=not is_first)
        return None

    def heard_words(self, reply: int) -> int:
        """How many of the reply's words the caller heard, each at least by half."""
        heard = {
            (w.utterance, w.word) for w in self.words if w.is_heard and self.log.reply_of.get(w.utterance) == reply
        }
        return len(heard)

    def recorded(self, kind: str) -> list[str]:
        """What one side has said (`AgentSaid`, `CallerSaid`), as the history holds it."""
        return said_in(self.journal, kind)

    def recorded_words(self, reply: int) -> int:
        """How many of the reply's words the history holds."""
        texts = [text.split() for text in self.recorded("AgentSaid")]
        return sum(1 for words in texts for word in words if _number(word) == reply)

    @property
    def reached(self) -> int:
        """How many of the caller's words are in the history, in their order."""
        said, known = written(self.said), written(" ".join(self.recorded("CallerSaid")).split())
        return sum(block.size for block in SequenceMatcher(None, said, known, autojunk=False).get_matching_blocks())


@dataclass(slots=True)
class Verdict:
    """Figures of many calls, one entry per occasion. Times in milliseconds."""

    gaps: dict[str, list[float]] = field(default_factory=dict)
    """By kind of turn."""
    answers: list[Answered] = field(default_factory=list)
    """To plain turns."""
    cut_ins: list[float] = field(default_factory=list)
    ducks: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    lost_words: dict[str, list[float]] = field(default_factory=dict)
    """By kind of sound over the agent."""
    zombies: list[float] = field(default_factory=list)
    """Bytes per barge-in."""
    text_errors: list[float] = field(default_factory=list)
    """Words per barge-in."""
    wanted: int = 0
    answered: int = 0
    said: int = 0
    reached: int = 0
    oddities: list[str] = field(default_factory=list)
    """What a person should look at, with the call's SID."""

    def take(self, call: Call) -> None:
        """Add one call."""
        turns = call.report.turns
        for turn, kind, following in zip(turns, call.kinds, [*turns[1:], None], strict=False):
            if turn.wants_answer:
                self._take_turn(call, turn, kind)
            elif turn.over_agent:
                self._take_sound(call, turn, kind, turn.begins_at)
            is_left_alone = following is not None and not following.over_agent
            if turn.wants_answer and turn.gap_s is not None and is_left_alone and following is not None:
                self._take_sound(call, turn, "plain", following.begins_at)
        self.said += len(written(call.said))
        self.reached += call.reached

    def _take_turn(self, call: Call, turn: CallerTurn, kind: Kind) -> None:
        self.wanted += 1
        if turn.gap_s is None:
            self._note(call, turn, "no answer")
        else:
            self.answered += 1
            self.gaps.setdefault(kind, []).append(1000 * turn.gap_s)
            answer = call.answer_to(turn)
            if kind == "plain" and answer is not None:
                self.answers.append(answer)
        if kind in ("pause", "number"):
            self.cut_ins.append(float(turn.cut_ins))
            if turn.cut_ins:
                self._note(call, turn, "cut in")
        if turn.kind == "barge_in" and turn.over_agent:
            self._take_barge_in(call, turn)

    def _take_barge_in(self, call: Call, turn: CallerTurn) -> None:
        reply = call.reply_at(turn.begins_at)
        if reply is None or turn.stop_s is None:
            return
        self.stops.append(1000 * turn.stop_s)
        if turn.duck_s is not None:
            self.ducks.append(1000 * turn.duck_s)
        stopped_at = _silencing_clear(call.log.clears, turn)
        self.zombies.append(float(zombie_bytes(call.log, reply, stopped_at)))
        self.text_errors.append(float(abs(call.recorded_words(reply) - call.heard_words(reply))))
        if turn.stop_s > 0.3 or self.zombies[-1] or self.text_errors[-1] > 1:
            figures = f"stop {turn.stop_s:.2f} s, zombie {self.zombies[-1]:.0f}, text error {self.text_errors[-1]:.0f}"
            self._note(call, turn, figures)

    def _take_sound(self, call: Call, turn: CallerTurn, kind: Kind, at: float) -> None:
        """What the reply that was heard last by `at` has lost without a word of the caller."""
        reply = call.reply_at(at)
        if reply is None:
            return
        lost = max(0, len(reply_text(reply).split()) - call.heard_words(reply))
        self.lost_words.setdefault(kind, []).append(float(lost))
        if turn.duck_s is not None and kind == "backchannel":
            self.ducks.append(1000 * turn.duck_s)
        if lost:
            self._note(call, turn, f"{lost} of the reply's words lost ({kind})")

    def _note(self, call: Call, turn: CallerTurn, what: str) -> None:
        self.oddities.append(f"{call.report.call_sid} {turn.begins_at:.2f} {turn.kind} {turn.text!r}: {what}")


def zombie_bytes(log: Log, reply: int, after: float) -> int:
    """Audio of a reply that arrived after the clear that ended it. A cancelled reply's number never comes again."""
    late = (said.frame.utterance for said in log.said if said.at > after)
    return FRAME_BYTES * sum(1 for utterance in late if log.reply_of.get(utterance) == reply)


def written(words: Sequence[str]) -> list[str]:
    """The same words however a transcriber writes them: each figure by itself, as a word of its own."""
    found: list[str] = []
    for word in words:
        bare = word.strip(".,?!").lower()
        figures = _FIGURES.get(bare, bare)
        found += list(figures) if figures.isdecimal() else [bare]
    return found


def _silencing_clear(clears: Sequence[float], turn: CallerTurn) -> float:
    until = turn.begins_at + (turn.stop_s or 0.0) + AFTER_STOP_S
    return max((at for at in clears if turn.begins_at <= at <= until), default=until)


def _number(word: str) -> int | None:
    digits = word[: len(word) - len(word.lstrip("0123456789"))]
    return int(digits) if digits else None


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Its lines, without the header."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]


def said_in(journal: Sequence[dict[str, Any]], kind: str) -> list[str]:
    """The texts of one kind of entry in the history."""
    entries = [line["entry"] for line in journal if line.get("command") == "Remember"]
    return [entry["text"] for entry in entries if entry["entry"] == kind]
