"""What `/v2/listen` (Flux) makes of one stream, by audio position: the state machine of turns with its guarantees.

StartOfTurn ─▶ Update ... ─▶ EagerEndOfTurn ─▶ EndOfTurn      (with the same transcript)
                   ▲               │
                   └─ TurnResumed ◀┘                           (before the transcript changes)
"""

from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from offhook.audio.frames import FRAME_S
from offhook.simulator.vendors.caller_words import CallerWords
from offhook.simulator.vendors.deepgram_query import V2_BOUNDS, Query, first, threshold_problem
from offhook.simulator.vendors.deepgram_v1 import as_json

UPDATE_FRAMES: Final = 12
"""An `Update` for about a quarter of a second of audio."""
HIGHEST: Final = 0.99
"""Confidence: with a threshold of 1.0 a turn never ends by itself."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Confidence in the end of the turn, as it grows with the silence after a word."""

    at_once: float
    per_s: float


DONE: Final = Belief(0.41, 1.11)
"""After a word that ends its speaker's turn: 0.5 after 80 ms, 0.7 after 260 ms, the vendor's own figures."""
UNFINISHED: Final = Belief(0.05, 0.25)
"""After any other: 0.5 after 1.8 s."""


@dataclass(frozen=True, slots=True)
class FluxWays:
    """How one server differs from another."""

    done: Belief = DONE
    unfinished: Belief = UNFINISHED
    updates_in_silence: bool = True
    """Without, there is nothing to be heard of a turn between its last word and its end."""
    is_old: bool = False
    """A server from before July 2026: it does not know `ForceEndTurn`, nor an `eot_threshold` above 0.9."""
    untimed: int = 0
    """In every so many-th message the words do not say where they lie."""
    step: int = 1
    """It looks at so many frames at once, and says nothing in between."""
    revises: bool = False
    """The newest word is heard wrongly at first, and put right with the next one or at the end."""


@dataclass(slots=True)
class _Turn:
    index: int
    begin: int
    said: list[tuple[str, int, int]] = field(default_factory=list)
    is_eager: bool = False
    """`EagerEndOfTurn` was told and not taken back."""


