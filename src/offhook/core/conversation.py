"""A call as a pure function of its events: `receive(event, at)` gives commands, `wakeup_at` asks for time.

Same events at the same times give the same commands. Deadlines that were due before an event fire first, in order, so
that the result does not depend on which of the two the loop delivered first. After every event and every deadline one
rule is applied (`_rest`): an open call in which nobody sounds is waiting for something that has a deadline.

This is the only place that sees all parts: what the caller does (`Listening`), what the agent does (`Speaking`), who
has the floor (`Turns`), where the legs are (`Legs`), and how it begins and ends (`Answering`, `Closing`).
"""

from typing import assert_never, cast

from offhook.core import events as ev
from offhook.core.answering import Answering
from offhook.core.barge_in import BargeIn
from offhook.core.behaviour import Behaviour, Script
from offhook.core.closing import Closing
from offhook.core.commands import AnyCommand, CancelReply, Say
from offhook.core.doors import Doors
from offhook.core.endings import EndReason
from offhook.core.history import AnyEntry, KeysPressed, Outcome
from offhook.core.keys import Keys
from offhook.core.legs import Legs
from offhook.core.listening import Listening
from offhook.core.making import Making
from offhook.core.reply import CallerTurn, Reply
from offhook.core.speaking import CUT_TIMEOUT_S, Speaking
from offhook.core.state import Call, Phase
from offhook.core.timers import Timer
from offhook.core.tools import Tools
from offhook.core.turns import Turns
from offhook.core.waiting import Waiting


