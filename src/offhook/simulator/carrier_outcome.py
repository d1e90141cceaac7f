"""How the simulated carrier conducts a call, and what it saw of it."""

from dataclasses import dataclass, field
from typing import Literal

from offhook.errors import ProtocolViolation
from offhook.simulator.carrier_dial import Dialled, DialPlan
from offhook.simulator.carrier_media import Violation
from offhook.simulator.carrier_stream import CLOSED_BY_SERVER, StreamOptions
from offhook.simulator.carrier_web import LogEntry
from offhook.simulator.report import CallReport

Status = Literal["queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """How the carrier conducts a call."""

    stream: StreamOptions = field(default_factory=StreamOptions)
    later_streams: StreamOptions | None = None
    """Of the call's second stream and all that follow; None: as the first."""
    fallback_url: str = ""
    status_url: str = ""
    """Takes status callbacks; empty: none are made."""
    status_events: tuple[str, ...] = ("initiated", "ringing", "answered", "completed")
    callback_delay_s: float = 0.0
    callback_copies: int = 1
    """2: each callback comes twice, as may happen."""
    dials: tuple[DialPlan, ...] = (DialPlan(),)
    """What becomes of each `<Dial>`, one after the other; the last again for all that follow."""
    after_hang_up: Literal["action first", "status first", "no action"] = "action first"
    """When a caller hangs up inside a `<Dial>`: what the server is told of it, and in which order."""
    word_s: float = 0.35
    """`<Say>` takes so long a word."""
    answered_by: str = ""
    """What is found out of who has answered, where it is asked for: `human`, `machine_end_beep`, ..."""
    detected_url: str = ""
    """Told who has answered; empty: nobody wants to know."""
    detection_s: float = 0.5
    unanswered: Status = "no-answer"
    """What becomes of a call that nobody answers,"""
    ring_s: float = 0.0
    """after so long."""
    pace: float = 1.0
    """Factor of all that `<Say>`, `<Pause>`, `<Play>` and `<Dial>` take; 0: no time."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who calls whom."""

    call_sid: str
    from_number: str
    to_number: str
    direction: Literal["inbound", "outbound-api"] = "inbound"


@dataclass(slots=True)
class CallOutcome:
    """A call as the carrier saw it, and as the caller did."""

    parties: Parties
    status: str = "queued"
    ended_by: str = ""
    webhook_s: float = 0.0
    """From the first webhook's request to its document."""
    streams: list[str] = field(default_factory=list)
    """How each media stream ended."""
    said: list[str] = field(default_factory=list)
    """By `<Say>`."""
    dialled: list[Dialled] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    report: CallReport = field(default_factory=CallReport)
    worst_lag_s: float = 0.0
    """How late our own clockwork was at worst: much of it makes the measures doubtful."""

    @property
    def troubles(self) -> list[str]:
        """All that the server did wrong in the carrier's eyes."""
        # A server that closes its stream is logged as an error by Twilio, and is none.
        harmless = (CLOSED_BY_SERVER,)
        entries = [entry for entry in self.log if entry.code not in harmless]
        return [str(trouble) for trouble in (*self.violations, *entries)]

    def require_clean(self) -> None:
        """Raise `ProtocolViolation` when the server broke the carrier's protocol anywhere."""
        if self.troubles:
            raise ProtocolViolation("the server broke the carrier's protocol: " + "; ".join(self.troubles[:10]))
