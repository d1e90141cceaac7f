"""The agent's voice: a reply is prepared, committed, said, judged, cut; tools run in its turn.

One reply at a time. A reply that takes the place of one that was heard in part begins when it is known what was heard,
so that what the responder is asked never depends on which of two events came first.
"""

from typing import Final

import msgspec

from offhook.core import promises
from offhook.core.builtin import END_CALL, CollectArguments, HandoffArguments, TransferArguments
from offhook.core.commands import (
    Ask,
    CancelReply,
    CommitReply,
    ContinueReply,
    DuckPlayout,
    HushPlayout,
    ReportPromise,
    ResumePlayout,
    Say,
    StartReply,
)
from offhook.core.endings import EndReason
from offhook.core.events import ReplyFailed, ReplyGenerated, ToolRequested
from offhook.core.history import AgentSaid, CallerSaid, KeysPressed, Outcome
from offhook.core.keys import Keys
from offhook.core.reply import CallerTurn, Handoff, Reply, ReplyState, Successor, Transfer
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.tools import ENDS_REPLY, Tools
from offhook.core.words import is_question

VOICE_NEAR_S: Final = 0.4
"""A first clause and its first audio take no longer, mostly."""
CUT_TIMEOUT_S: Final = 0.25
"""The playout is ours and answers in the same step; this only guards against a bug in it."""
HEARD_AGO_S: Final = 12.0
"""What the agent said longer ago does not come back by a loudspeaker."""
REPLIES_KEPT: Final = 4
"""Of older ones nothing more becomes known."""
_REPLY_TIMERS: Final = (
    Timer.REPLY, Timer.ANSWER, Timer.FILLER, Timer.OPENER, Timer.STALL, Timer.MARK, Timer.DECIDE
)  # fmt: skip


class News(msgspec.Struct, frozen=True):
    """Something that the caller is to hear of without asking."""

    fallback: Say | None
    """Said when the responder has nothing to say."""