class Conversation:
    """One call's turn taking. No I/O, clock, task or randomness."""

    def __init__(self, behaviour: Behaviour, script: Script, history: tuple[AnyEntry, ...] = ()) -> None:
        self._call = c = Call(behaviour, script, history)
        self._tools, self._keys = Tools(c), Keys(c)
        self._listening = Listening(c)
        self._speaking = Speaking(c, self._tools, self._keys)
        self._making = Making(c, self._speaking, self._tools, self._keys)
        self._closing = Closing(c, self._listening, self._speaking)
        self._waiting = Waiting(c, self._listening, self._speaking, self._closing)
        self._turns = Turns(c, self._listening, self._speaking, self._making, self._keys, self._closing, self._waiting)
        self._barge_in = BargeIn(
            c, self._listening, self._speaking, self._turns, self._keys, self._closing, self._waiting
        )
        self._legs = Legs(c, self._listening, self._speaking, self._making, self._closing, self._turns)
        self._doors = Doors(c, self._speaking, self._making, self._barge_in, self._legs, self._waiting)
        self._answering = Answering(c, self._listening, self._speaking, self._making, self._closing, self._turns)

    @property
    def wakeup_at(self) -> float | None:
        """When `receive(TimePassed(), at)` is wanted next, on the call's clock."""
        return self._call.timers.next_at

    @property
    def phase(self) -> Phase:
        """Where the call stands."""
        return self._call.phase

    @property
    def ended(self) -> EndReason | None:
        """Why it is over; None while it is not."""
        return self._call.ended.reason if self._call.ended and self._call.phase is Phase.ENDED else None

    @property
    def timers(self) -> list[str]:
        """The deadlines that are set, by name."""
        return self._call.timers.names()

    @property
    def reply(self) -> Reply | None:
        """What is being prepared or said; to be read, never changed."""
        return self._speaking.reply

    @property
    def listening(self) -> Listening:
        """What is known of the caller's voice and words; to be read, never changed."""
        return self._listening

    def receive(self, event: ev.Event, at: float) -> list[AnyCommand]:
        """Take one event that happened at `at` (seconds, never going back); what is to be done now, in order."""
        c = self._call
        while c.phase is not Phase.ENDED and (due := c.timers.pop_due(at)) is not None:
            self._fire(*due)
            self._rest(due[1])
        if c.phase is not Phase.ENDED:
            self._take(cast(ev.AnyEvent, event), at)
            self._rest(at)
        commands, c.out = c.out, []
        return commands

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, event: ev.AnyEvent, at: float) -> None:
        """Whose news it is."""
        c = self._call
        if c.phase is Phase.ENDING:
            if isinstance(event, ev.PlayoutCut | ev.ReplyHeard):
                self._take_reply(event, at)
        elif isinstance(event, ev.ReplyEvent):
            self._take_reply(event, at)
        elif isinstance(event, ev.ToolEvent):
            self._take_tool(event, at)
        elif isinstance(event, ev.SoundEvent):
            if c.is_talking:
                self._take_sound(event, at)
            elif self._legs.is_with_human:
                self._overhear(event, at)
        elif isinstance(event, ev.TranscriberEvent):
            if c.phase is not Phase.RINGING:
                self._take_words(event, at)
        elif isinstance(event, ev.DoorEvent):
            self._doors.take(event, at)
        else:
            self._take_call(event, at)

    def _take_call(self, event: ev.AnyCallEvent, at: float) -> None:
        """News of the call and its legs, and wishes from outside."""
        c = self._call
        match event:
            case ev.TimePassed() | ev.ProviderSwitched():
                pass
            case ev.CallAnswered():
                self._answering.answered(event, at)
            case ev.CallNotAnswered(reason=reason, detail=detail):
                c.end(reason, detail, hang_up=False)
            case ev.AnsweredBy():
                self._answering.answered_by(event, at)
            case ev.BeepHeard():
                self._answering.beep_heard(at)
            case ev.CallerHungUp():
                c.end(EndReason.CALLER_HUNG_UP, hang_up=False)
            case ev.LegAttached():
                self._legs.attached(event, at)
            case ev.LegDetached():
                self._legs.detached(event, at)
            case ev.TransferEnded():
                self._legs.transfer_ended(event, at)
            case ev.DigitPressed(digit=digit):
                if c.is_talking:
                    self._barge_in.digit_pressed(digit, at)
                elif self._legs.is_with_human:
                    c.remember(KeysPressed(c.turns, digit))
            case ev.EndRequested():
                self._closing.requested(event, at)
            case ev.AgentEntered():
                self._doors.agent_entered(event, at)
            case _:
                assert_never(event)

    def _take_sound(self, event: ev.AnySoundEvent, at: float) -> None:
        """Edges of the caller's sound."""
        match event:
            case ev.SoundLasted(sound_s=sound_s):
                self._barge_in.sound_lasted(sound_s, at)
            case ev.SpeechStarted():
                self._barge_in.speech_started(event, at)
            case ev.VoiceLasted(voice_s=voice_s):
                self._barge_in.voice_lasted(voice_s, at)
            case ev.VoicePaused():
                self._listening.paused(event)
            case ev.SpeechStopped():
                self._barge_in.speech_stopped(event, at)
            case ev.SilenceLasted(spurt=spurt, silence_s=silence_s):
                self._listening.silence_lasted(spurt, silence_s)
            case ev.TurnPredicted(spurt=spurt, probability=probability):
                self._listening.turn_predicted(spurt, probability)
            case _:
                assert_never(event)

    def _overhear(self, event: ev.AnySoundEvent, at: float) -> None:
        """The caller talks to a human: the words are written down, and that is all."""
        match event:
            case ev.SpeechStarted():
                self._listening.started(event, at, over_agent=False)
            case ev.SpeechStopped():
                self._listening.stopped(event, at)
                self._listening.close_spurt()
            case _:
                pass

    def _take_words(self, event: ev.AnyTranscriberEvent, at: float) -> None:
        """News of the transcriber."""
        c = self._call
        match event:
            case ev.TranscriptChanged() | ev.TurnEndExpected():
                self._listening.changed(event, at)
                self._barge_in.judge(at)
            case ev.TranscriptFinal():
                self._barge_in.final(event, at)
                if self._legs.is_with_human:
                    self._legs.keep_words()
            case ev.TurnResumed():
                self._listening.resumed()
            case ev.TranscriberLost():
                if not self._listening.lost(event) and c.phase is not Phase.PARKED:
                    deaf = Say(c.script.deaf, "deaf")
                    self._closing.say_goodbye(deaf, EndReason.PROVIDER_STT_FAILED, at, detail=event.cause)
            case ev.TranscriberReady():
                self._listening.ready(at)
            case ev.TranscriberLagging():
                pass
            case _:
                assert_never(event)

    def _take_tool(self, event: ev.AnyToolEvent, at: float) -> None:
        """A tool is over, also one whose reply is gone."""
        match event:
            case ev.ToolReturned(call=call, result=result):
                self._making.tool_answered(call, Outcome.DONE, result, at)
            case ev.ToolFailed(call=call, cause=cause):
                self._making.tool_answered(call, Outcome.FAILED, cause, at)
            case ev.ToolLost(call=call, cause=cause):
                self._making.tool_answered(call, Outcome.UNKNOWN, cause, at)
            case _:
                assert_never(event)

    def _take_reply(self, event: ev.AnyReplyEvent, at: float) -> None:
        """News of a reply: of the current one, of the one that is being cut, or late and of no use to anybody."""
        speaking = self._speaking
        reply, cut = speaking.reply, speaking.cut
        if isinstance(event, ev.MoreHeard):
            speaking.more_heard(event.reply, event.text, at)
        elif cut is not None and event.reply == cut.number:
            if isinstance(event, ev.PlayoutCut):
                speaking.cut_heard(event.heard_text, at)
            elif isinstance(event, ev.ReplyHeard):
                # Its last mark and the caller's words met on the way: all of it was heard.
                speaking.cut_heard(event.text, at)
        elif reply is not None and event.reply == reply.number:
            self._take_current(event, reply, at)

    def _take_current(self, event: ev.AnyReplyEvent, reply: Reply, at: float) -> None:
        speaking, timers = self._speaking, self._call.timers
        match event:
            case ev.FirstTokenReceived():
                self._making.first_token_received(reply, at)
            case ev.ToolPending():
                self._making.tool_pending(reply, at)
            case ev.SegmentReady(segment=segment, text=text):
                self._making.segment_ready(reply, segment, text, at)
            case ev.SegmentReworded(segment=segment, text=text):
                speaking.segment_reworded(reply, segment, text)
            case ev.SegmentStarted(segment=segment, plays_at=plays_at):
                speaking.segment_started(reply, segment, plays_at)
            case ev.KnowledgeFound() | ev.SegmentHeard() | ev.ReplyStopped() | ev.MoreHeard():
                pass
            case ev.ReplyGenerated():
                self._making.generated(reply, event, at)
            case ev.PlayoutDried():
                self._making.playout_dried(reply, at)
            case ev.PlayoutRefilled():
                self._making.playout_refilled(reply)
            case ev.ReplySent(ends_at=ends_at):
                reply.ends_at = ends_at
                speaking.sounded.ends(reply.number, ends_at)
                timers.cancel(Timer.STALL, Timer.FILLER)
                timers.set(Timer.MARK, ends_at + self._call.behaviour.mark_timeout_s)
            case ev.ReplyHeard(text=text):
                self._heard(reply, text, at)
            case ev.PlayoutCut(heard_text=heard_text):
                speaking.playout_cut(reply, event, at)
                if reply.is_unmarked:
                    self._heard(reply, heard_text, at)
            case ev.ReplyFailed():
                self._making.failed(reply, event, at)
            case ev.ToolRequested():
                self._making.tool_requested(reply, event, at)
            case _:
                assert_never(event)

    def _heard(self, reply: Reply, text: str, at: float) -> None:
        """A reply is over: what comes of it."""
        speaking = self._speaking
        speaking.heard(reply, text, at)
        if reply.has_failed and not reply.is_connecting:
            speaking.apologise(at)
            return
        if reply.ends_call is not None:
            self._closing.was_heard(reply.ends_call, at, is_protected=reply.is_protected)
        self._barge_in.reply_over(reply, text, at)
        if reply.transfer is not None:
            if speaking.is_free or self._doors.make_way(reply, at):
                self._legs.announce(reply, reply.transfer, text, at)
            else:
                self._making.tool_answered(reply.transfer.call, Outcome.FAILED, "The caller went on speaking.", at)
        elif reply.handoff is not None:
            self._tools.enter_agent(reply.handoff.call, reply.handoff.agent, at)

    # ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────

    def _fire(self, timer: Timer, at: float) -> None:
        """One clause for each deadline."""
        c, speaking, reply = self._call, self._speaking, self._speaking.reply
        match timer:
            case Timer.CUT:
                if speaking.cut is not None:
                    speaking.cut_heard(speaking.cut.heard_text, at)
                elif reply is not None and reply.is_unmarked:
                    self._heard(reply, reply.heard_text or reply.full_text, at)
            case Timer.MARK:
                self._unmarked(at)
            case Timer.STALL | Timer.REPLY:
                if reply is not None:
                    self._making.overdue(reply, at)
            case Timer.ANSWER:
                if reply is not None:
                    self._making.give_up(reply, at)
            case Timer.FILLER:
                self._waiting.filler_due(at)
            case Timer.OPENER:
                self._waiting.opener_due(at)
            case Timer.TOOL:
                for call in self._tools.overdue(at):
                    self._making.tool_answered(call, Outcome.UNKNOWN, "It did not answer in time.", at)
            case Timer.TRANSCRIPT:
                if self._listening.words_overdue(at):
                    self._barge_in.judge(at)
            case Timer.OWED:
                self._waiting.words_owed(at)
            case Timer.DECIDE:
                self._barge_in.words_never_came(at)
            case Timer.COMMIT:
                self._turns.commit_overdue(at)
            case Timer.DIGITS:
                self._turns.keys_over(at)
            case Timer.STUCK:
                self._barge_in.spurt_stuck(at)
            case Timer.SCREEN:
                self._answering.screen_over(at)
            case Timer.IDLE:
                self._waiting.idle_over(at)
            case Timer.GRACE | Timer.CLOSING:
                self._closing.hang_up()
            case Timer.WARNING:
                speaking.pending.append(Say(c.script.warning, "warning"))
            case Timer.MAX_CALL:
                time_over = Say(c.script.time_over, "time_over")
                self._closing.say_goodbye(time_over, EndReason.AGENT_MAX_DURATION, at)
            case Timer.LEG:
                self._legs.leg_overdue(at)
            case _:
                assert_never(timer)

    def _unmarked(self, at: float) -> None:
        """As far as anybody knows the caller has heard it; a carrier that forgets a mark must not stop the call."""
        reply = self._speaking.reply
        if reply is not None and reply.has_failed and not reply.is_connecting:
            self._speaking.apologise(at)
        elif reply is not None:
            reply.is_unmarked = True
            self._call.do(CancelReply(reply.number))
            self._call.timers.set(Timer.CUT, at + CUT_TIMEOUT_S)

    # ── after every step ─────────────────────────────────────────────────────────────────────────────────────

    def _rest(self, at: float) -> None:
        """What holds after every step: nothing waits without a deadline."""
        c, speaking = self._call, self._speaking
        if c.ended is None and c.is_talking:
            self._go_on(at)
        if c.ended is not None:
            self._closing.finish_step()
        if speaking.cut is not None and Timer.CUT not in c.timers and c.phase is not Phase.ENDED:
            c.timers.set(Timer.CUT, at + CUT_TIMEOUT_S)

    def _go_on(self, at: float) -> None:
        """Who is next, when nobody speaks."""
        c, speaking, listening = self._call, self._speaking, self._listening
        if speaking.reply is not None and speaking.reply.says_nothing:
            c.do(CancelReply(speaking.reply.number))
            self._heard(speaking.reply, "", at)
        self._turns.consider(at)
        if self._closing.heard is not None:
            self._closing.wait(at)
        is_quiet = speaking.is_free and listening.open_spurt is None and listening.ledger.is_empty
        if (
            not is_quiet
            or c.ended is not None
            or self._keys.pressed
            or self._turns.is_suspended
            or self._closing.heard is not None
        ):
            c.timers.cancel(Timer.IDLE)
        elif speaking.pending:
            speaking.start(speaking.pending.pop(0), CallerTurn(c.turns), at)
        elif not speaking.tell_news(at):
            self._wait(at)

    def _wait(self, at: float) -> None:
        if self._keys.collection is not None:
            self._keys.wait(at)
        elif any(run.name == "handoff" for run in self._tools.running):
            self._call.timers.set_first(Timer.FILLER, self._speaking.filler_at(at))
        else:
            self._waiting.watch_idle(at)
