"""What is said on Deepgram's socket of turns (`/v2/listen`, Flux), and what it means: no I/O, time is passed in.

Flux has no `Finalize`: it tells all words of the turn again and again, with the position that it has heard to. At the
turn's end they are final. Before, a question is answered by the first message that knows all that was said by then, the
fastest first:

1. `EagerEndOfTurn` or `EndOfTurn` at or behind the spurt's last sound: Flux itself believes that all was said;
2. any message that has heard `SETTLED_S` of silence behind the question: then the spurt's last word is known;
3. `ForceEndTurn`, when neither came. It is the last resort, since it ends the turn for Flux too: what it knows of the
   sentence so far no longer helps with the next words, and its own belief in the end of the turn begins anew.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Final

import msgspec

from offhook.audio.frames import FRAME_BYTES, FRAME_S, SILENCE_FRAME
from offhook.core.events import TranscriberReady, TurnEndExpected, TurnResumed
from offhook.core.formats import TELEPHONE
from offhook.core.words import normalize
from offhook.errors import ProviderTimeout
from offhook.speech.ports import TranscriberEvent
from offhook.speech.stt.deepgram_errors import NAME, vendor_error
from offhook.speech.stt.deepgram_questions import Questions
from offhook.speech.stt.deepgram_wire import decoded, message_of, position_in
from offhook.speech.stt.deepgram_words import TurnWord, told_count
from offhook.speech.stt.lagging import Lagging
from offhook.speech.stt.timeline import Timeline
from offhook.speech.stt.told import Told

GROUP_BYTES: Final = 640
"""80 ms, Deepgram's advice. Groups end on multiples of it, where its own steps end, so that no step waits for them."""
FORCE_END_TURN: Final = '{"type":"ForceEndTurn"}'
CLOSE_STREAM: Final = '{"type":"CloseStream"}'
HANGOVER_S: Final = 0.1
"""Silence at the end of a talk spurt, before the question: no word can lie in it."""
APART_S: Final = 0.05
"""A word that begins this close to the question, or behind it, is of the next talk spurt."""
SETTLED_S: Final = 0.1
"""With the spurt's own hangover 0.2 s: more than Flux itself takes to believe in an end."""
FORCE_S: Final = 0.7
"""After the question: the two natural answers take less than 0.6 s."""
FINAL_S: Final = 1.2
"""After the question: then what is known has to do, if Flux has heard so far. A call waits 1.4 s."""
STALL_S: Final = 3.0
"""Owing an answer and not moving for so long, the stream is dead."""
LOOK_AGAIN_S: Final = 0.3
NO_AUDIO_S: Final = 0.5
"""Flux decides by audio alone: when none comes, silence is sent in its place, or a turn would never end."""
MOST_SILENCE_S: Final = 1.0
"""Sent at once in its place."""
FORCED_S: Final = 1.0
"""A stream that ends so soon behind `ForceEndTurn`, unanswered, ends because of it."""
BELIEFS: Final = {"EagerEndOfTurn": 0.5, "EndOfTurn": 0.7}
"""What such a message believes at least, when it does not say how much: the thresholds that are the vendor's own."""
MOST_SKIPPED: Final = 16
"""Turns between two messages; a number beyond that is none."""
_LOG: Final = logging.getLogger("offhook.speech.deepgram")

# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Word(msgspec.Struct, frozen=True):
    word: str | None = None
    start: float | None = None
    end: float | None = None


class _TurnInfo(msgspec.Struct, frozen=True):
    """What matters of a `TurnInfo`; all of it may be missing."""

    event: str | None = None
    turn_index: int | None = None
    audio_window_end: float | None = None
    transcript: str | None = None
    words: list[_Word] | None = None
    end_of_turn_confidence: float | None = None
    trigger: str | None = None


_TURN_INFO: Final = msgspec.json.Decoder(_TurnInfo)


@dataclass(slots=True)
class Forcing:
    """Whether the server knows `ForceEndTurn`, which not all do (own servers, regions): learnt once for all calls."""

    is_known: bool = True


@dataclass(slots=True)
class _Turn:
    """A turn of Flux."""

    index: int = 0
    words: list[TurnWord] = field(default_factory=list)
    """As it was told last."""
    told: list[TurnWord] = field(default_factory=list)
    """Its first words, as they stood when a final told them."""
    is_expected: bool = False
    """Its end was announced, and not taken back."""

    @property
    def rest(self) -> list[TurnWord]:
        """Words that no final has told."""
        return self.words[told_count(self.words, self.told) :] if self.told else self.words


