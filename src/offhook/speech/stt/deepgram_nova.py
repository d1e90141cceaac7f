"""What is said on Deepgram's live socket, and what it means: no I/O, time is passed in.

Deepgram tells positions in seconds of this connection's audio. They decide which question a result answers and keep a
word from being told twice: a `Finalize` is usually answered by a result with `from_finalize`, but not when nothing is
left to finalize, and its own endpointing may have been quicker. What it makes final by itself is told at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from offhook.core.events import TranscriberReady
from offhook.core.formats import TELEPHONE
from offhook.errors import ProviderTimeout
from offhook.speech.ports import TranscriberEvent
from offhook.speech.stt.deepgram_errors import NAME, vendor_error
from offhook.speech.stt.deepgram_questions import Asked, Questions
from offhook.speech.stt.deepgram_wire import decoded, message_of, position_in
from offhook.speech.stt.deepgram_words import TurnWord, told_count
from offhook.speech.stt.lagging import Lagging
from offhook.speech.stt.timeline import Timeline
from offhook.speech.stt.told import Told

GROUP_BYTES: Final = 640
"""80 ms: words come at most so much later while the caller speaks, and none later that were asked for."""
FINALIZE: Final = '{"type":"Finalize"}'
KEEP_ALIVE: Final = '{"type":"KeepAlive"}'
CLOSE_STREAM: Final = '{"type":"CloseStream"}'
SETTLED_S: Final = 0.6
"""After `Finalize`: when all words are final already, no answer by then means that there is nothing to add."""
FINAL_S: Final = 1.2
"""After `Finalize`: then the interim has to do, if Deepgram has heard so far. A call waits 1.4 s."""
STALL_S: Final = 3.0
"""Owing an answer and not moving for so long, the stream is dead."""
LOOK_AGAIN_S: Final = 0.3
NEAR_S: Final = 0.1
"""Positions that differ by less are the same: Deepgram counts in its own steps."""
HANGOVER_S: Final = 0.06
"""Silence at the end of a talk spurt, before `Finalize`: no word can lie in it."""
OVERLAP_S: Final = 0.05
APART_S: Final = 0.05
"""A word that begins this close to a question, or behind it, is of the next talk spurt."""
MOST_LETTERS: Final = 20_000
"""Of one result."""

# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Word(msgspec.Struct, frozen=True):
    word: str | None = None
    punctuated_word: str | None = None
    start: float | None = None
    end: float | None = None

    @property
    def text(self) -> str:
        return self.punctuated_word or self.word or ""


class _Alternative(msgspec.Struct, frozen=True):
    transcript: str | None = None
    words: list[_Word] | None = None


class _Channel(msgspec.Struct, frozen=True):
    alternatives: list[_Alternative] | None = None


class _Results(msgspec.Struct, frozen=True):
    """What matters of a `Results` message; all of it may be missing."""

    channel: _Channel | None = None
    start: float | None = None
    length_s: float | None = msgspec.field(default=None, name="duration")
    is_final: bool | None = None
    speech_final: bool | None = None
    from_finalize: bool | None = None

    @property
    def stays(self) -> bool:
        """Its words will not change any more."""
        return bool(self.is_final or self.speech_final or self.from_finalize)

    @property
    def best(self) -> _Alternative | None:
        alternatives = self.channel.alternatives if self.channel is not None else None
        return alternatives[0] if alternatives else None


_RESULTS: Final = msgspec.json.Decoder(_Results)


class _Told(NamedTuple):
    """A word and its place, in seconds of the connection's audio."""

    text: str
    start_s: float
    end_s: float

    @property
    def middle_s(self) -> float:
        return (self.start_s + self.end_s) / 2


@dataclass(frozen=True, slots=True)
class _Interim:
    """Text that may still change."""

    text: str = ""
    words: tuple[_Told, ...] = ()
    """With their places; none where Deepgram gives none."""
    end_s: float = 0.0
    """The position that it reaches."""

    def split(self, until_s: float) -> tuple["_Interim", "_Interim"]:
        """What is said before a question, and what is said behind it."""
        if not self.words:
            return self, _Interim()
        before = tuple(word for word in self.words if word.start_s < until_s - APART_S)
        behind = self.words[len(before) :]
        end_s = before[-1].end_s if before else 0.0
        return _Interim(_joined(before), before, end_s), _Interim(_joined(behind), behind, self.end_s)


def _joined(words: tuple[_Told, ...]) -> str:
    return " ".join(word.text for word in words)