class Speaking:
    """The reply of one call, the one before it as long as it is being cut, and the sentences that wait."""

    def __init__(self, call: Call, tools: Tools, keys: Keys) -> None:
        self._call, self.tools, self.keys = call, tools, keys
        self.reply: Reply | None = None
        self.cut: Reply | None = None
        """A cancelled reply of which we wait to hear how much was heard."""
        self.next: Successor | None = None
        """What follows once that is known."""
        self.pending: list[Say] = []
        """Sentences that wait for the floor to be free."""
        self._news: News | None = None
        """Something has become known that no reply has told yet."""
        self._unasked = 0
        """Replies in a row that no turn of the caller has asked for."""
        self._voiced_at = 0.0
        """End of the caller's last spurt: openers count from there."""
        self._replies = 0
        self._apologies = 0
        self._texts: dict[int, str] = {}
        """Of the current reply's segments."""
        self._said: dict[int, AgentSaid] = {}
        """What is remembered of the last replies, by their numbers: more may become known."""
        self._sounded: list[tuple[float, str]] = []
        """Segments that the caller has heard or hears, and since when."""

    @property
    def is_free(self) -> bool:
        """Nothing is being said, cut, or about to be said."""
        return self.reply is None and self.cut is None and self.next is None

    def caller_stopped(self, ended_at: float) -> None:
        """The caller's voice has ended."""
        self._voiced_at = ended_at

    # ── from start to end ────────────────────────────────────────────────────────────────────────────────────

    def ask(self, turn: CallerTurn, *, is_sealed: bool = False) -> Ask:
        """What the responder is asked for this turn, now."""
        c = self._call
        return Ask(
            until=len(c.history),
            caller_text="" if is_sealed else turn.text,
            keys="" if is_sealed else turn.keys,
            with_tools=c.behaviour.tool_steps > 0,
        )

    def start(self, content: Ask | Say, turn: CallerTurn, at: float, *, held: bool = False) -> Reply:
        """Begin a reply; there is none now."""
        assert self.is_free, "one reply at a time"
        c = self._call
        self._replies += 1
        self._texts.clear()
        state = ReplyState.HELD if held else ReplyState.THINKING
        reply = self.reply = Reply(number=self._replies, turn=turn, content=content, state=state)
        c.timers.cancel(Timer.IDLE)
        c.do(StartReply(reply.number, turn.number, content, held))
        if isinstance(content, Ask):
            self._news = None
            self._unasked = 0 if turn.text or turn.keys else self._unasked + 1
        if not held:
            self._await_sound(reply, at)
        return reply

    def expect_news(self, fallback: Say | None = None) -> None:
        """The history holds something that the caller is to hear of without asking."""
        self._news = News(fallback)

    def tell_news(self, at: float) -> bool:
        """Nobody speaks: tell what has become known; False when there is nothing."""
        if self._news is None:
            return False
        fallback, turn = self._news.fallback, CallerTurn(self._call.turns)
        ask = self.ask(turn)
        if self._unasked >= self._call.behaviour.tool_steps:
            ask = msgspec.structs.replace(ask, with_tools=False)
        self.start(ask, turn, at).fallback = fallback
        return True

    def commit(self, reply: Reply, at: float) -> None:
        """The held reply becomes the reply; the tools that it asked for may run now."""
        reply.move(ReplyState.THINKING)
        self._call.do(CommitReply(reply.number))
        self._await_sound(reply, at)
        for wanted in reply.take_wanted():
            self._call_tool(reply, wanted, at)
        if reply.is_generated:
            self._round_generated(reply, at)

    def cancel(self, reply: Reply) -> None:
        """Stop the reply and forget the rest of it; `PlayoutCut` will tell what was heard, if any of it was sent."""
        assert reply is self.reply
        self._call.do(CancelReply(reply.number))
        reply.move(ReplyState.OVER)
        self.reply = None
        self._call.timers.cancel(*_REPLY_TIMERS)
        for wanted in (reply.transfer, reply.handoff):
            if wanted is not None:
                self.tools.answered(wanted.call, Outcome.FAILED, "The caller went on speaking: it was not done.")
        if reply.is_audible:
            assert self.cut is None, "one reply is cut at a time"
            self.cut = reply
        elif reply.is_sealed:
            self._record(reply, "", interrupted=True)

    def cut_heard(self, heard_text: str, at: float) -> None:
        """A cancelled reply ends where it was cut; what takes its place begins."""
        cut, self.cut = self.cut, None
        assert cut is not None
        self._call.timers.cancel(Timer.CUT)
        self._record(cut, heard_text, interrupted=True)
        if self.next is not None and self._call.is_talking:
            successor, self.next = self.next, None
            self._begin(successor, at)

    def heard(self, reply: Reply, heard_text: str, at: float) -> None:
        """The caller has heard it all."""
        self._call.timers.cancel(*_REPLY_TIMERS)
        self._record(reply, heard_text, interrupted=False)
        reply.move(ReplyState.OVER)
        self.reply = None
        if isinstance(reply.content, Ask) and not reply.has_failed:
            self._apologies = 0
            if reply.ends_call is not None and not reply.is_goodbye and is_question(heard_text):
                reply.ends_call = None  # "Anything else?" wants an answer, whatever the model wanted.

    def seal(self, reply: Reply) -> None:
        """The caller's turn is history now: the caller has heard the agent answer it, or a tool has acted on it."""
        if reply.is_sealed or reply.is_held:
            return
        reply.is_sealed = True
        if reply.turn.text:
            self._call.remember(CallerSaid(reply.turn.number, reply.turn.text))
        if reply.turn.keys:
            self._call.remember(KeysPressed(reply.turn.number, reply.turn.keys))

    def _record(self, reply: Reply, heard_text: str, *, interrupted: bool) -> None:
        c = self._call
        self.seal(reply)
        said = AgentSaid(reply.turn.number, heard_text, reply.full_text or heard_text, interrupted)
        if said.full_text:
            c.remember(said)
        if reply.is_audible:
            self._said[reply.number] = said
            if len(self._said) > REPLIES_KEPT:
                del self._said[next(iter(self._said))]
        if isinstance(reply.content, Ask):
            self._check_promises(said)

    def more_heard(self, number: int, text: str, at: float) -> None:
        """Words of a reply that is over, behind those that are remembered."""
        if number in self._said:
            said = msgspec.structs.replace(self._said[number], text=text, full_text=text)
            self._call.remember(said)
            self._sounded.append((at, text))
            self._check_promises(said)

    def _check_promises(self, said: AgentSaid) -> None:
        c = self._call
        for claim in promises.check(said.text, c.script, c.history) if said.text else ():
            c.do(ReportPromise(said.turn, claim.tools[0], claim.text))

    # ── in the place of another ──────────────────────────────────────────────────────────────────────────────

    def say_instead(
        self,
        say: Say,
        at: float,
        *,
        ends_call: EndReason | None = None,
        is_protected: bool = False,
        turn: CallerTurn | None = None,
    ) -> None:
        """This sentence, in the place of whatever is being said or prepared; `turn` is what it answers, if not that."""
        old = self.reply or self.cut
        is_new = turn is not None
        answered = turn or (old.turn if old is not None and not old.is_held else CallerTurn(self._call.turns))
        self._replace(
            Successor(
                say=say,
                turn=answered,
                is_sealed=not is_new and old is not None and (old.is_sealed or not self.reply),
                is_protected=is_protected,
                is_hushed=False,
                ends_call=ends_call,
            ),
            at,
        )

    def _replace(self, successor: Successor, at: float) -> None:
        if self.reply is not None:
            self.cancel(self.reply)
        if self.cut is not None:
            self.next = successor
        else:
            self.next = None
            self._begin(successor, at)

    def _begin(self, successor: Successor, at: float) -> None:
        content = successor.say or self.ask(successor.turn, is_sealed=successor.is_sealed)
        if successor.answer_at is not None:
            self._call.timers.set(Timer.ANSWER, successor.answer_at)
        if successor.filler_at is not None:
            self._call.timers.set(Timer.FILLER, max(successor.filler_at, at))
        reply = self.start(content, successor.turn, at)
        reply.is_sealed, reply.is_protected = successor.is_sealed, successor.is_protected
        reply.attempt, reply.fillers = successor.attempt, successor.fillers
        reply.ends_call, reply.is_goodbye = successor.ends_call, successor.say is not None
        if successor.is_hushed and not reply.is_protected:
            self.hush(reply, at)

    # ── what the reply's makers tell ─────────────────────────────────────────────────────────────────────────

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
            self._bridge(reply, at + b.filler_again_s)
        if reply.is_ready or not reply.has_begun:
            # No voice owes anything: only the whole turn has a deadline now.
            if not reply.is_held:
                timers.set_first(Timer.ANSWER, at + b.answer_timeout_s)
            timers.cancel(Timer.REPLY)

    def segment_ready(self, reply: Reply, segment: int, text: str, at: float) -> None:
        """Audio is here: nobody waits for the model any more."""
        self._texts[segment] = text
        if segment >= 0:
            reply.is_ready = True
            if not reply.is_held:
                self._call.timers.cancel(Timer.REPLY, Timer.ANSWER, Timer.FILLER, Timer.OPENER)
            if reply.is_dry:
                # It goes out now, and playout says so.
                self._call.timers.set_first(Timer.STALL, at + self._call.behaviour.stall_timeout_s)

    def segment_reworded(self, segment: int, text: str, at: float) -> None:
        """What was sounding without words has some now."""
        self._texts[segment] = text
        self._sounded.append((at, text))

    def segment_started(self, reply: Reply, segment: int, plays_at: float) -> None:
        """The caller begins to hear it."""
        assert not reply.is_held, "a held reply was sent"
        reply.is_audible, reply.is_dry = True, False
        self._call.timers.cancel(Timer.STALL, Timer.IDLE)
        self.seal(reply)
        if text := self._texts.get(segment):
            self._sounded = [(since, old) for since, old in self._sounded if since > plays_at - HEARD_AGO_S]
            self._sounded.append((plays_at, text))
        if reply.state is ReplyState.THINKING:
            reply.move(ReplyState.SPEAKING)

    def sounded_since(self, at: float) -> str:
        """What the caller has heard of the agent in a stretch of time that reaches back to `at`."""
        return " ".join(text for since, text in self._sounded if since >= at - HEARD_AGO_S)

    def playout_dried(self, reply: Reply, at: float) -> None:
        """The reply has begun and has no audio now."""
        b, timers = self._call.behaviour, self._call.timers
        reply.is_dry = True
        if reply.has_failed:
            self._lost(reply, at, retryable=False)
            return
        is_at_work = reply.is_tool_pending or reply.wants_round or bool(self.tools.of(reply.number))
        if isinstance(reply.content, Say) or (reply.is_ready and not is_at_work):
            timers.set(Timer.STALL, at + b.stall_timeout_s)
            return
        timers.set_first(Timer.ANSWER, at + b.answer_timeout_s)
        if not (self.tools.of(reply.number) or reply.is_generated or reply.is_tool_pending):
            timers.set_first(Timer.REPLY, at + b.reply_timeout_s)
        self._bridge(reply, at + b.filler_again_s)

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
            if self.tools.of(reply.number):
                self._call.timers.cancel(Timer.REPLY, Timer.STALL)
            self._continue(reply, at)
            return
        self._call.timers.cancel(Timer.STALL)
        if reply.text.strip() or reply.is_ready or isinstance(reply.content, Say) or reply.has_failed:
            return
        if reply.ends_call:
            self.say_instead(Say(self._call.script.goodbye, "goodbye"), at, ends_call=reply.ends_call)
        elif reply.transfer is None and reply.handoff is None and self.keys.collection is None:
            if self._news is not None:
                self.cancel(reply)  # It has only asked for what it cannot have; it is told so.
            else:
                self._lost(reply, at, retryable=reply.rounds < self._call.behaviour.tool_steps)

    def failed(self, reply: Reply, event: ReplyFailed, at: float) -> None:
        """A maker failed. What the caller hears already is let to its end; otherwise the reply is tried again."""
        if reply.is_held:
            self.cancel(reply)
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
            if self.tools.of(reply.number):
                self._bridge(reply, at)
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
            self._replace(
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
                ),
                at,
            )
        elif isinstance(reply.content, Say):
            # The voice itself is gone: nothing that we could say would be heard. Only the stream is ended, so that
            # the carrier's own voice can still apologise.
            self.cancel(reply)
            c.end(EndReason.PROVIDER_VOICE_FAILED, hang_up=False)
        elif reply.fallback is not None:
            self.say_instead(reply.fallback, at)
        else:
            self.apologise(at)

    def apologise(self, at: float) -> None:
        """Say sorry, as long as that helps; then goodbye."""
        c = self._call
        self._apologies += 1
        if self._apologies > c.behaviour.apologies:
            goodbye = Say(c.script.failure_goodbye, "failure")
            self.say_instead(goodbye, at, ends_call=EndReason.PROVIDER_REPLY_FAILED, is_protected=True)
        else:
            self.say_instead(Say(c.script.apology, "apology"), at)

    def _await_sound(self, reply: Reply, at: float) -> None:
        """One deadline for the round, one for the whole turn, and fillers on the way."""
        if reply.is_ready:
            return  # It goes out in this very step.
        b, timers = self._call.behaviour, self._call.timers
        if isinstance(reply.content, Say):
            timers.set(Timer.REPLY, at + b.voice_timeout_s)
            return
        timers.set(Timer.REPLY, at + b.reply_timeout_s)
        timers.set_first(Timer.ANSWER, at + b.answer_timeout_s)
        if Timer.FILLER not in timers:
            self._bridge(reply, at + b.filler_s)
        if b.opener_s and reply.turn.text and not reply.rounds and reply.attempt == 1:
            timers.set(Timer.OPENER, max(at, self._voiced_at + b.opener_s))

    def _bridge(self, reply: Reply, at: float) -> None:
        """A filler is due then, if there are any left."""
        if self._call.script.filler and reply.fillers < self._call.behaviour.fillers:
            self._call.timers.set(Timer.FILLER, at)

    # ── while the caller's sound is being judged ─────────────────────────────────────────────────────────────

    def duck(self, reply: Reply) -> None:
        """Go on quieter."""
        if reply.state is ReplyState.SPEAKING:
            reply.move(ReplyState.DUCKED)
            self._call.do(DuckPlayout(reply.number, self._call.behaviour.duck_gain_db))

    def hush(self, reply: Reply, at: float) -> None:
        """Fall silent, with the rest kept."""
        if reply.state is not ReplyState.HUSHED:
            reply.move(ReplyState.HUSHED)
            reply.hushed_at = at
            self._call.timers.cancel(Timer.MARK)
            self._call.do(HushPlayout(reply.number))

    def resume(self, reply: Reply, at: float) -> None:
        """Go on at full volume, from where it was heard."""
        self._call.timers.cancel(Timer.DECIDE)
        if reply.state is ReplyState.HUSHED:
            reply.hushed_s += at - reply.hushed_at
        if reply.state in (ReplyState.DUCKED, ReplyState.HUSHED):
            reply.move(ReplyState.SPEAKING if reply.is_audible else ReplyState.THINKING)
            self._call.do(ResumePlayout(reply.number))

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
        reply = self.reply
        number = reply.number if reply is not None else 0
        is_heard_of = any(call in (run.call, run.joins) for run in self.tools.of(number))
        if not self.tools.answered(call, outcome, text):
            return
        if reply is None or not is_heard_of:
            self.expect_news()
        elif reply.is_generated:
            self._continue(reply, at)

    def _call_tool(self, reply: Reply, event: ToolRequested, at: float) -> None:
        self.seal(reply)
        c = self._call
        run = self.tools.call_for(event, reply.turn.number, at)
        if event.name not in ENDS_REPLY:
            reply.wants_round = True
        elif run is None:
            self.expect_news()
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
                self.keys.collect(run, wanted)
            case _:
                # What the responder still owes of this round keeps its deadline.
                if (reply.is_dry or not reply.is_audible) and Timer.FILLER not in c.timers:
                    self._bridge(reply, at + c.behaviour.filler_s)

    def _refuse(self, call: str, text: str) -> None:
        """The model hears of it when it is asked next, which is as soon as this reply is over."""
        self.tools.answered(call, Outcome.FAILED, text)
        self.expect_news()

    def _continue(self, reply: Reply, at: float) -> None:
        if self.tools.of(reply.number) or reply.is_held:
            return
        reply.rounds += 1
        reply.wants_round = reply.is_generated = reply.is_ready = reply.has_begun = False
        with_tools = reply.rounds < self._call.behaviour.tool_steps
        ask = Ask(until=len(self._call.history), said=reply.text, with_tools=with_tools)
        self._call.do(ContinueReply(reply.number, ask))
        self._await_sound(reply, at)