class FluxDialect:
    """What is said on one `/v2/listen` socket, and what it means. Positions are seconds of this connection's audio;
    places (`to_s`) are the call's, and `Timeline` knows both.
    """

    def __init__(
        self,
        post: Callable[[TranscriberEvent], None],
        send: Callable[[str | bytes], None],
        forcing: Forcing | None = None,
    ) -> None:
        self._post, self._send = post, send
        self._forcing = forcing or Forcing()
        self._forced_at: float | None = None
        """When `ForceEndTurn` was sent, until a turn has ended by it."""
        self._told = Told(post)
        self._lagging = Lagging(post)
        self.timeline = Timeline(TELEPHONE)
        self._questions = Questions(self.timeline)
        self._held = b""
        """Audio of a group that is not full."""
        self._audio_at: float | None = None
        """When audio was sent last; None before the socket is open."""
        self._looked_at = 0.0
        self._turn = _Turn()
        self._glue = " "
        self._reached = (0.0, 0.0)
        """The farthest position of any message, and when it came."""
        self._over_s = float("-inf")
        """Where Flux believed the turn to be over; not since the caller was heard again."""

    # ── the caller's side ────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, frame: bytes) -> None:
        """Send it, in groups; before the socket is open it waits alone, so that it can be taken back."""
        self.timeline.given += len(frame)
        self._held += frame
        position = self.timeline.sent + self.timeline.waiting + len(self._held)
        if self._audio_at is None or position % GROUP_BYTES == 0 or len(self._held) >= GROUP_BYTES:
            self._pass_on()

    def ask(self, to_s: float, at: float) -> None:
        """The words up to there are wanted: what is held goes out at once."""
        self._pass_on()
        if self._audio_at is not None and to_s <= self._told.until_s:
            self._told.final("", to_s)
            self._tell()
        elif self._questions.ask(to_s, at):
            self._answer()

    def dropped(self, size: int) -> None:
        """The oldest audio that waits is lost."""
        self.timeline.drop(size)
        self._lagging.dropped(size)

    def _pass_on(self) -> None:
        if self._held:
            audio, self._held = self._held, b""
            self.timeline.waiting += len(audio)
            self._send(audio)

    # ── the socket's side (offhook.speech.websocket.Dialect) ─────────────────────────────────────────────────────

    @property
    def wakeup_at(self) -> float | None:
        """When an answer is late, or audio."""
        if self._audio_at is None:
            return None
        silent_at = self._audio_at + NO_AUDIO_S
        if not self._questions.asked:
            return silent_at
        first, looked_at = self._questions.asked[0], self._looked_at
        looks = (first.sent_at + FORCE_S, first.sent_at + FINAL_S)
        return min(silent_at, next((look for look in looks if look > looked_at), looked_at + LOOK_AGAIN_S))

    def opened(self, at: float) -> None:
        """It hears from now on."""
        self._audio_at = self._looked_at = at
        self._reached = (0.0, at)
        self._questions.opened(at)
        self._post(TranscriberReady())

    def sent(self, message: str | bytes, at: float) -> None:
        """Count the audio; a question covers what was sent before it."""
        if isinstance(message, bytes):
            self._audio_at = at
            self.timeline.send(len(message))
            if self._questions.audio_sent(at):
                self._answer()

    def keep_alive(self) -> str | None:
        """There is none (KeepAlive is Nova's): silence is sent instead."""
        return None

    def goodbye(self) -> str | None:
        """So that the rest is not waited for, nor paid."""
        return CLOSE_STREAM

    def received(self, message: str | bytes, at: float) -> None:
        """One message. Raises `ProtocolViolation` for what is not JSON, `ProviderUnavailable` for an error."""
        kind = message_of(message)
        if kind.type in ("TurnInfo", None):
            info = decoded(message, _TURN_INFO)
            if kind.type is not None or info.event is not None:
                self._turn_info(info, at)
        elif kind.type == "Error":
            raise vendor_error(kind.code or "")

    def lost(self, at: float) -> None:
        """The stream has ended with an error; when that was our `ForceEndTurn`, it is never sent again."""
        if self._forced_at is not None and at - self._forced_at <= FORCED_S and self._forcing.is_known:
            self._forcing.is_known = False
            _LOG.warning("deepgram does not know ForceEndTurn at this address: turns end without it from now on")

    def wake(self, at: float) -> None:
        """An answer or the audio is late. Raises `ProviderTimeout`."""
        self._looked_at = at
        assert self._audio_at is not None, "nobody wakes a socket that is not open"
        if at >= self._audio_at + NO_AUDIO_S:
            self._fill(at - self._audio_at)
            self._audio_at = at
        if not self._questions.asked:
            return
        first, (reached_s, reached_at) = self._questions.asked[0], self._reached
        waited_s = at - first.sent_at
        if waited_s >= FORCE_S and not first.is_forced and self._turn.words and self._forcing.is_known:
            first.is_forced = True
            self._forced_at = at
            self._send(FORCE_END_TURN)
        if waited_s >= FINAL_S and reached_s >= first.until_s - HANGOVER_S:
            self._answer(at_least=1)
        elif at - max(first.sent_at, reached_at) >= STALL_S:
            raise ProviderTimeout(f"deepgram: owes a transcript and was silent for {STALL_S:g} s", provider=NAME)

    def _fill(self, length_s: float) -> None:
        """Silence in place of audio that did not come; what waits for the socket comes first."""
        if self.timeline.waiting:
            return
        self._pass_on()
        frames = round(min(length_s, MOST_SILENCE_S) / FRAME_S)
        self.timeline.add(frames * FRAME_BYTES)
        self._send(SILENCE_FRAME * frames)

    # ── turns ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _turn_info(self, info: _TurnInfo, at: float) -> None:
        index = info.turn_index
        if index is None or index > self._turn.index + MOST_SKIPPED:
            index = self._turn.index
        if index < self._turn.index:
            return  # Told twice: that turn is over.
        if index > self._turn.index:
            self._end_turn(index)
        reached_s = position_in(info.audio_window_end, self.timeline.sent_s)
        if reached_s is not None and reached_s > self._reached[0]:
            self._reached = (reached_s, at)
        turn = self._turn
        turn.words = _placed(self._words(info, turn.words), turn.words)
        match info.event:
            case "StartOfTurn":
                self._over_s = float("-inf")
            case "TurnResumed":
                self._over_s = float("-inf")
                if turn.is_expected:
                    turn.is_expected = False
                    self._tell()
                    self._post(TurnResumed())
            case "EagerEndOfTurn" | "EndOfTurn":
                self._over_s = self._reached[0] if reached_s is None else reached_s
                self._tell()
                if info.trigger != "manual":  # We said so ourselves: that is no belief.
                    turn.is_expected = True
                    told = info.end_of_turn_confidence
                    confidence = BELIEFS[info.event] if told is None else min(1.0, max(0.0, told))
                    self._post(TurnEndExpected(self._text(), self._reached_place_s, confidence))
                if info.event == "EndOfTurn":
                    self._forced_at = None
                    self._end_turn(index + 1)
        self._tell()
        self._answer()

    def _end_turn(self, next_index: int) -> None:
        """Its words will not change any more: told as far as they are not yet, with the questions that they answer."""
        rest = self._turn.rest
        self._turn = _Turn(next_index)
        if rest:
            answered = self._questions.take(self._covered)
            self._final(rest, max([self._reached_place_s, *(asked.to_s for asked in answered)]))

    def _words(self, info: _TurnInfo, before: list[TurnWord]) -> list[TurnWord]:
        """The turn's words; without their times where list and transcript do not agree. What says no words says
        nothing new.
        """
        words = [self._word(word, text) for word in info.words or () if (text := (word.word or "").strip())]
        if info.transcript is None:
            return before if info.words is None else words
        written = info.transcript.split()
        if len(words) == len(written):
            self._glue = " " if len(words) > 1 else self._glue
            return [TurnWord(text, word.start_s, word.end_s) for text, word in zip(written, words, strict=True)]
        if words and "".join(word.text for word in words) == "".join(written):
            self._glue = ""  # A language that is written without spaces.
            return words
        return [TurnWord(text) for text in written] or words

    def _word(self, word: _Word, text: str) -> TurnWord:
        sent_s = self.timeline.sent_s
        start_s, end_s = position_in(word.start, sent_s), position_in(word.end, sent_s)
        return TurnWord(text, start_s, end_s if start_s is None or end_s is None else max(start_s, end_s))

    @property
    def _covered(self) -> int:
        """So many questions, from the oldest on, are about what is known well."""
        return sum(1 for asked in self._questions.asked if self._is_covered(asked.until_s))

    def _is_covered(self, until_s: float) -> bool:
        return self._over_s >= until_s - HANGOVER_S or self._reached[0] >= until_s + SETTLED_S

    @property
    def _reached_place_s(self) -> float:
        return self.timeline.place_s(self._reached[0])

    def _answer(self, at_least: int = 0) -> None:
        """Post the final that the covered questions wait for: the words before the last of them."""
        if answered := self._questions.take(max(self._covered, at_least)):
            self._final(self._take(answered[-1].until_s), answered[-1].to_s)
            self._tell()

    def _final(self, words: list[TurnWord], to_s: float) -> None:
        """It reaches to the end of its last word at least: what is left of a word must not be heard once more."""
        word_end_s = words[-1].end_s if words else None
        if word_end_s is not None:
            to_s = max(to_s, self.timeline.place_s(word_end_s))
        self._told.final(self._glue.join(word.text for word in words), to_s)

    def _take(self, until_s: float) -> list[TurnWord]:
        """The turn's words before the position that no final has told, which are told by this."""
        turn, rest = self._turn, self._turn.rest
        count = next((at for at, word in enumerate(rest) if (word.start_s or 0.0) >= until_s - APART_S), len(rest))
        if count:
            turn.told = turn.words[: len(turn.words) - len(rest) + count]
        return rest[:count]

    def _text(self) -> str:
        return self._glue.join(word.text for word in self._turn.rest)

    def _tell(self) -> None:
        self._told.interim(self._text(), self._reached_place_s)


def _placed(words: list[TurnWord], before: list[TurnWord]) -> list[TurnWord]:
    """Words that do not say where they lie this time lie where they lay when they were told before."""
    if all(word.start_s is not None for word in words):
        return words
    return [
        replace(word, start_s=old.start_s, end_s=old.end_s) if word.start_s is None and _is_same(old, word) else word
        for word, old in zip_longest(words, before[: len(words)], fillvalue=TurnWord(""))
    ]


def _is_same(one: TurnWord, other: TurnWord) -> bool:
    return normalize(one.text) == normalize(other.text)