class NovaDialect:
    """What is said on one `/v1/listen` socket, and what it means. Positions are seconds of this connection's audio;
    places (`to_s`) are the call's, and `Timeline` knows both.
    """

    def __init__(self, post: Callable[[TranscriberEvent], None], send: Callable[[str | bytes], None]) -> None:
        self._post, self._send = post, send
        self._told = Told(post)
        self._lagging = Lagging(post)
        self.timeline = Timeline(TELEPHONE)
        self._questions = Questions(self.timeline)
        self._is_open = False
        self._held = b""
        """Audio that waits for more: a quarter of the messages is a quarter of the cost, and a question lets it go at
        once."""
        self.wakeup_at: float | None = None
        self._interim = _Interim()
        self._final_until = 0.0
        """The position up to which Deepgram's words are final, or were taken for it."""
        self._reached = (0.0, 0.0)
        """The farthest position of any result, and when it came."""
        self._stood_in: list[TurnWord] = []
        """Words of the interim that had to do, which their final may tell again."""
        self._overdue = 0
        """`Finalize` messages that were answered otherwise, so that their own answer may still come."""

    # ── the caller's side ────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, frame: bytes) -> None:
        """Send it, four by four; before the socket is open it waits alone, so that it can be taken back."""
        self.timeline.given += len(frame)
        self._held += frame
        if not self._is_open or len(self._held) >= GROUP_BYTES:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._held:
            audio, self._held = self._held, b""
            self.timeline.waiting += len(audio)
            self._send(audio)

    def ask(self, to_s: float, at: float) -> None:
        """The words up to there are wanted: `Finalize`, unless all of them are final already."""
        self._pass_on()
        if self._is_open and to_s <= self._told.until_s:
            self._told.final("", to_s)
            self._tell()
            return
        is_sent = self._questions.ask(to_s, at)
        if is_sent and len(self._questions.asked) == 1 and self._is_settled(self._questions.asked[0]):
            self._answer(_Interim(), 1)
        else:
            self._send(FINALIZE)
        self._set_wakeup(at)

    def dropped(self, size: int) -> None:
        """The oldest audio that waits is lost."""
        self.timeline.drop(size)
        self._lagging.dropped(size)

    # ── the socket's side (offhook.speech.websocket.Dialect) ─────────────────────────────────────────────────────

    def opened(self, at: float) -> None:
        """It hears from now on."""
        self._is_open = True
        self._reached = (0.0, at)
        self._questions.opened(at)
        self._post(TranscriberReady())
        self._set_wakeup(at)

    def sent(self, message: str | bytes, at: float) -> None:
        """Count the audio; a question covers what was sent before it."""
        if isinstance(message, bytes):
            self.timeline.send(len(message))
            if self._questions.audio_sent(at):
                self._set_wakeup(at)

    def keep_alive(self) -> str | None:
        """Deepgram closes with NET-0001 after 10 s without a word from us."""
        return KEEP_ALIVE

    def goodbye(self) -> str | None:
        """So that the rest is not waited for, nor paid."""
        return CLOSE_STREAM

    def lost(self, at: float) -> None:
        """The stream has ended with an error."""

    def received(self, message: str | bytes, at: float) -> None:
        """One message. Raises `ProtocolViolation` for what is not JSON, `ProviderUnavailable` for an error."""
        kind = message_of(message)
        if kind.type in ("Results", None):
            results = decoded(message, _RESULTS)
            if kind.type is not None or results.best is not None:
                self._results(results, at)
        elif kind.type == "Error":
            raise vendor_error(kind.variant or "")

    def wake(self, at: float) -> None:
        """An answer is late: do without it if all that was said is known. Raises `ProviderTimeout`."""
        if self._questions.asked:
            first, (reached_s, reached_at) = self._questions.asked[0], self._reached
            waited_s = at - first.sent_at
            is_heard = reached_s >= first.until_s - NEAR_S
            if (waited_s >= SETTLED_S and self._is_settled(first)) or (waited_s >= FINAL_S and is_heard):
                self._do_without(first)
            elif at - max(first.sent_at, reached_at) >= STALL_S:
                raise ProviderTimeout(f"deepgram: owes a transcript and was silent for {STALL_S:g} s", provider=NAME)
        self._set_wakeup(at)

    def _is_settled(self, asked: Asked) -> bool:
        """All words up to there are final."""
        is_final = self._final_until >= max(asked.until_s - HANGOVER_S, NEAR_S)
        return is_final and not self._interim.split(asked.until_s)[0].text

    def _set_wakeup(self, at: float) -> None:
        if not self._is_open or not self._questions.asked:
            self.wakeup_at = None
            return
        sent_at = self._questions.asked[0].sent_at
        looks = (sent_at + SETTLED_S, sent_at + FINAL_S)
        self.wakeup_at = next((look for look in looks if look > at), at + LOOK_AGAIN_S)

    # ── results ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _results(self, results: _Results, at: float) -> None:
        start_s, end_s = self._stretch(results)
        if start_s is not None:
            self._pass_to(start_s)
        if end_s is not None and end_s > self._reached[0]:
            self._reached = (end_s, at)
        new = self._new_text(results, start_s, end_s)
        if not results.stays:
            if new is not None:
                self._interim = new
                self._tell()
            return
        if new is None:
            # A final that does not say its words: those of the interim are theirs.
            new, self._interim = self._interim.split(end_s) if end_s is not None else (self._interim, _Interim())
        else:
            self._interim = _Interim()
        covered = self._covered(results, end_s)
        end_s = end_s if end_s is not None else (new.end_s or self._reached[0])
        self._final_until = max(self._final_until, end_s)
        if covered:
            self._overdue += covered - bool(results.from_finalize)
            self._answer(new, covered)
            self._set_wakeup(at)
        elif new.text:
            self._final(new, self.timeline.place_s(end_s))
        else:
            self._tell()

    def _stretch(self, results: _Results) -> tuple[float | None, float | None]:
        """Where the result begins and ends, as far as it says so."""
        sent_s = self.timeline.sent_s
        start_s = position_in(results.start, sent_s)
        if start_s is None or results.length_s is None or results.length_s < 0.0:
            return start_s, None
        return start_s, position_in(start_s + results.length_s, sent_s)

    def _pass_to(self, start_s: float) -> None:
        """A result begins behind words that were only interim: their final was missed, and they stay."""
        if not self._interim.text or start_s <= self._final_until + NEAR_S:
            return
        before, behind = self._interim.split(start_s)
        if before.text and before.end_s <= start_s + NEAR_S:
            self._interim = behind
            self._final_until = max(self._final_until, before.end_s)
            self._final(before, self.timeline.place_s(before.end_s))

    def _covered(self, results: _Results, end_s: float | None) -> int:
        """How many of the questions this final answers, the oldest first."""
        covered = 0
        if end_s is not None:
            covered = sum(1 for asked in self._questions.asked if asked.until_s <= end_s + NEAR_S)
        is_again = end_s is not None and end_s <= self._final_until
        if results.from_finalize and not covered and self._questions.asked and not is_again:
            if self._overdue:
                # The answer to an earlier question, which was done without.
                self._overdue -= 1
                return 0
            return 1
        return covered

    def _answer(self, words: _Interim, count: int) -> None:
        """Post the final that the oldest questions wait for; it may reach farther than they do."""
        to_s = self._questions.take(count)[-1].to_s
        self._final(words, max(to_s, self.timeline.place_s(self._final_until)))
        self._tell()

    def _final(self, words: _Interim, to_s: float) -> None:
        """It reaches to the end of its last word at least: what is left of a word must not be heard once more."""
        if words.text:
            to_s = max(to_s, self.timeline.place_s(words.end_s))
        self._told.final(words.text[-MOST_LETTERS:], to_s)

    def _do_without(self, first: Asked) -> None:
        """No answer will come: the interim has to do, and is not told again when it becomes final after all."""
        before, self._interim = self._interim.split(first.until_s)
        self._stood_in = [TurnWord(word) for word in before.text.split()]
        self._final_until = max(self._final_until, before.end_s if before.text else 0.0)
        self._overdue += 1
        self._answer(before, 1)

    def _new_text(self, results: _Results, start_s: float | None, end_s: float | None) -> _Interim | None:
        """The text less what was told already: a final that comes twice, or after its interim had to do. None when the
        result does not say its words.
        """
        heard = self._heard(results)
        if heard is None:
            return None
        text, words = heard
        if words:
            start_s = words[0].start_s if start_s is None else start_s
            end_s = words[-1].end_s if end_s is None else end_s
        reached_s = max(end_s or 0.0, words[-1].end_s if words else 0.0)
        if start_s is not None and end_s is not None and start_s < self._final_until and end_s <= self._final_until:
            return _Interim("", (), end_s)
        if start_s is None or end_s is None or start_s >= self._final_until - OVERLAP_S:
            return _Interim(text, words, reached_s)
        if not words:
            said = [TurnWord(word) for word in text.split()]
            return _Interim(" ".join(word.text for word in said[told_count(said, self._stood_in) :]), (), reached_s)
        new = tuple(word for word in words if word.middle_s > self._final_until)
        return _Interim(_joined(new), new, reached_s)

    def _heard(self, results: _Results) -> tuple[str, tuple[_Told, ...]] | None:
        """Text, and its words where all of them say their places: smart formatting may make one word of several."""
        best, sent_s = results.best, self.timeline.sent_s
        if best is None or (best.transcript is None and best.words is None):
            return None
        named = [word for word in best.words or () if word.text]
        text = " ".join((best.transcript or "").split()) or " ".join(word.text for word in named)
        words = []
        for word in named:
            begin_s, end_s = position_in(word.start, sent_s), position_in(word.end, sent_s)
            if begin_s is None:
                break
            words.append(_Told(word.text, begin_s, max(begin_s, end_s if end_s is not None else begin_s)))
        told = tuple(words)
        return text, told if _joined(told) == text else ()

    def _tell(self) -> None:
        self._told.interim(self._interim.text[-MOST_LETTERS:], self.timeline.place_s(self._reached[0]))
