"""A call as a pure function of its events: `receive(event, at)` gives commands, `wakeup_at` asks for time.

Same events at the same times give the same commands. Deadlines that were due before an event fire first, in order, so
that the result does not depend on which of the two the loop delivered first. After every event and every deadline one
rule is applied (`_rest`): an open call in which nobody sounds is waiting for something that has a deadline.
"""

from offhook.core import closing, committing, listening, speaking, waiting
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import CancelReply, Command, Generate, Say
from offhook.core.state import FILLER, CallState, Floor, Known, Phase, Reply
from offhook.core.timers import Timer
from offhook.core.transcript import AgentSaid, CallerSaid, Entry, ToolUsed


class Conversation:
    """One call's turn taking. No I/O, clock, task or randomness."""

    def __init__(self, behaviour: Behaviour, script: Script) -> None:
        self._call = CallState(behaviour, script)

    @property
    def wakeup_at(self) -> float | None:
        """When `receive(TimePassed(), at)` is wanted next, on the call's clock."""
        return self._call.timers.next_at

    @property
    def state(self) -> CallState:
        """Where the call stands; to be read, never changed."""
        return self._call

    def receive(self, event: ev.Event, at: float) -> list[Command]:
        """Take one event that happened at `at` (seconds, never going back); what is to be done now, in order."""
        c = self._call
        while c.phase is not Phase.ENDED and (due := c.timers.pop_due(at)) is not None:
            self._fire(*due)
            self._rest(due[1])
        if c.phase is not Phase.ENDED:
            self._take(event, at)
            self._rest(at)
        commands, c.out = c.out, []
        return commands

    def context(self, reply_number: int) -> tuple[Entry, ...]:
        """What the model is to see for this reply: the history, the turn it answers, and its own part so far."""
        c, entries = self._call, list(self._call.history)
        reply = c.reply
        if reply is None or reply.number != reply_number:
            return tuple(entries)
        if reply.caller_text and not reply.is_sealed:
            entries.append(CallerSaid(reply.caller_text))
        if reply.text:
            entries.append(AgentSaid(reply.text))
        entries += [ToolUsed(t.call, t.name, t.arguments, t.result) for t in reply.tools.runs if t.result is not None]
        return tuple(entries)

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, event: ev.Event, at: float) -> None:
        """The joint rules, one clause for each event."""
        c = self._call
        if c.phase is Phase.ENDING:
            if isinstance(event, ev.PlayoutCut):
                self._cut(event)
            return
        match event:
            case ev.TimePassed():
                pass
            case ev.CallAnswered():
                self._answer(at)
            case ev.CallerHungUp():
                closing.end(c, "caller.hung_up", hang_up=False)
            case ev.LegLost():
                closing.end(c, "carrier.leg_lost", hang_up=True)
            case ev.EndRequested(reason=reason):
                if c.phase is Phase.RINGING:
                    closing.end(c, reason, hang_up=True)
                else:
                    closing.close(c, Say(c.script.goodbye, "goodbye"), reason, at)
            case _ if c.phase is Phase.RINGING:
                pass
            case ev.SoundLasted(sound_s=sound_s):
                listening.sound_lasted(c, sound_s, at)
            case ev.SpeechStarted():
                listening.speech_started(c, event, at)
            case ev.VoiceLasted(voice_s=voice_s):
                listening.voice_lasted(c, voice_s)
            case ev.VoicePaused():
                listening.voice_paused(c, event)
            case ev.SpeechStopped():
                listening.speech_stopped(c, event, at)
            case ev.SilenceLasted(spurt=spurt, silence_s=silence_s):
                listening.silence_lasted(c, spurt, silence_s)
            case ev.TurnPredicted(spurt=spurt, probability=probability):
                listening.turn_predicted(c, spurt, probability)
            case ev.DigitPressed(digit=digit):
                listening.digit_pressed(c, digit, at)
            case ev.ToolReturned(call=call, result=result):
                speaking.tool_answered(c, call, result, at)
            case ev.ToolFailed(call=call, cause=cause):
                speaking.tool_answered(c, call, f"error: {cause}", at)
            case ev.PlayoutCut():
                self._cut(event)
            case _ if c.reply is not None and getattr(event, "reply", None) == c.reply.number:
                self._take_reply(event, c.reply, at)
            case _:
                self._take_words(event, at)

    def _take_words(self, event: ev.Event, at: float) -> None:
        """News of the transcriber."""
        c = self._call
        match event:
            case ev.TranscriptChanged(text=text):
                listening.transcript_changed(c, text, at)
            case ev.TranscriptFinal():
                listening.transcript_final(c, event, at)
            case ev.TranscriberLost():
                listening.transcriber_lost(c, event, at)
            case ev.TranscriberReady():
                listening.transcriber_ready(c, at)
            case ev.TurnEndExpected():
                listening.turn_end_expected(c, event, at)
            case ev.TurnResumed():
                listening.turn_resumed(c)
            case ev.TranscriberLagging() | ev.ProviderSwitched() | ev.ReplyStopped():
                pass
            case _:
                pass  # Late news of a reply that is over: dropped here, and only here.

    def _take_reply(self, event: ev.Event, reply: Reply, at: float) -> None:
        """News of the reply that is current."""
        c = self._call
        match event:
            case ev.FirstTokenReceived():
                speaking.first_token_received(c, at)
            case ev.SegmentReady(segment=segment):
                speaking.segment_ready(c, segment)
            case ev.SegmentStarted():
                speaking.segment_started(c)
            case ev.SegmentHeard() | ev.ProviderSwitched() | ev.ReplyStopped():
                pass
            case ev.ReplyGenerated():
                speaking.reply_generated(c, event, at)
            case ev.PlayoutDried():
                speaking.playout_dried(c, at)
            case ev.ReplySent(ends_at=ends_at):
                c.timers.cancel(Timer.STALL, Timer.FILLER)
                c.timers.set(Timer.MARK, ends_at + c.behaviour.mark_timeout_s)
            case ev.ReplyHeard(text=text):
                self._heard(text, at)
            case ev.ReplyFailed():
                speaking.reply_failed(c, event, at)
            case ev.ToolRequested():
                speaking.tool_requested(c, event, at)
            case _:
                raise AssertionError(f"no rule for {type(event).__name__} of reply {reply.number}")

    def _answer(self, at: float) -> None:
        c = self._call
        if c.phase is not Phase.RINGING:
            return
        c.enter(Phase.OPEN)
        b = c.behaviour
        c.timers.set(Timer.MAX_CALL, at + b.max_call_s)
        if 0.0 < b.warn_before_s < b.max_call_s:
            c.timers.set(Timer.WARNING, at + b.max_call_s - b.warn_before_s)
        if c.script.opening == "wait":
            c.timers.set(Timer.IDLE, at + b.opening_wait_s)
            return
        is_fixed = c.script.opening == "fixed"
        opening = speaking.start(c, Say(c.script.greeting, "greeting") if is_fixed else Generate(""), at)
        if b.protect_opening:
            opening.known |= Known.PROTECTED

    def _cut(self, event: ev.PlayoutCut) -> None:
        c = self._call
        if c.cut is not None and c.cut.number == event.reply:
            speaking.cut_heard(c, event.heard_text)
        elif c.reply is not None and c.reply.number == event.reply:
            c.reply.heard_text = event.heard_text

    def _heard(self, text: str, at: float) -> None:
        if reason := speaking.reply_heard(self._call, text, at):
            closing.end(self._call, reason, hang_up=True)

    # ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────

    def _fire(self, timer: Timer, at: float) -> None:
        """One clause for each deadline."""
        c = self._call
        match timer:
            case Timer.CUT:
                if c.cut is not None:
                    speaking.cut_heard(c, c.cut.heard_text)
            case Timer.MARK:
                self._unmarked(at)
            case Timer.STALL | Timer.REPLY:
                speaking.reply_overdue(c, at)
            case Timer.OPENER:
                waiting.opener_due(c, at)
            case Timer.FILLER:
                waiting.filler_due(c, at)
            case Timer.TOOL:
                speaking.tools_overdue(c, at)
            case Timer.TRANSCRIPT:
                listening.transcript_overdue(c, at)
            case Timer.OWED:
                if filler := waiting.words_owed(c, at):
                    speaking.start(c, Say(filler, FILLER), at)
            case Timer.DECIDE:
                listening.words_never_came(c)
            case Timer.COMMIT:
                committing.commit_overdue(c, at)
            case Timer.DIGITS:
                committing.digits_over(c, at)
            case Timer.STUCK:
                listening.spurt_stuck(c, at)
            case Timer.IDLE:
                self._idle(at)
            case Timer.WARNING:
                c.pending.append(Say(c.script.warning, "warning"))
            case Timer.MAX_CALL:
                closing.close(c, Say(c.script.time_over, "time_over"), "agent.max_duration", at)
            case Timer.CLOSING:
                closing.end(c, c.reply.ends_call if c.reply else "agent.ended", hang_up=True)

    def _unmarked(self, at: float) -> None:
        """By all we know the caller has heard it; a carrier that forgets a mark must not stop the call."""
        c = self._call
        if c.reply is not None:
            c.do(CancelReply(c.reply.number))
            self._heard(c.reply.full_text, at)

    def _idle(self, at: float) -> None:
        """Nobody has spoken for long."""
        c = self._call
        c.counts.idle_prompts += 1
        if c.counts.idle_prompts > c.behaviour.idle_prompts:
            goodbye = Say(c.script.idle_goodbye, "idle_goodbye")
            closing.close(c, goodbye, "caller.silent", at, is_protected=False)
        else:
            text = c.script.idle[(c.counts.idle_prompts - 1) % len(c.script.idle)]
            speaking.start(c, Say(text, "idle"), at)

    # ── the rule of rest ─────────────────────────────────────────────────────────────────────────────────────

    def _rest(self, at: float) -> None:
        """What holds after every step: nothing waits without a deadline."""
        c = self._call
        if c.end_reason:
            # Only the stream is ended: the carrier's own voice can still apologise.
            closing.end(c, c.end_reason, hang_up=c.end_reason != speaking.VOICE_FAILED)
        if c.phase is Phase.ENDING and c.cut is None:
            closing.finish(c)
        if c.cut is not None and Timer.CUT not in c.timers:
            c.timers.set(Timer.CUT, at + speaking.CUT_TIMEOUT_S)
        if c.phase not in (Phase.OPEN, Phase.CLOSING):
            return
        committing.consider(c, at)
        if c.reply is not None or c.cut is not None or c.has_open_spurt or not c.turn.is_empty:
            c.timers.cancel(Timer.IDLE)
            return
        if c.pending:
            speaking.start(c, c.pending.pop(0), at)
            return
        c.floor = Floor.NOBODY
        if Timer.IDLE not in c.timers:
            c.timers.set(Timer.IDLE, at + c.behaviour.idle_s)
