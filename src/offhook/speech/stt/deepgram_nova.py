"""What is said on Deepgram's live socket, and what it means: no I/O, time is passed in.

Deepgram tells positions in seconds of this connection's audio. They decide which question a result answers and keep a
word from being told twice: a `Finalize` is usually answered by a result with `from_finalize`, but not when nothing is
left to finalize, and its own endpointing may have been quicker.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from offhook.core.events import TranscriberLagging, TranscriberReady, TranscriptChanged, TranscriptFinal
from offhook.errors import ProtocolViolation, ProviderTimeout, ProviderUnavailable
from offhook.speech.ports import TranscriberEvent

NAME: Final = "deepgram"
BYTES_PER_S: Final = 8000
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
HANGOVER_S: Final = 0.4
"""Silence at the end of a talk spurt, before `Finalize`: no word can lie in it."""
OVERLAP_S: Final = 0.05
MOST_ASKED: Final = 32
MOST_LETTERS: Final = 20_000
"""Of text that no final was asked for."""
LAGGING_EVERY: Final = BYTES_PER_S

# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Word(msgspec.Struct, frozen=True):
    word: str = ""
    punctuated_word: str = ""
    start: float = 0.0


class _Alternative(msgspec.Struct, frozen=True):
    transcript: str = ""
    words: list[_Word] = []


class _Channel(msgspec.Struct, frozen=True):
    alternatives: list[_Alternative] = []


class _Results(msgspec.Struct, frozen=True):
    """What matters of a `Results` message; all of it may be missing."""

    channel: _Channel = _Channel()
    start: float | None = None
    length_s: float | None = msgspec.field(default=None, name="duration")
    is_final: bool = False
    speech_final: bool = False
    from_finalize: bool = False

    @property
    def end_s(self) -> float | None:
        return None if self.start is None or self.length_s is None else self.start + self.length_s


class _Message(msgspec.Struct, frozen=True):
    type: str = ""
    variant: str = ""
    description: str = ""


_MESSAGE: Final = msgspec.json.Decoder(_Message)
_RESULTS: Final = msgspec.json.Decoder(_Results)


@dataclass(eq=False, slots=True)
class _Asked:
    """A final that is owed. `spurt` is None when the same was asked again later."""

    spurt: int | None
    sent_at: float = 0.0
    until_s: float = 0.0
    """Position: the audio sent before it."""


class NovaDialect:
    """What is said on one `/v1/listen` socket, and what it means. Positions are seconds of this connection's audio."""

    def __init__(self, post: Callable[[TranscriberEvent], None]) -> None:
        self._post = post
        self._unsent: deque[_Asked] = deque()
        self._asked: deque[_Asked] = deque()
        """On their way, in order."""
        self.wakeup_at: float | None = None
        self._sent = 0
        """Bytes of audio."""
        self._said: deque[str] = deque()
        """Final pieces since the last final that was posted."""
        self._interim = ("", 0.0)
        """Text that may still change, and the position it reaches."""
        self._posted = ""
        self._told_until = 0.0
        """Words before this position are among the final pieces, or were posted."""
        self._reached = (0.0, 0.0)
        """The farthest position of any result, and when it came."""
        self._overdue = 0
        """`Finalize` messages that were answered otherwise, so that their own answer may still come."""
        self._dropped = self._dropped_told = 0

    # ── the caller's side ────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, spurt: int) -> None:
        """A `Finalize` for this spurt is about to be sent."""
        for asked in (*self._asked, *self._unsent):
            if asked.spurt == spurt:
                asked.spurt = None
        self._unsent.append(_Asked(spurt))

    def dropped(self, size: int) -> None:
        """Tell at the first drop, then once for each second of audio."""
        self._dropped += size
        if self._dropped_told == 0 or self._dropped - self._dropped_told >= LAGGING_EVERY:
            self._post(TranscriberLagging(dropped_s=(self._dropped - self._dropped_told) / BYTES_PER_S))
            self._dropped_told = self._dropped

    # ── the socket's side (offhook.speech.websocket.Dialect) ─────────────────────────────────────────────────────

    def opened(self, at: float) -> None:
        """It hears from now on."""
        self._reached = (0.0, at)
        self._post(TranscriberReady())

    def sent(self, message: str | bytes, at: float) -> None:
        """Count the audio; a question covers what was sent before it."""
        if isinstance(message, bytes):
            self._sent += len(message)
        elif message == FINALIZE:
            asked = self._unsent.popleft()
            asked.sent_at, asked.until_s = at, self._sent / BYTES_PER_S
            self._asked.append(asked)
            if len(self._asked) > MOST_ASKED:
                self._asked.popleft()
            self._set_wakeup(at)

    def keep_alive(self) -> str | None:
        """Deepgram closes with NET-0001 after 10 s without a word from us."""
        return KEEP_ALIVE

    def goodbye(self) -> str | None:
        """So that the rest is not waited for, nor paid."""
        return CLOSE_STREAM

    def received(self, message: str | bytes, at: float) -> None:
        """One message. Raises `ProtocolViolation` for what is not JSON, `ProviderUnavailable` for an error."""
        try:
            kind = _MESSAGE.decode(message)
            if kind.type == "Results":
                self._results(_RESULTS.decode(message), at)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProtocolViolation("deepgram: sent what is not in its protocol", provider=NAME) from error
        if kind.type == "Error":
            # What it says of our message is not repeated: that might hold anything.
            raise ProviderUnavailable(f"deepgram: error {kind.variant[:60]!r}", provider=NAME)

    def wake(self, at: float) -> None:
        """An answer is late: do without it if all that was said is known. Raises `ProviderTimeout`."""
        if self._asked:
            first, (reached_s, reached_at) = self._asked[0], self._reached
            text, _ = self._interim
            waited_s = at - first.sent_at
            is_settled = not text and self._told_until >= max(first.until_s - HANGOVER_S, NEAR_S)
            is_heard = reached_s >= first.until_s - NEAR_S
            if (waited_s >= SETTLED_S and is_settled) or (waited_s >= FINAL_S and is_heard):
                self._do_without(first)
            elif at - max(first.sent_at, reached_at) >= STALL_S:
                raise ProviderTimeout(f"deepgram: owes a transcript and was silent for {STALL_S:g} s", provider=NAME)
        self._set_wakeup(at)

    def _set_wakeup(self, at: float) -> None:
        if not self._asked:
            self.wakeup_at = None
            return
        sent_at = self._asked[0].sent_at
        looks = (sent_at + SETTLED_S, sent_at + FINAL_S)
        self.wakeup_at = next((look for look in looks if look > at), at + LOOK_AGAIN_S)

    # ── results ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _results(self, results: _Results, at: float) -> None:
        end_s = results.end_s
        if end_s is not None and end_s > self._reached[0]:
            self._reached = (end_s, at)
        text = self._new_text(results)
        if not (results.is_final or results.speech_final or results.from_finalize):
            self._interim = (text, end_s or 0.0)
            self._tell()
            return
        self._keep(text)
        self._interim = ("", 0.0)
        self._told_until = max(self._told_until, end_s or 0.0)
        covered = self._covered(results)
        if covered:
            if not results.from_finalize:
                self._overdue += covered
            self._answer(covered)
            self._set_wakeup(at)
        else:
            self._tell()

    def _covered(self, results: _Results) -> int:
        """How many of the questions this final answers, the oldest first."""
        end_s = results.end_s
        covered = 0
        if end_s is not None:
            covered = sum(1 for asked in self._asked if asked.until_s <= end_s + NEAR_S)
        if results.from_finalize and not covered and self._asked:
            if self._overdue:
                # The answer to an earlier question, which was done without.
                self._overdue -= 1
                return 0
            return 1
        return covered

    def _answer(self, count: int) -> None:
        """Post the finals of the oldest questions: the text to the last, since a call may be done with the others."""
        answered = [asked.spurt for asked in (self._asked.popleft() for _ in range(count)) if asked.spurt is not None]
        for spurt in answered[:-1]:
            self._post(TranscriptFinal("", spurt))
        for spurt in answered[-1:]:
            text, self._posted = self._text(), ""
            self._said.clear()
            self._post(TranscriptFinal(text, spurt))

    def _do_without(self, first: _Asked) -> None:
        """No answer will come: the interim has to do, and is not told again when it becomes final after all."""
        assert self._asked[0] is first
        text, end_s = self._interim
        self._keep(text)
        self._told_until = max(self._told_until, end_s if text else 0.0)
        self._interim = ("", 0.0)
        self._overdue += 1
        self._answer(1)

    def _new_text(self, results: _Results) -> str:
        """The text less what was told already: a final that comes twice, or after its interim had to do."""
        best = next(iter(results.channel.alternatives), _Alternative())
        start_s, end_s = results.start, results.end_s
        if start_s is None or end_s is None or start_s >= self._told_until - OVERLAP_S:
            return " ".join(best.transcript.split())
        if end_s <= self._told_until:
            return ""
        if not best.words:
            return " ".join(best.transcript.split())
        new = [word for word in best.words if word.start >= self._told_until - OVERLAP_S]
        return " ".join(word.punctuated_word or word.word for word in new)

    def _keep(self, text: str) -> None:
        if not text:
            return
        self._said.append(text)
        while len(self._said) > 1 and sum(map(len, self._said)) > MOST_LETTERS:
            self._said.popleft()

    def _text(self) -> str:
        return " ".join([*self._said, self._interim[0]]).strip()[-MOST_LETTERS:]

    def _tell(self) -> None:
        text = self._text()
        if text and text != self._posted:
            self._posted = text
            self._post(TranscriptChanged(text))