class FluxHearing:
    """One stream. Positions are frames of 20 ms since its first audio."""

    def __init__(self, query: Query, ways: FluxWays) -> None:
        self._ways = ways
        self._caller = CallerWords()
        self._turn = _Turn(0, 0)
        self.frames = 0
        self.words = 0
        """Words heard so far."""
        self._voice = self._told = 0
        """The last voice; the last message about the turn."""
        self._sequence = 0
        self._step: list[bytes] = []
        """Frames of a step that is not full."""
        self._thresholds = {name: float(first(query, name)) for name in V2_BOUNDS if query.get(name)}
        self._thresholds = {"eot_threshold": 0.7, "eot_timeout_ms": 5000.0, **self._thresholds}
        self._terms = list(query.get("keyterm", ()))
        self._hints = list(query.get("language_hint", ()))
        self._is_multi = first(query, "model").endswith("-multi")

    def connected(self) -> str:
        """The first message."""
        return self._message({"type": "Connected"})

    def hear(self, frame: bytes) -> list[str] | None:
        """The next 20 ms; what is said for it, None for nothing."""
        if self._ways.step == 1:
            return self._hear(frame)
        self._step.append(frame)
        if len(self._step) < self._ways.step:
            return None
        frames, self._step = self._step, []
        return [answer for each in frames for answer in self._hear(each) or ()]

    def _hear(self, frame: bytes) -> list[str] | None:
        self.frames = at = self.frames + 1
        caller, turn = self._caller, self._turn
        if caller.hear(frame):
            self._voice = at
            return self._word()
        if caller.is_voice:
            self._voice = at
        elif turn.said and (answers := self._silence()):
            return answers
        if at - self._told < UPDATE_FRAMES:
            return None
        if turn.said and not caller.is_voice and not self._ways.updates_in_silence:
            return None
        return [self._info("Update")]

    def control(self, message: str) -> list[str]:
        """A text message of the client."""
        try:
            document = msgspec.json.decode(message, type=dict)
        except msgspec.DecodeError:
            document = {}
        match document.get("type"):
            case "ForceEndTurn" if not self._ways.is_old:
                return [self._end("manual")] if self._turn.said else []
            case "Configure":
                return [self._configure(document)]
            case "CloseStream":
                # It makes nothing final: no EndOfTurn, no Metadata, and no code when it closes.
                return [self._info("Update")]
        # KeepAlive and Finalize are v1's.
        return [self._message({"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE", "description": "not a message"})]

    def error(self) -> str:
        """Something went wrong on its side: the socket closes behind it."""
        return self._message({"type": "Error", "code": "INTERNAL_SERVER_ERROR", "description": "out of order"})

    # ── the turn ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _word(self) -> list[str]:
        turn, caller = self._turn, self._caller
        begin = self.frames - caller.length // 2
        answers = list[str]()
        if turn.is_eager:
            turn.is_eager = False
            answers.append(self._info("TurnResumed"))
        turn.said.append((caller.text, begin, begin + caller.length))
        self.words += 1
        if len(turn.said) == 1:
            answers.append(self._info("StartOfTurn"))
        return answers

    def _silence(self) -> list[str]:
        turn, thresholds = self._turn, self._thresholds
        confidence = self._confidence()
        answers = list[str]()
        eager = thresholds.get("eager_eot_threshold")
        if eager is not None and not turn.is_eager and confidence >= eager:
            turn.is_eager = True
            answers.append(self._info("EagerEndOfTurn"))
        if confidence >= thresholds["eot_threshold"]:
            answers.append(self._end("model"))
        elif (self.frames - self._voice) * FRAME_S * 1000 >= thresholds["eot_timeout_ms"]:
            answers.append(self._end("timeout"))
        return answers

    def _end(self, trigger: str) -> str:
        info = self._info("EndOfTurn", trigger=trigger)
        self._turn = _Turn(self._turn.index + 1, self.frames)
        return info

    def _confidence(self) -> float:
        if not self._turn.said or self._caller.is_voice:
            return 0.01
        belief = self._ways.done if self._caller.ends_turn else self._ways.unfinished
        return round(min(HIGHEST, belief.at_once + belief.per_s * (self.frames - self._voice) * FRAME_S), 4)

    # ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _info(self, event: str, **more: str) -> str:
        self._told, turn = self.frames, self._turn
        is_timed = not self._ways.untimed or self._sequence % self._ways.untimed
        heard: list[dict[str, Any]] = [
            {"word": text, "confidence": 0.99}
            | ({"start": round(begin * FRAME_S, 3), "end": round(end * FRAME_S, 3)} if is_timed else {})
            for text, begin, end in turn.said
        ]
        if self._ways.revises and heard and event in ("StartOfTurn", "Update"):
            heard[-1]["word"] = f"{heard[-1]['word']}..."[::-1]
        if self._is_multi and heard:
            more = {**more, "languages": ["en"], **({"languages_hinted": self._hints} if self._hints else {})}  # type: ignore[dict-item]
        return self._message(
            {
                "type": "TurnInfo", "event": event, "turn_index": turn.index,
                "audio_window_start": round(turn.begin * FRAME_S, 3),
                "audio_window_end": round(self.frames * FRAME_S, 3),
                "transcript": " ".join(str(word["word"]) for word in heard), "words": heard,
                "end_of_turn_confidence": self._confidence(), **more,
            }
        )  # fmt: skip

    def _message(self, body: dict[str, Any]) -> str:
        message = {**body, "request_id": "00000000-0000-0000-0000-000000000001", "sequence_id": self._sequence}
        self._sequence += 1
        return as_json(message)

    def _configure(self, document: dict[str, Any]) -> str:
        wanted = document.get("thresholds", {})
        problem = ""
        if not isinstance(wanted, dict) or not wanted.keys() <= V2_BOUNDS.keys():
            problem = "thresholds holds a name that is not known."
        else:
            problems = (threshold_problem(name, value) for name, value in wanted.items())
            problem = next((text for text in problems if text), "")
        merged = self._thresholds if problem else {**self._thresholds, **{n: float(v) for n, v in wanted.items()}}
        if merged.get("eager_eot_threshold", 0.0) > merged["eot_threshold"]:
            problem = "eager_eot_threshold must not be above eot_threshold."
        if document.get("language_hints") and not self._is_multi:
            problem = "language_hints need flux-general-multi."
        if problem:
            return self._message({"type": "ConfigureFailure", "code": "INVALID_CONFIGURATION", "description": problem})
        self._thresholds = merged
        self._terms = document.get("keyterms", self._terms)
        self._hints = document.get("language_hints", self._hints)
        return self._message({"type": "ConfigureSuccess", "thresholds": merged, "keyterms": self._terms})
