"""Where the time of each turn went, from the journal alone.

A turn's gap runs from the caller's last voiced sample to the first frame of the reply. It is split into parts that add
up to it; work that was done before the decision (speculation) shows as zero, because nobody waited for it.
"""

from dataclasses import dataclass, fields
from typing import Final

from offhook.core import commands as cmd
from offhook.core import events as ev


@dataclass(frozen=True, slots=True)
class Moments:
    """When what happened in a turn, on the call's clock; the work may have begun before the decision."""

    ended_at: float
    """The caller's last voiced sample."""
    asked_at: float
    """The model, or whatever else replies, was asked."""
    token_at: float | None
    """Its first token; None: it tells none."""
    audio_at: float | None
    """The voice's first audio."""
    decided_at: float
    """The turn was over."""
    heard_at: float
    """The reply's first frame."""


@dataclass(frozen=True, slots=True)
class TurnLatency:
    """One turn of the caller. All lengths in seconds."""

    turn: int
    text: str
    gap_s: float
    decision_s: float
    """From the end of the caller's voice to the decision to answer, less what was waited for the transcript."""
    transcript_s: float
    """Waited for the transcript beyond the silence that was needed anyway."""
    brain_s: float
    """From the decision to the model's first token, when that came later."""
    voice_s: float
    """From the first token (or the decision) to the first audio."""
    sending_s: float
    """From the first audio (or the decision) to the first frame on the wire."""
    speculated: bool
    moments: Moments
    first_sound_s: float = 0.0
    """From the end of the caller's voice to an opener or filler before the reply; 0 when there was none."""

    @property
    def parts_s(self) -> tuple[float, ...]:
        """The five parts, in order."""
        return (self.decision_s, self.transcript_s, self.brain_s, self.voice_s, self.sending_s)

    @classmethod
    def part_names(cls) -> tuple[str, ...]:
        """Names of the parts, in order."""
        return tuple(field.name.removesuffix("_s") for field in fields(cls) if field.name in _PARTS)


def whole_ms(turn: TurnLatency) -> tuple[int, dict[str, int]]:
    """The gap and its parts by name, in whole milliseconds that add up to it."""
    # What the edges are at is rounded, not what lies between them.
    edges, place = [0], 0.0
    for part in turn.parts_s:
        place += part
        edges.append(round(place * 1000))
    return edges[-1], {name: edges[n + 1] - edges[n] for n, name in enumerate(turn.part_names())}


MEASURED: Final[frozenset[type]] = frozenset(
    {
        ev.SpeechStopped, ev.TranscriptFinal, ev.SilenceLasted, ev.FirstTokenReceived, ev.SegmentReady,
        ev.SegmentStarted, cmd.StartReply, cmd.CommitReply,
    }
)  # fmt: skip
"""What the meter takes anything from."""
_PARTS = ("decision_s", "transcript_s", "brain_s", "voice_s", "sending_s")


class LatencyMeter:
    """Feed it what the journal gets; it tells a turn's latency when the reply is heard first."""

    def __init__(self) -> None:
        self._ended_at: float | None = None
        self._final_at = 0.0
        self._silence_at = 0.0
        self._asked_at = 0.0
        self._committed_at: float | None = None
        self._reply = 0
        self._speculated = False
        self._turn = 0
        self._text = ""
        self._first: dict[str, float] = {}
        """When the reply's first token, first audio and first opener or filler were there."""
        self.turns: list[TurnLatency] = []

    def add(self, what: ev.Event | cmd.Command, at: float) -> TurnLatency | None:
        """One event or command; the turn's latency with the event that completes it."""
        match what:
            case ev.SpeechStopped(ended_at=ended_at):
                self._ended_at = ended_at
            case ev.TranscriptFinal():
                self._final_at = at
            case ev.SilenceLasted():
                self._silence_at = at
            case cmd.StartReply(reply=reply, turn=turn, content=cmd.Ask(caller_text=text), held=held):
                if self._reply != reply:
                    self._reply, self._first, self._speculated, self._asked_at = reply, {}, held, at
                self._turn, self._text = turn, text
                self._committed_at = None if held else at
            case cmd.CommitReply(reply=reply) if reply == self._reply:
                self._committed_at = at
            case ev.FirstTokenReceived(reply=reply) if reply == self._reply:
                self._first.setdefault("token", at)
            case ev.SegmentReady(reply=reply, segment=segment) if reply == self._reply and segment >= 0:
                self._first.setdefault("audio", at)
            case ev.SegmentStarted(reply=reply, segment=segment, plays_at=plays_at) if reply == self._reply:
                if segment >= 0:
                    return self._complete(plays_at)
                self._first.setdefault("sound", plays_at)
            case _:
                pass
        return None

    def _complete(self, plays_at: float) -> TurnLatency | None:
        committed, ended = self._committed_at, self._ended_at
        if committed is None or ended is None or not self._text:
            return None
        self._committed_at = None
        waited = min(max(self._final_at - max(self._silence_at, ended), 0.0), max(committed - ended, 0.0))
        token = max(self._first.get("token", committed), committed)
        audio = max(self._first.get("audio", token), token)
        turn = TurnLatency(
            turn=self._turn,
            text=self._text,
            gap_s=plays_at - ended,
            decision_s=committed - ended - waited,
            transcript_s=waited,
            brain_s=token - committed,
            voice_s=audio - token,
            sending_s=max(plays_at - audio, 0.0),
            speculated=self._speculated,
            first_sound_s=self._first.get("sound", ended) - ended,
            moments=Moments(
                ended, self._asked_at, self._first.get("token"), self._first.get("audio"), committed, plays_at
            ),
        )
        self.turns.append(turn)
        return turn
