"""Doors: what somebody who is not on the line can do to a call."""

from typing import Final, assert_never

from offhook.core import events as ev
from offhook.core.barge_in import BargeIn
from offhook.core.commands import Say
from offhook.core.history import AgentTookOver, HumanSaid, Instructed, Outcome
from offhook.core.legs import Legs
from offhook.core.making import Making
from offhook.core.reply import CallerTurn, Reply
from offhook.core.speaking import Speaking
from offhook.core.state import Call, Phase
from offhook.core.waiting import Waiting

MOST_SAID: Final = 16
"""Sentences that wait to be said; more of them are dropped."""


class Doors:
    """The doors of one call."""

    def __init__(
        self, call: Call, speaking: Speaking, making: Making, barge_in: BargeIn, legs: Legs, waiting: Waiting
    ) -> None:
        self._call, self._speaking, self._making, self._barge_in = call, speaking, making, barge_in
        self._legs, self._waiting = legs, waiting

    def take(self, event: ev.AnyDoorEvent, at: float) -> None:
        """A wish of somebody who is not on the line."""
        c, speaking = self._call, self._speaking
        match event:
            case ev.SayRequested(text=text, at_once=at_once):
                self._say(text, at_once, at)
            case ev.InstructionGiven(text=text, speak_now=speak_now):
                c.remember(Instructed(text))
                held = speaking.reply if speaking.reply is not None and speaking.reply.is_held else None
                if held is not None and not held.turn.is_empty:
                    speaking.cancel(held)  # It was asked without knowing this.
                if speak_now:
                    speaking.expect_news()
            case ev.TransferRequested():
                self._connect(event, at)
            case ev.HumanJoined():
                self._legs.human_joined(event, at)
            case ev.HumanSpoke(name=name, text=text):
                c.remember(HumanSaid(name, text))
            case ev.HumanLeft():
                self._legs.human_left(event, at)
            case ev.CallerMuted(is_muted=is_muted):
                self._waiting.mute(is_muted)
            case _:
                assert_never(event)

    def agent_entered(self, event: ev.AgentEntered, at: float) -> None:
        """Another agent is in charge: its numbers, its sentences, its words."""
        c = self._call
        c.behaviour, c.script, c.hears_audio = event.behaviour, event.script, event.hears_audio
        if event.call and c.phase is not Phase.RINGING:
            c.remember(AgentTookOver(event.agent))
            self._making.tool_answered(event.call, Outcome.DONE, f"{event.agent} goes on from here.", at)

    def _connect(self, event: ev.TransferRequested, at: float) -> None:
        """The caller hears where to, and is connected: whoever speaks meanwhile does not hold it up."""
        c, speaking = self._call, self._speaking
        if not self._legs.can_connect:
            return
        transfer = self._legs.wanted(event)
        if speaking.reply is not None:
            self._barge_in.make_room(speaking.reply, at)
        text = transfer.destination.say or c.script.transfer
        speaking.say_instead(Say(text, "transfer"), at, is_protected=True, turn=CallerTurn(c.turns), transfer=transfer)

    def make_way(self, reply: Reply, at: float) -> bool:
        """The caller is connected now, whatever they have said meanwhile: that is answered when they are back."""
        if reply.is_connecting and (begun := self._speaking.reply) is not None:
            self._barge_in.make_room(begun, at)
            if self._speaking.reply is begun:
                self._speaking.cancel(begun)
        return reply.is_connecting and self._speaking.is_free

    def _say(self, text: str, at_once: bool, at: float) -> None:
        say = Say(text, "said")
        if not self._call.is_talking:
            return
        if at_once:
            if self._speaking.reply is not None:
                self._barge_in.make_room(self._speaking.reply, at)
            self._speaking.say_instead(say, at, turn=CallerTurn(self._call.turns))
        elif len(self._speaking.pending) < MOST_SAID:
            self._speaking.pending.append(say)
