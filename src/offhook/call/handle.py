"""A call as the rest of the process holds it: what it is, and the doors by which somebody can act on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from offhook.call.taps import Tap, nobody
from offhook.core.endings import EndReason
from offhook.core.events import (
    CallerMuted,
    EndRequested,
    Event,
    HumanJoined,
    HumanLeft,
    HumanSpoke,
    InstructionGiven,
    SayRequested,
    TransferRequested,
)
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg

EARLY_EVENTS: Final = 8
"""What a call can be told in the moment before it begins: that it is over, hardly more."""
SAID_CHARS: Final = 2_000
"""Longer texts from outside are cut: a minute and a half of speech."""


class Source(Protocol):
    """A person's audio in place of the agent's; while it is open the reply stands still."""

    def hear(self, frame: bytes) -> None:
        """20 ms in the leg's format."""

    def close(self) -> None:
        """No more of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What a call that lives lets others do; made by `run_call`."""

    put: Callable[[Event], None]
    attach: Callable[[Leg], bool]
    """Another media connection carries the call from now on; False when it does not fit."""
    leg_is_off: Callable[[], None]
    """The carrier says that the media connection is off, whatever its socket says."""
    media_s: Callable[[], float]
    """Audio of the caller since the last leg was attached, in seconds."""
    tap: Callable[[Tap, Tap], Callable[[], None]]
    source: Callable[[], Source]


class HumanSeat:
    """Where a person of the business sits who has taken over a call."""

    def __init__(self, handle: "CallHandle", name: str, source: Source) -> None:
        self._handle, self._name, self._source = handle, name, source
        self._is_taken = True

    def hear(self, frame: bytes) -> None:
        """20 ms of the person, in the leg's format: the caller hears it."""
        if self._is_taken:
            self._source.hear(frame)

    def said(self, text: str) -> None:
        """What the person said, when somebody knows: the agent has it in its history afterwards."""
        if self._is_taken and text.strip():
            self._handle.post(HumanSpoke(self._name, text[:SAID_CHARS]))

    def give_back(self, note: str = "") -> None:
        """The agent goes on, knowing `note`."""
        if self._is_taken:
            self._is_taken = False
            self._source.close()
            self._handle.post(HumanLeft(note[:SAID_CHARS]))


@dataclass(slots=True)
class CallHandle:
    """One call. All doors may be used at any time; of a call that is over they do nothing."""

    call_id: str
    """Our own id, `call_...`."""
    facts: CallFacts
    transfer: str = ""
    """The tool call of the transfer that is under way; empty: none is."""
    is_line_given_away: bool = False
    """The carrier does something else with the caller: ending the call here must not end it there."""
    _inside: Inside | None = None
    _early: list[Event] = field(default_factory=list)
    _is_over: bool = False

    # ── the call itself ──────────────────────────────────────────────────────────────────────────────────────

    def open(self, inside: Inside) -> None:
        """The call has begun: it learns what it was told before."""
        self._inside = inside
        for event in self._early:
            inside.put(event)
        self._early.clear()

    def close(self) -> None:
        """The call is over."""
        self._inside, self._is_over = None, True

    def transfer_began(self, call: str) -> None:
        """The carrier connects the caller to somebody else, because of this tool call."""
        self.transfer = call

    def transfer_is_over(self) -> None:
        """Nobody is being connected any more."""
        self.transfer = ""

    # ── of the carrier ───────────────────────────────────────────────────────────────────────────────────────

    def post(self, event: Event) -> bool:
        """Tell the call; False when it is over."""
        if self._inside is not None:
            self._inside.put(event)
        elif not self._is_over and len(self._early) < EARLY_EVENTS:
            self._early.append(event)
        return not self._is_over

    def attach(self, leg: Leg) -> bool:
        """Carry the call over this leg from now on; False when there is no call, or the leg has another format."""
        return self._inside is not None and self._inside.attach(leg)

    def leg_is_off(self) -> None:
        """The carrier's word that the media connection is off."""
        if self._inside is not None:
            self._inside.leg_is_off()

    def give_line_away(self) -> None:
        """The carrier does something else with the caller: the call ends here, at once and without a word."""
        self.is_line_given_away = True
        self.post(EndRequested(EndReason.CARRIER_LEG_LOST, "it was lost again and again"))

    @property
    def media_s(self) -> float:
        """Audio of the caller since the last leg was attached, in seconds."""
        return self._inside.media_s() if self._inside is not None else 0.0

    # ── doors ────────────────────────────────────────────────────────────────────────────────────────────────

    def say(self, text: str, *, at_once: bool = False) -> bool:
        """Have the agent say this, as soon as nobody speaks or at once."""
        return bool(text.strip()) and self.post(SayRequested(text[:SAID_CHARS], at_once))

    def instruct(self, text: str, *, speak_now: bool = False) -> bool:
        """Tell the agent what to know or do; the caller does not hear it."""
        return bool(text.strip()) and self.post(InstructionGiven(text[:SAID_CHARS], speak_now))

    def connect(self, name: str, number: str, ring_s: float) -> bool:
        """Have the agent say where to, and the carrier connect the caller to this number (E.164, or `sip:...`)."""
        return self.post(TransferRequested(name, number, ring_s))

    def end(self, reason: EndReason = EndReason.OPERATOR_ENDED, detail: str = "", sentence: str = "") -> bool:
        """Have the agent say goodbye, or this sentence, and hang up."""
        return self.post(EndRequested(reason, detail[:SAID_CHARS], sentence[:SAID_CHARS]))

    def mute(self, is_muted: bool) -> bool:
        """Keep the caller's audio from transcriber, end-of-turn model, record and listeners, or no more."""
        return self.post(CallerMuted(is_muted))

    def listen(self, caller: Tap, agent: Tap) -> Callable[[], None]:
        """Hear both sides, each as it is heard, the agent's with all cuts applied. Gives back how to stop."""
        if self._inside is None:
            return nobody
        return self._inside.tap(caller, agent)

    def take_over(self, name: str) -> HumanSeat | None:
        """A person talks to the caller in the agent's place, over this very call; None when there is no call."""
        if self._inside is None:
            return None
        self.post(HumanJoined(name[:SAID_CHARS]))
        return HumanSeat(self, name[:SAID_CHARS], self._inside.source())
