"""The line and the doors of a simulated call: legs come off and come back, callers are transferred, people join in."""

from collections.abc import Callable
from itertools import count
from typing import Final

from offhook.core.commands import EnterAgent, SendDigits, TransferCall
from offhook.core.endings import EndReason
from offhook.core.events import (
    AgentEntered,
    CallAnswered,
    CallerHungUp,
    CallerMuted,
    Detachment,
    EndRequested,
    HumanJoined,
    HumanLeft,
    HumanSpoke,
    InstructionGiven,
    LegAttached,
    LegDetached,
    SayRequested,
    ToolFailed,
    ToolReturned,
    TransferEnded,
    TransferEnding,
    TransferRequested,
)
from offhook.simulator.events_caller import Caller
from offhook.simulator.events_heap import Heap
from offhook.simulator.events_playout import EventPlayout
from offhook.simulator.events_weather import Weather

UNANSWERED: Final = (TransferEnding.BUSY, TransferEnding.NO_ANSWER, TransferEnding.CANCELED)


class CarrierLine:
    """What carries the call, and who else can reach into it."""

    def __init__(self, heap: Heap, weather: Weather, caller: Caller, playout: EventPlayout) -> None:
        self._heap, self._weather, self._caller, self._playout = heap, weather, caller, playout
        self._leg = 1
        self._is_attached = False
        self.is_gone = False
        """The caller is not on the telephone any more."""
        self.is_dialling = False
        self.is_human_on = False
        self.is_muted = False
        self._numbers = count(1)
        self.on_away: Callable[[float], None] = lambda at: None
        """Something that makes nobody wait has begun or is over."""
        caller.on_hang_up = self.hang_up

    @property
    def is_away(self) -> bool:
        """Nobody can expect the agent to speak, or to hear the caller."""
        return not self._is_attached or self.is_human_on or self.is_muted or self.is_dialling

    @property
    def silences_agent(self) -> bool:
        """What the agent was saying is heard no more; a muted caller still hears it."""
        return not self._is_attached or self.is_human_on or self.is_dialling

    @property
    def is_elsewhere(self) -> bool:
        """Somebody else keeps the caller, or news that the caller has gone is on its way."""
        return self.is_human_on or self.is_muted or self.is_dialling or self.is_gone

    def answer(self, _: None, at: float) -> None:
        """The call stands."""
        self._is_attached = True
        self._heap.deliver(LegAttached(self._leg, at), at)
        self._heap.deliver(CallAnswered(), at)
        self._caller.answered(at)

    def hang_up(self, at: float) -> None:
        """The caller hangs up: the stream stops, and the carrier tells so, in either order."""
        if self.is_gone:
            return
        self.is_gone = True
        told_at = at + self._heap.within((0.0, 0.5))
        stopped_at = at + self._heap.within((0.0, 0.5))
        if self._is_attached:
            self._off(at)
            self._heap.send(stopped_at, LegDetached(self._leg, Detachment.STOPPED))
        self._heap.send(told_at, CallerHungUp())

    # ── legs ─────────────────────────────────────────────────────────────────────────────────────────────────

    def may_break(self, at: float) -> None:
        """Once in a while the leg is lost, and comes back or does not."""
        heap, weather = self._heap, self._weather
        if heap.chance(weather.legs_lost):
            heap.later(at + heap.within((0.0, 6.0)), self._break, None)
        if heap.chance(weather.mutes):
            heap.later(at + heap.within((0.0, 4.0)), self._mute, True)
        if heap.chance(weather.doors):
            heap.later(at + heap.within((-3.0, 6.0)), self._door, None)

    def _break(self, _: None, at: float) -> None:
        if not self._is_attached or self.is_gone:
            return
        self._off(at)
        self._heap.send(at, LegDetached(self._leg, Detachment.LOST, "reset"))
        if not self._heap.chance(self._weather.legs_never_back):
            self._heap.later(at + self._heap.within(self._weather.leg_away_s), self._attach, None)
        else:
            self._heap.later(at + 30.0, self._vanish, None)

    def _vanish(self, _: None, at: float) -> None:
        self.hang_up(at)

    def _off(self, at: float) -> None:
        self._is_attached = False
        self._caller.unheard(at)
        self._playout.detach(at)
        self.on_away(at)

    def _attach(self, _: None, at: float) -> None:
        if self.is_gone or self._is_attached:
            return
        self._leg += 1
        self._is_attached = True
        self.on_away(at)
        self._playout.attach(at)
        if not self.is_muted:
            self._caller.heard_again(at)
        self._heap.deliver(LegAttached(self._leg, at), at)

    # ── what is commanded ────────────────────────────────────────────────────────────────────────────────────

    def transfer(self, command: TransferCall, at: float) -> None:
        """The stream stops; then somebody answers, or does not."""
        heap = self._heap
        self.is_dialling = True
        self.on_away(at)
        if heap.chance(0.15):
            heap.later(at + 0.3, self._transferred, (command.call, TransferEnding.FAILED))
            return
        heap.later(at + heap.within((0.05, 0.6)), self._stop, None)
        ending = TransferEnding.CONNECTED if heap.chance(0.3) else heap.random.choice(UNANSWERED)
        parked_s = heap.within((3.0, command.ring_s)) if ending in UNANSWERED else heap.within((20.0, 120.0))
        if heap.chance(0.15):
            heap.later(at + heap.within((1.0, parked_s)), self._vanish, None)
        heap.later(at + parked_s, self._transferred, (command.call, ending))

    def _stop(self, _: None, at: float) -> None:
        if self._is_attached and not self.is_gone:
            self._off(at)
            self._heap.send(at, LegDetached(self._leg, Detachment.STOPPED))

    def _transferred(self, what: tuple[str, TransferEnding], at: float) -> None:
        if self.is_gone:
            return
        call, ending = what
        self.is_dialling = False
        self.on_away(at)
        talked_s = 30.0 if ending is TransferEnding.CONNECTED else 0.0
        self._heap.deliver(TransferEnded(call, ending, talked_s), at)
        if ending is TransferEnding.CONNECTED:
            self.hang_up(at)
        elif not self._is_attached:
            self._heap.later(at + self._heap.within((0.1, 0.8)), self._attach, None)

    def enter_agent(self, command: EnterAgent, at: float) -> None:
        """Another agent takes over, or cannot."""
        weather = self._weather
        if self._heap.chance(0.15):
            self._heap.send(at + 0.2, ToolFailed(command.call, "cannot be loaded"))
        else:
            entered = AgentEntered(command.agent, weather.behaviour, weather.script, command.call)
            self._heap.send(at + self._heap.within((0.02, 0.6)), entered)

    def send_digits(self, command: SendDigits, at: float) -> None:
        """They are sent."""
        self._heap.send(at + 0.5, ToolReturned(command.call, "sent"))

    # ── doors ────────────────────────────────────────────────────────────────────────────────────────────────

    def _mute(self, is_muted: bool, at: float) -> None:
        if self.is_gone or not self._is_attached or self.is_muted == is_muted or self._caller.voice_until + 0.3 > at:
            return
        self.is_muted = is_muted
        self.on_away(at)
        if is_muted:
            self._caller.unheard(at)
            self._heap.later(at + self._heap.within((2.0, 12.0)), self._unmute, None)
        else:
            self._caller.heard_again(at)
        self._heap.deliver(CallerMuted(is_muted), at)

    def _unmute(self, _: None, at: float) -> None:
        if self._is_attached:
            self._mute(False, at)
        elif not self.is_gone:
            self._heap.later(at + 2.0, self._unmute, None)

    def _door(self, _: None, at: float) -> None:
        heap, number = self._heap, next(self._numbers)
        if self.is_gone:
            return
        if heap.chance(self._weather.ended_from_outside):
            heap.deliver(EndRequested(EndReason.OPERATOR_ENDED, "enough"), at)
        elif heap.chance(0.1):
            heap.deliver(TransferRequested(f"d{number}", "+15005550006"), at)
        elif heap.chance(0.3):
            heap.deliver(SayRequested(f"d{number} please.", at_once=heap.chance(0.4)), at)
        elif heap.chance(0.5):
            heap.deliver(InstructionGiven(f"i{number}", speak_now=heap.chance(0.5)), at)
        elif not self.is_human_on and self._is_attached:
            self.is_human_on = True
            self.on_away(at)
            heap.deliver(HumanJoined("Kim"), at)
            for _turn in range(heap.random.randint(0, 3)):
                heap.later(at + heap.within((0.5, 8.0)), self._human_speaks, f"h{number}")
            heap.later(at + heap.within((3.0, 40.0)), self._human_leaves, None)

    def _human_speaks(self, text: str, at: float) -> None:
        if self.is_human_on:
            self._heap.deliver(HumanSpoke("Kim", text), at)

    def _human_leaves(self, _: None, at: float) -> None:
        self.is_human_on = False
        self.on_away(at)
        if not self.is_gone:
            self._heap.deliver(HumanLeft("was told all"), at)
