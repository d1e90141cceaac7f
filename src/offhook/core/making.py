"""How a reply is made: what model and voice tell of it, what is late, what has failed, and the tools in its rounds."""

from offhook.core.builtin import (
    END_CALL,
    CollectArguments,
    ConfidenceArguments,
    HandoffArguments,
    TransferArguments,
)
from offhook.core.commands import Ask, ContinueReply, Say
from offhook.core.consent import AT_ONCE, MOST_AT_ONCE
from offhook.core.endings import EndReason
from offhook.core.events import ReplyFailed, ReplyGenerated, ToolRequested
from offhook.core.history import Outcome
from offhook.core.keys import Keys
from offhook.core.reply import Handoff, Reply, ReplyState, Successor, Transfer
from offhook.core.speaking import VOICE_NEAR_S, Speaking
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.tools import ENDS_REPLY, Tools


class Making:
    """The makers of one call's replies."""

    def __init__(self, call: Call, speaking: Speaking, tools: Tools, keys: Keys) -> None:
        self._call, self._speaking, self._tools, self._keys = call, speaking, tools, keys

    def commit(self, reply: Reply, at: float) -> None:
        """The held reply becomes the reply; the tools that it asked for may run now."""
        self._speaking.commit(reply, at)
        for wanted in reply.take_wanted():
            self._call_tool(reply, wanted, at)
        if reply.is_generated:
            self._round_generated(reply, at)

    def first_token_received(self, reply: Reply, at: float) -> None:
        """It has begun; from here on only the voice can be late."""
        b, timers = self._call.behaviour, self._call.timers
        is_first = not (reply.has_begun or reply.rounds or reply.fillers)
        reply.has_begun, reply.is_tool_pending = True, False
        if Timer.REPLY in timers:
            timers.set(Timer.REPLY, at + b.stall_timeout_s)
        if is_first:
            # The voice is next: what was to bridge the wait would only lengthen it.
            timers.put_off(at + VOICE_NEAR_S, Timer.FILLER, Timer.OPENER)

    def tool_pending(self, reply: Reply, at: float) -> None:
        """A tool call is being written: that takes its time, and is no stall."""
        b, timers = self._call.behaviour, self._call.timers
        reply.is_tool_pending = True
        if Timer.STALL in timers:
            timers.cancel(Timer.STALL)
            self._speaking.bridge(reply, at + b.filler_again_s)
        if reply.is_ready or not reply.has_begun:
            # No voice owes anything: only the whole turn has a deadline now.
            if not reply.is_held:
                timers.set_first(Timer.ANSWER, at + b.answer_timeout_s)
            timers.cancel(Timer.REPLY)

    def segment_ready(self, reply: Reply, segment: int, text: str, at: float) -> None:
        """Audio is here: nobody waits for the model any more."""
        self._speaking.segment_named(segment, text)
        if segment >= 0:
            reply.is_ready = True
            if not reply.is_held:
                self._call.timers.cancel(Timer.REPLY, Timer.ANSWER, Timer.FILLER, Timer.OPENER)
            if reply.is_dry:
                # It goes out now, and playout says so.
                self._call.timers.set_first(Timer.STALL, at + self._call.behaviour.stall_timeout_s)

    def playout_dried(self, reply: Reply, at: float) -> None:
        """The reply has begun and has no audio now."""
        b, timers = self._call.behaviour, self._call.timers
        reply.is_dry = True
        if reply.has_failed:
            self._lost(reply, at, retryable=False)
            return
        is_at_work = reply.is_tool_pending or reply.wants_round or bool(self._tools.of(reply.number))
        if isinstance(reply.content, Say) or (reply.is_ready and not is_at_work):
            timers.set(Timer.STALL, at + b.stall_timeout_s)
            return
        timers.set_first(Timer.ANSWER, at + b.answer_timeout_s)
        if not (self._tools.of(reply.number) or reply.is_generated or reply.is_tool_pending):
            timers.set_first(Timer.REPLY, at + b.reply_timeout_s)
        self._speaking.bridge(reply, at + b.filler_again_s)

    def playout_refilled(self, reply: Reply) -> None:
        """The hole is over."""
        reply.is_dry = False
        self._call.timers.cancel(Timer.STALL)

    def generated(self, reply: Reply, event: ReplyGenerated, at: float) -> None:
        """The responder has said all of this round."""
        reply.text = event.text
        reply.is_generated, reply.is_tool_pending = True, False
        if not reply.is_held:
            self._round_generated(reply, at)

    def _round_generated(self, reply: Reply, at: float) -> None:
        """Go on after tools, or see that the reply says something."""
        if reply.wants_round:
            if self._tools.of(reply.number):
                self._call.timers.cancel(Timer.REPLY, Timer.STALL)
            self._continue(reply, at)
            return
        self._call.timers.cancel(Timer.STALL)
        if reply.text.strip() or reply.is_ready or isinstance(reply.content, Say) or reply.has_failed:
            return
        if reply.ends_call:
            self._speaking.say_instead(Say(self._call.script.goodbye, "goodbye"), at, ends_call=reply.ends_call)
        elif reply.transfer is not None or reply.handoff is not None or self._keys.collection is not None:
            reply.says_nothing = True
        else:
            if self._speaking.has_news:
                # It has only asked for what it cannot have. It is told so, and what the caller said with it.
                self._speaking.seal(reply)
                self._speaking.cancel(reply)
            else:
                self._lost(reply, at, retryable=reply.rounds < self._call.behaviour.tool_steps)

    def failed(self, reply: Reply, event: ReplyFailed, at: float) -> None:
        """A maker failed. What the caller hears already is let to its end; otherwise the reply is tried again."""
        if reply.is_held:
            self._speaking.cancel(reply)
        elif reply.is_audible and reply.is_ready and not reply.is_dry:
            reply.has_failed = True
            self._call.timers.cancel(Timer.STALL)
            self._call.timers.set_first(Timer.ANSWER, at + self._call.behaviour.answer_timeout_s)
        else:
            self._lost(reply, at, retryable=event.retryable and not reply.is_ready)

    def overdue(self, reply: Reply, at: float) -> None:
        """Nothing came in time. A model is asked once more, a voice that is silent is not: the caller waits."""
        if reply.wants_round and not reply.is_generated:
            # What hangs behind a tool is not waited for: its answer begins a new round.
            reply.is_generated = True
            if self._tools.of(reply.number):
                self._speaking.bridge(reply, at)
            self._continue(reply, at)
        else:
            self._lost(reply, at, retryable=isinstance(reply.content, Ask) and not reply.has_begun)

    def give_up(self, reply: Reply, at: float) -> None:
        """Whatever tools and model do: the caller has waited long enough."""
        self._lost(reply, at, retryable=False)

    def _lost(self, reply: Reply, at: float, *, retryable: bool = True) -> None:
        """The reply will not come: once more, or an apology, or the end. Never silence."""
        c = self._call
        if retryable and reply.attempt < c.behaviour.reply_attempts and not reply.is_ready:
            again = reply.content if isinstance(reply.content, Say) else None
            self._speaking.replace(
                Successor(
                    say=again,
                    turn=reply.turn,
                    is_sealed=reply.is_sealed,
                    is_protected=reply.is_protected,
                    is_hushed=reply.state is ReplyState.HUSHED,
                    attempt=reply.attempt + 1,
                    fillers=reply.fillers,
                    ends_call=reply.ends_call,
                    answer_at=c.timers.due_at(Timer.ANSWER),
                    filler_at=c.timers.due_at(Timer.FILLER),
                    decide_at=c.timers.due_at(Timer.DECIDE),
                    transfer=reply.transfer if reply.is_connecting else None,
                ),
                at,
            )
        elif reply.is_connecting:
            reply.says_nothing = True  # Whoever is called can still talk to the caller.
        elif isinstance(reply.content, Say):
            # The voice itself is gone: nothing that we could say would be heard. Only the stream is ended, so that
            # the carrier's own voice can still apologise.
            self._speaking.cancel(reply)
            c.end(EndReason.PROVIDER_VOICE_FAILED, hang_up=False)
        elif reply.fallback is not None:
            self._speaking.say_instead(reply.fallback, at)
        else:
            self._speaking.apologise(at)

    # ── tools ────────────────────────────────────────────────────────────────────────────────────────────────

    def tool_requested(self, reply: Reply, event: ToolRequested, at: float) -> None:
        """The model wants a tool: it runs once the turn is committed, never in a speculation."""
        reply.is_tool_pending = False
        if event.name == END_CALL:
            reply.ends_call = EndReason.AGENT_ENDED
        elif reply.is_held:
            reply.wanted.append(event)
        elif reply.rounds < self._call.behaviour.tool_steps:
            self._call_tool(reply, event, at)

    def tool_answered(self, call: str, outcome: Outcome, text: str, at: float) -> None:
        """A tool is over; when it was the last of its reply's round, the model goes on."""
        reply = self._speaking.reply
        number = reply.number if reply is not None else 0
        is_heard_of = any(call in (run.call, run.joins) for run in self._tools.of(number))
        if not self._tools.answered(call, outcome, text):
            return
        if reply is None or not is_heard_of:
            self._speaking.expect_news()
        elif reply.is_generated:
            self._continue(reply, at)

    def _call_tool(self, reply: Reply, event: ToolRequested, at: float) -> None:
        self._speaking.seal(reply)
        c = self._call
        reply.tools_in_round += 1
        if reply.tools_in_round > MOST_AT_ONCE and event.name not in ENDS_REPLY:
            self._tools.refuse(event, AT_ONCE)
            reply.wants_round = True
            return
        run = self._tools.call_for(event, reply.turn.number, at)
        if event.name not in ENDS_REPLY:
            reply.wants_round = True
        elif run is None:
            self._speaking.expect_news()
        if run is None:
            return
        match run.arguments:
            case TransferArguments(destination=name):
                if (destination := c.script.destinations.get(name)) is not None:
                    reply.transfer = Transfer(run.call, name, destination)
                else:
                    known = ", ".join(c.script.destinations) or "none"
                    self._refuse(run.call, f"there is no destination {name!r}; there are: {known}")
            case HandoffArguments(agent=agent):
                if agent in c.script.handoffs:
                    reply.handoff = Handoff(run.call, agent)
                else:
                    known = ", ".join(c.script.handoffs) or "none"
                    self._refuse(run.call, f"there is no agent {agent!r}; there are: {known}")
            case CollectArguments() as wanted:
                self._keys.collect(run, wanted)
            case ConfidenceArguments():
                self._keys.collect(run, CollectArguments(secret=True), takes_words=True)
            case _:
                # What the responder still owes of this round keeps its deadline.
                if (reply.is_dry or not reply.is_audible) and Timer.FILLER not in c.timers:
                    self._speaking.bridge(reply, at + c.behaviour.filler_s)

    def _refuse(self, call: str, text: str) -> None:
        """The model hears of it when it is asked next, which is as soon as this reply is over."""
        self._tools.answered(call, Outcome.FAILED, text)
        self._speaking.expect_news()

    def _continue(self, reply: Reply, at: float) -> None:
        if self._tools.of(reply.number) or reply.is_held:
            return
        reply.rounds += 1
        reply.tools_in_round = 0
        reply.wants_round = reply.is_generated = reply.is_ready = reply.has_begun = False
        with_tools = reply.rounds < self._call.behaviour.tool_steps
        ask = Ask(until=len(self._call.history), said=reply.text, with_tools=with_tools)
        self._call.do(ContinueReply(reply.number, ask))
        self._speaking.await_sound(reply, at)
