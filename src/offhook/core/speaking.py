"""The agent's voice: a reply is prepared, committed, said, judged, cut; tools run in its turn.

One reply at a time. A reply that takes the place of one that was heard in part begins when it is known what was heard,
so that what the responder is asked never depends on which of two events came first.
"""

from typing import Final

import msgspec

from offhook.core import promises
from offhook.core.commands import (
    Ask,
    CancelReply,
    CommitReply,
    DuckPlayout,
    HushPlayout,
    ReportPromise,
    ResumePlayout,
    Say,
    StartReply,
)
from offhook.core.endings import EndReason
from offhook.core.events import PlayoutCut
from offhook.core.history import AgentSaid, CallerSaid, KeysPressed, Outcome
from offhook.core.keys import Keys
from offhook.core.reply import CallerTurn, Reply, ReplyState, Successor, Transfer
from offhook.core.sounded import Sounded
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.tools import Tools
from offhook.core.words import is_question

VOICE_NEAR_S: Final = 0.4
"""A first clause and its first audio take no longer, mostly."""
LONGEST_QUIET_S: Final = 2.8
"""Behind the caller's last word something is heard by then, whatever has happened meanwhile."""
CUT_TIMEOUT_S: Final = 0.25
"""The playout is ours and answers in the same step; this only guards against a bug in it."""
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
        self._silent_at = 0.0
        """End of what the agent has said last."""
        self._replies = 0
        self._apologies = 0
        self._texts: dict[int, str] = {}
        """Of the current reply's segments."""
        self._said: dict[int, AgentSaid] = {}
        """What is remembered of the last replies, by their numbers: more may become known."""
        self.sounded = Sounded()

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
            self.await_sound(reply, at)
        return reply

    @property
    def has_news(self) -> bool:
        """The responder is to be asked as soon as nobody speaks."""
        return self._news is not None

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
        """The held reply becomes the reply: its audio goes out."""
        reply.move(ReplyState.THINKING)
        self._call.do(CommitReply(reply.number))
        self.await_sound(reply, at)

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
        self._silent_at = at
        self.sounded.stops(cut.number, len(heard_text.split()), (), at)
        self._call.timers.cancel(Timer.CUT)
        self._record(cut, heard_text, interrupted=True)
        if self.next is not None and self._call.is_talking:
            successor, self.next = self.next, None
            self._begin(successor, at)

    def heard(self, reply: Reply, heard_text: str, at: float) -> None:
        """The caller has heard it all."""
        self._silent_at = at
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
            self.sounded.told(text, at)
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
        transfer: Transfer | None = None,
    ) -> None:
        """This sentence, in the place of whatever is being said or prepared; `turn` is what it answers, if not that.
        The transfer begins when it was heard."""
        old = self.reply or self.cut
        is_new = turn is not None
        answered = turn or (old.turn if old is not None and not old.is_held else CallerTurn(self._call.turns))
        self.replace(
            Successor(
                say=say,
                turn=answered,
                is_sealed=not is_new and old is not None and (old.is_sealed or not self.reply),
                is_protected=is_protected,
                is_hushed=False,
                ends_call=ends_call,
                transfer=transfer,
            ),
            at,
        )

    def replace(self, successor: Successor, at: float) -> None:
        """End what is being said; the other begins as soon as it is known what was heard of it."""
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
            again_at = at + self._call.behaviour.filler_again_s
            self._call.timers.set(Timer.FILLER, min(max(successor.filler_at, at), again_at))
        reply = self.start(content, successor.turn, at)
        reply.is_sealed, reply.is_protected = successor.is_sealed, successor.is_protected
        reply.attempt, reply.fillers = successor.attempt, successor.fillers
        reply.ends_call, reply.is_goodbye = successor.ends_call, successor.say is not None
        reply.transfer = successor.transfer
        if successor.is_hushed and not reply.is_protected:
            self.hush(reply, at)
            if successor.decide_at is not None:
                self._call.timers.set(Timer.DECIDE, max(successor.decide_at, at))

    # ── how it is heard ──────────────────────────────────────────────────────────────────────────────────────

    def segment_named(self, segment: int, text: str) -> None:
        """What a segment says."""
        self._texts[segment] = text

    def segment_reworded(self, reply: Reply, segment: int, text: str) -> None:
        """What was sounding without words has some now."""
        self._texts[segment] = text
        self.sounded.reworded(reply.number, segment, text)

    def segment_started(self, reply: Reply, segment: int, plays_at: float) -> None:
        """The caller begins to hear it."""
        assert not reply.is_held, "a held reply was sent"
        reply.is_audible, reply.is_dry = True, False
        reply.audible_at = min(reply.audible_at, plays_at)
        self._call.timers.cancel(Timer.STALL, Timer.IDLE)
        if segment >= 0:
            reply.fillers = 0
        self.seal(reply)
        self.sounded.begins(reply.number, segment, self._texts.get(segment, ""), plays_at)
        if reply.state is ReplyState.THINKING:
            reply.move(ReplyState.SPEAKING)

    def playout_cut(self, reply: Reply, cut: PlayoutCut, at: float) -> None:
        """The reply has fallen silent, for now."""
        reply.heard_text = cut.heard_text
        self.sounded.stops(reply.number, len(cut.heard_text.split()), cut.ages_s, at)

    # ── what the caller waits for ────────────────────────────────────────────────────────────────────────────

    def apologise(self, at: float) -> None:
        """Say sorry, as long as that helps; then goodbye."""
        c = self._call
        self._apologies += 1
        if self._apologies > c.behaviour.apologies:
            goodbye = Say(c.script.failure_goodbye, "failure")
            self.say_instead(goodbye, at, ends_call=EndReason.PROVIDER_REPLY_FAILED, is_protected=True)
        else:
            self.say_instead(Say(c.script.apology, "apology"), at)

    def await_sound(self, reply: Reply, at: float) -> None:
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
            self.bridge(reply, at + b.filler_s if reply.turn.is_empty else self.filler_at(at))
        if b.opener_s and reply.turn.text and not reply.rounds and reply.attempt == 1:
            timers.set(Timer.OPENER, max(at, self._voiced_at + b.opener_s))

    def filler_at(self, at: float) -> float:
        """When a filler is due for what begins now.

        However often it was begun anew: the caller has waited since somebody was heard last.
        """
        filler_s, quiet_at = self._call.behaviour.filler_s, max(self._voiced_at, self._silent_at)
        return max(at + filler_s / 2, min(at + filler_s, quiet_at + LONGEST_QUIET_S))

    def bridge(self, reply: Reply, at: float) -> None:
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
            self.sounded.goes_on(at)
        if reply.state in (ReplyState.DUCKED, ReplyState.HUSHED):
            reply.move(ReplyState.SPEAKING if reply.is_audible else ReplyState.THINKING)
            self._call.do(ResumePlayout(reply.number))
