"""What `/v1/listen` (Nova) makes of a stream, by audio position: interims, finals, `SpeechStarted`, `UtteranceEnd`."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from offhook.audio.frames import FRAME_S
from offhook.simulator.vendors.caller_words import CallerWords
from offhook.simulator.vendors.deepgram_format import HELD_FRAMES, Said, is_figure, is_filler, with_figures
from offhook.simulator.vendors.deepgram_query import Query, first, terms_problem

INTERIM_FRAMES: Final = 50
"""Nova tells what it has about once a second."""
FINAL_FRAMES: Final = 200
"""Speech without a pause, and silence, become final in pieces of about 4 s."""
NEVER: Final = 1 << 60
SEEN_SILENCE_FRAMES: Final = 15
"""Voice after so much silence is `SpeechStarted`."""
_JSON: Final = msgspec.json.Encoder()


def as_json(message: dict[str, Any]) -> str:
    """One line of the wire."""
    return _JSON.encode(message).decode()


@dataclass(frozen=True, slots=True)
class NovaWays:
    """How one server differs from another where the vendor leaves it open, or is at fault.

    finalize: `when_needed` gives no answer when there is nothing to finalize, `never` none at all.
    """

    finalize: Literal["always", "when_needed", "never"] = "always"
    duplicate_finals: bool = False
    early_s: float = 0.0
    """A final that is asked for ends so much before the audio that was heard, unless a word lies there."""
    is_irregular: bool = False
    """Interims come whenever they like, 0.2 to 2 s apart."""
    untimed: int = 0
    """In every so many-th result the words do not say where they lie."""
    is_strange: bool = False
    """With every final: a type nobody knows, fields nobody knows, an empty result, an `UtteranceEnd` out of order."""


class NovaHearing:
    """One stream. Positions are frames of 20 ms since its first audio."""

    def __init__(self, query: Query, ways: NovaWays) -> None:
        self._ways = ways
        self._words = CallerWords()
        self._said: list[Said] = []
        """Words that are not final."""
        self.frames = 0
        self.words = 0
        """Words heard so far."""
        self._begin = self._voice = self._told = 0
        """Where the next result begins; the last voice; the last result of any kind."""
        self._word_end = 0
        """Of the last word that is final; 0 once `UtteranceEnd` was told for it."""
        pause = first(query, "endpointing", "10")
        self._endpointing = NEVER if pause == "false" else max(1, round(int(pause) / 1000 / FRAME_S))
        self._gap = round(int(first(query, "utterance_end_ms", "0")) / 1000 / FRAME_S) or NEVER
        names = ("interim_results", "vad_events", "filler_words", "smart_format", "no_delay", "numerals")
        self._asked = {name for name in names if first(query, name) == "true"}
        self._told_count = 0
        """Results so far."""
        self.is_stuck = False
        """It hears and says nothing more, as after too many key terms in the middle of a stream."""
        self._takes_terms = first(query, "model").startswith("nova-3")

    def hear(self, frame: bytes) -> list[str] | None:
        """The next 20 ms; what is said for it, None for nothing."""
        self.frames = at = self.frames + 1
        words = self._words
        if words.hear(frame):
            begin = at - words.length // 2
            self.words += 1
            if "filler_words" in self._asked or not is_filler(words.text):
                self._said.append(Said(words.text, begin, begin + words.length))
        if self.is_stuck:
            return None
        if words.is_voice:
            started = at - self._voice > SEEN_SILENCE_FRAMES or self._voice == 0
            self._voice = at
            if started and "vad_events" in self._asked:
                return [as_json({"type": "SpeechStarted", "channel": [0, 1], "timestamp": round(at * FRAME_S, 3)})]
        elif self._said and at - self._voice >= max(self._endpointing, self._holds_back):
            return self._final(speech_final=True)
        elif self._word_end and at - self._word_end >= self._gap:
            return [self._utterance_end()]
        if at - self._told < self._interim_frames:
            return None
        self._told = at
        # A piece ends between words, never inside one.
        if at - self._begin >= FINAL_FRAMES and not words.is_voice and at - self._voice >= self._holds_back:
            return self._final()
        return [self._results()] if "interim_results" in self._asked else None

    def control(self, message: str) -> list[str]:
        """A text message of the client."""
        try:
            kind = msgspec.json.decode(message, type=dict).get("type")
        except msgspec.DecodeError:
            kind = None
        match kind:
            case "KeepAlive":
                return []
            case "Finalize":
                how = self._ways.finalize
                is_silent = how == "never" or (how == "when_needed" and not self._said)
                return [] if is_silent else self._final(from_finalize=True)
            case "CloseStream":
                metadata = {"type": "Metadata", "transaction_key": "deprecated", "request_id": "1", "sha256": "0" * 64,
                            "created": "2026-01-01T00:00:00.000Z", "duration": self._at_s, "channels": 1}  # fmt: skip
                return [*(self._final() if self._said else []), as_json(metadata)]
            case "Configure" if self._takes_terms:
                return self._configure(message)
            case "Configure":
                return [as_json({"type": "ConfigureFailure", "code": "CONFIGURE_KEYTERMS_NOT_SUPPORTED"})]
        what = "could not parse text message"
        return [as_json({"type": "Error", "variant": "SchemaError", "description": what, "message": message[:200]})]

    def error(self) -> str:
        """Something went wrong on its side."""
        return as_json({"type": "Error", "variant": "InternalError", "description": "out of order", "message": ""})

    def _configure(self, message: str) -> list[str]:
        terms = msgspec.json.decode(message, type=dict).get("keyterms") or []
        if terms_problem(terms):
            # "An over-limit update stops transcription without an Error" (change log of 8 October 2026).
            self.is_stuck = True
            return []
        return [as_json({"type": "ConfigureSuccess"})]

    @property
    def _at_s(self) -> float:
        return round(self.frames * FRAME_S, 3)

    @property
    def _interim_frames(self) -> int:
        return 10 + self._told_count * 37 % 91 if self._ways.is_irregular else INTERIM_FRAMES

    @property
    def _formats(self) -> bool:
        return "smart_format" in self._asked and "no_delay" not in self._asked

    @property
    def _holds_back(self) -> int:
        """Frames of silence that a number at the end is waited for: it may go on."""
        return HELD_FRAMES if self._formats and self._said and is_figure(self._said[-1].text) else 0

    def _final(self, **flags: bool) -> list[str]:
        """The words since the last final."""
        heard = self.frames
        if flags.get("from_finalize") and self._ways.early_s:
            last = self._said[-1].end if self._said else self._begin
            self.frames = max(last, self._begin, heard - round(self._ways.early_s / FRAME_S))
            self.frames = min(self.frames, heard)
        result = self._results(is_final=True, **flags)
        answers = [result] * (2 if self._ways.duplicate_finals else 1)
        if self._ways.is_strange:
            answers = [as_json({"type": "Telemetry", "load": 0.5}), self._utterance_end(), *answers]
        if self._said:
            self._word_end = self._said[-1].end
        self._said, self._begin, self._told = [], self.frames, heard
        if self._ways.is_strange:
            answers.append(self._results(is_final=True))
        self.frames = heard
        return answers

    def _utterance_end(self) -> str:
        end_s, self._word_end = round(self._word_end * FRAME_S, 3), 0
        return as_json({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": end_s})

    def _results(self, **flags: bool) -> str:
        self._told_count += 1
        is_timed = not self._ways.untimed or self._told_count % self._ways.untimed
        said = self._said
        if "numerals" in self._asked or self._formats:
            said = with_figures(said, single="numerals" in self._asked)
        words: list[dict[str, Any]] = [
            {"word": text.lower(), "punctuated_word": text, "confidence": 0.99}
            | ({"start": round(begin * FRAME_S, 3), "end": round(end * FRAME_S, 3)} if is_timed else {})
            for text, begin, end in said
        ]
        best: dict[str, Any] = {"transcript": " ".join(word.text for word in said), "confidence": 0.99}
        best["words"] = words
        message = {
            "type": "Results", "channel_index": [0, 1], "start": round(self._begin * FRAME_S, 3),
            "duration": round((self.frames - self._begin) * FRAME_S, 3), "is_final": False, "speech_final": False,
            "from_finalize": False, **flags, "channel": {"alternatives": [best]},
            "metadata": {"request_id": "1", "model_info": {"name": "stand-in", "version": "1", "arch": "nova"},
                         "model_uuid": "1"},
        }  # fmt: skip
        if self._ways.is_strange:
            message |= {"sentiment": None, "extra": {"nobody": ["knows", 1]}}
        return as_json(message)
