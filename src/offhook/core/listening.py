"""The rules of the caller's voice: a spurt begins and ends, words come, keys are pressed, the floor is taken."""

from typing import Final

from offhook.core import closing, speaking
from offhook.core.barge_in import Step, step_for_voice, step_for_words
from offhook.core.commands import (
    FinalizeTranscript,
    Generate,
    PredictTurn,
    ReconnectTranscriber,
    Say,
)
from offhook.core.committing import MISSED_VOICE_S
from offhook.core.endpointing import learn_pause
from offhook.core.events import (
    SpeechStarted,
    SpeechStopped,
    TranscriberLost,
    TranscriptFinal,
    TurnEndExpected,
    VoicePaused,
)
from offhook.core.state import CallState, Floor, ReplyState, Spurt
from offhook.core.timers import Timer
from offhook.core.transcript import CallerSaid, TurnText
from offhook.core.words import Shape, is_hesitation, normalize, shape_of

HUSH_SOUND_S: Final = 0.15
"""A shorter loud sound makes the agent only quieter."""
SOUND_JUDGED_S: Final = 0.35
"""A loud sound that the voice detector has not taken for a voice by then is none."""
MOST_DIGITS: Final = 64
WORDS_APART_S: Final = 1.0
"""Words that came so long ago are followed by no more of them; Nova tells what it has once a second."""
MOST_WORDS_S: Final = 8.0
"""So long after the caller's voice, the words so far have to do even if more still come."""
_BACK_OFF_S: Final = 0.1

# ── the caller's sound ───────────────────────────────────────────────────────────────────────────────────────────


def speech_started(c: CallState, event: SpeechStarted, at: float) -> None:
    """The caller begins, goes on, or speaks over the agent."""
    pause_s = max(event.onset_at - c.counts.last_voice_at, 0.0) if c.counts.last_voice_at else 0.0
    c.spurt = Spurt(number=event.spurt, onset_at=event.onset_at, pause_s=pause_s)
    c.timers.cancel(Timer.IDLE, Timer.COMMIT, Timer.TRANSCRIPT, Timer.OWED, Timer.DECIDE, Timer.DIGITS)
    c.timers.set(Timer.STUCK, at + c.behaviour.stuck_voice_s)
    reply = c.reply
    if reply is None:
        c.floor = Floor.CALLER
    elif reply.state is ReplyState.THINKING and not reply.is_protected:
        # Nothing was said yet: keep it back until it is clear whether the caller goes on.
        speaking.hush(c)


def sound_lasted(c: CallState, sound_s: float, at: float) -> None:
    """Loud, and perhaps a voice: neither going quieter nor falling silent loses a word, so neither waits for proof."""
    reply = c.reply
    if reply is None or reply.is_protected or reply.state not in (ReplyState.SPEAKING, ReplyState.DUCKED):
        return
    if c.has_open_spurt and c.spurt is not None and c.spurt.is_voiced:
        return  # The voice detector has taken over.
    if sound_s >= HUSH_SOUND_S:
        speaking.hush(c)
    else:
        speaking.duck(c)
    c.timers.set(Timer.DECIDE, at + SOUND_JUDGED_S)


def voice_lasted(c: CallState, voice_s: float) -> None:
    """The spurt has reached one of the lengths that decide a barge-in."""
    if c.spurt is None or not c.has_open_spurt:
        return
    c.spurt.voice_s = max(c.spurt.voice_s, voice_s)
    reply = c.reply
    if reply is None or reply.is_protected:
        return
    step = step_for_voice(c.behaviour, voice_s)
    if reply.state is ReplyState.HELD:
        if step in (Step.HUSH, Step.TAKE):
            speaking.cancel(c)
    elif reply.can_be_withdrawn:
        if step is not Step.WAIT:
            withdraw(c)
    elif step is Step.TAKE:
        take_floor(c)
    elif step is Step.HUSH:
        speaking.hush(c)
    elif step is Step.DUCK:
        speaking.duck(c)


def voice_paused(c: CallState, event: VoicePaused) -> None:
    """Perhaps the end: its words are asked for already, for the answer takes longer than to be sure."""
    spurt = c.spurt
    if spurt is not None and spurt.number == event.spurt and spurt.is_voiced and c.has_open_spurt:
        spurt.asked_s, spurt.settled = event.heard_s, False
        c.do(FinalizeTranscript(spurt.number))


def speech_stopped(c: CallState, event: SpeechStopped, at: float) -> None:
    """The spurt is over: ask for its words at once, and judge whether the turn is."""
    spurt = c.spurt
    if spurt is None or spurt.number != event.spurt:
        return
    spurt.ended_at, spurt.voice_s = event.ended_at, event.voice_s
    c.counts.last_voice_at = event.ended_at
    c.timers.cancel(Timer.STUCK)
    if not spurt.asked_s or spurt.asked_s < event.ended_at:
        # Not asked yet, or the voice went on after the question.
        spurt.settled = False
        c.do(FinalizeTranscript(spurt.number))
    if not c.has_open_spurt:
        return
    if not spurt.settled:
        c.timers.set(Timer.TRANSCRIPT, at + c.behaviour.transcript_timeout_s)
        c.timers.set(Timer.OWED, at + c.behaviour.filler_s)
    reply = c.reply
    if reply is None or not reply.is_protected:
        c.do(PredictTurn(spurt.number))
    if reply is None:
        return
    if reply.state is ReplyState.DUCKED:
        speaking.resume(c)
    elif reply.state is ReplyState.HUSHED:
        c.timers.set(Timer.DECIDE, at + c.behaviour.decide_timeout_s)


def silence_lasted(c: CallState, spurt_number: int, silence_s: float) -> None:
    """Received audio has shown so much silence after the spurt."""
    spurt = c.spurt
    if spurt is None or spurt.number != spurt_number or spurt.is_voiced:
        return
    spurt.silence_s = max(spurt.silence_s, silence_s)
    if not spurt.asked_again and silence_s >= c.behaviour.second_opinion_s:
        spurt.asked_again = True
        if spurt.probability is not None and spurt.probability < c.behaviour.complete_probability:
            c.do(PredictTurn(spurt.number))


def turn_predicted(c: CallState, spurt_number: int, probability: float) -> None:
    """The end-of-turn model has answered; a second opinion counts as much as the first."""
    spurt = c.spurt
    if spurt is not None and spurt.number == spurt_number:
        first = spurt.probability if spurt.asked_again else None
        spurt.probability = probability if first is None else (first + probability) / 2


def spurt_stuck(c: CallState, at: float) -> None:
    """Voice without end: background noise, or audio that stopped coming."""
    spurt = c.spurt
    if spurt is None or not spurt.is_voiced:
        return
    text = c.turn.text
    if c.has_open_spurt and text and text != spurt.text_when_stuck:
        spurt.text_when_stuck = text
        c.timers.set(Timer.STUCK, at + c.behaviour.stuck_voice_s)
    elif c.has_open_spurt and text:
        speech_stopped(c, SpeechStopped(spurt.number, at, spurt.voice_s), at)
    else:
        c.counts.missed_spurt = c.counts.committed_spurt = spurt.number
        if c.reply is not None:
            speaking.resume(c)


# ── the caller's words ───────────────────────────────────────────────────────────────────────────────────────────


def transcript_changed(c: CallState, text: str, at: float) -> None:
    """Words that may still change. They count only for a spurt that is not yet answered."""
    c.counts.reconnects = 0
    if c.spurt is not None and c.has_open_spurt:
        c.spurt.words_at = at
        c.turn.change(text)
        _judge(c)


def transcript_final(c: CallState, event: TranscriptFinal, at: float) -> None:
    """Words that stay."""
    c.counts.reconnects = 0
    if event.spurt is not None and event.spurt <= c.counts.committed_spurt:
        _late_words(c, event.spurt, event.text, at)
        return
    so_far = shape_of(c.turn.final_text, c.last_agent_text, c.script)
    if normalize(event.text) and so_far in (Shape.OPEN, Shape.COLLECTING):
        c.turn.go_on()
    c.turn.add_final(event.text)
    if c.spurt is not None and event.spurt == c.spurt.number:
        c.spurt.settled = True
        c.timers.cancel(Timer.TRANSCRIPT, Timer.OWED)
    _judge(c)


def turn_end_expected(c: CallState, event: TurnEndExpected, at: float) -> None:
    """The transcriber believes that this is all: enough to prepare a reply."""
    transcript_changed(c, event.text, at)
    if c.spurt is not None and c.has_open_spurt:
        c.spurt.expected = event.probability


def turn_resumed(c: CallState) -> None:
    """It does not believe so any more."""
    if c.spurt is not None:
        c.spurt.expected = None


def transcript_overdue(c: CallState, at: float) -> None:
    """The final does not come: open the transcriber anew, once; then the interim has to do."""
    spurt = c.spurt
    if spurt is None or not c.owes_words:
        return
    quiet_at = min(spurt.words_at + WORDS_APART_S, (spurt.ended_at or at) + MOST_WORDS_S)
    if c.turn.interim and at < quiet_at:
        # They still come, as when a stream that was opened anew catches up.
        c.timers.set(Timer.TRANSCRIPT, quiet_at)
        return
    has_no_words = not c.turn.interim and spurt.voice_s >= MISSED_VOICE_S
    if has_no_words and not spurt.heard_again:
        spurt.heard_again = True
        c.timers.set(Timer.TRANSCRIPT, at + c.behaviour.transcript_timeout_s)
        c.do(ReconnectTranscriber(0.0))
        return
    c.turn.settle()
    spurt.settled = True
    if has_no_words:
        c.counts.missed_spurt = spurt.number
    _judge(c)


def _late_words(c: CallState, spurt_number: int, text: str, at: float) -> None:
    """Words of a spurt that was closed without any, or with an interim: what is new in them is answered after all."""
    reply, is_missed = c.reply, spurt_number <= c.counts.missed_spurt
    answered = c.turn.answered
    rest = text if is_missed else c.turn.beyond_answered(text)
    if not normalize(rest) or is_hesitation(rest, c.script):
        return
    if reply is not None and reply.is_protected:
        c.history.append(CallerSaid(rest))
    elif is_missed:
        if reply is not None and reply.state is not ReplyState.HELD and not reply.is_filler:
            take_floor(c)
        c.turn.put_behind(rest)
    elif reply is not None and reply.can_be_withdrawn and not c.has_open_spurt:
        # Nobody has heard that only half of it was understood.
        before = reply.caller_text.removesuffix(answered).rstrip()
        speaking.cancel(c)
        speaking.start(c, Generate(f"{before} {text}".strip()), at)
    else:
        # Answered when the agent has said what it says now: nobody interrupts it.
        c.turn.put_behind(rest)


def _judge(c: CallState) -> None:
    """Words while the agent has the floor: do they take it?"""
    reply = c.reply
    if reply is None or reply.state is ReplyState.HELD or reply.is_protected:
        return
    spurt = c.spurt if c.has_open_spurt else None
    is_all = spurt is None or (spurt.settled and not spurt.is_voiced)
    step = step_for_words(c.script, c.turn.text, is_all=is_all)
    if reply.is_filler and (is_all or c.owes_words):
        # These are the words that it waits for: they are answered behind it.
        if is_all:
            speaking.resume(c)
    elif step is Step.TAKE:
        take_floor(c)
    elif step is Step.RESUME:
        c.turn = TurnText(c.turn.answered)
        if spurt is not None:
            c.counts.committed_spurt = spurt.number
        speaking.resume(c)


def words_never_came(c: CallState) -> None:
    """The caller sounded over the agent, and nothing shows that it was words: go on."""
    if c.reply is not None and c.reply.state in (ReplyState.DUCKED, ReplyState.HUSHED):
        speaking.resume(c)


# ── taking the floor ─────────────────────────────────────────────────────────────────────────────────────────────


def take_floor(c: CallState) -> None:
    """The caller has the floor: the reply ends where it was heard."""
    reply = c.reply
    assert reply is not None
    if reply.can_be_withdrawn:
        withdraw(c)
    else:
        speaking.cancel(c)
        c.floor = Floor.CALLER
        closing.reopen(c)


def withdraw(c: CallState) -> None:
    """The turn was not over after all: take it back without trace, and let the caller go on."""
    reply = c.reply
    assert reply is not None
    speaking.cancel(c)
    closing.reopen(c)
    c.counts.turns -= 1
    c.floor = Floor.CALLER
    c.turn.put_before(reply.caller_text)
    if c.spurt is not None and c.has_open_spurt:
        weight = c.behaviour.learned_pause_weight
        c.counts.learned_pause_s = learn_pause(c.counts.learned_pause_s, c.spurt.pause_s, weight)


def digit_pressed(c: CallState, digit: str, at: float) -> None:
    """A key is deliberate: it takes the floor at once."""
    if c.reply is not None and not c.reply.is_protected:
        if c.reply.state is ReplyState.HELD:
            speaking.cancel(c)
        else:
            take_floor(c)
    c.timers.cancel(Timer.IDLE)
    if digit == c.behaviour.digits_end and c.turn.digits:
        c.timers.set(Timer.DIGITS, at)
    else:
        c.turn.digits = (c.turn.digits + digit)[:MOST_DIGITS]
        c.timers.set(Timer.DIGITS, at + c.behaviour.digits_timeout_s)
    if c.reply is None:
        c.floor = Floor.CALLER


# ── the transcriber ──────────────────────────────────────────────────────────────────────────────────────────────


def transcriber_lost(c: CallState, event: TranscriberLost, at: float) -> None:
    """Open it again at once; when that does not help, say so and end."""
    c.counts.reconnects += 1
    c.turn.interim = ""
    if c.spurt is not None and not c.spurt.settled:
        # What it was asked, and what it believed, went with it.
        c.spurt.asked_s, c.spurt.expected = 0.0, None
    tries = c.counts.reconnects
    if not event.retryable or tries > c.behaviour.reconnect_attempts:
        closing.close(c, Say(c.script.deaf, "deaf"), "provider.stt.failed", at)
        return
    back_off_s = _BACK_OFF_S * 2 ** (tries - 2) if tries > 1 else 0.0
    c.do(ReconnectTranscriber(min(max(back_off_s, c.behaviour.reconnect_first_s), c.behaviour.reconnect_max_s)))


def transcriber_ready(c: CallState, at: float) -> None:
    """It hears again: ask once more for what is still owed."""
    spurt = c.spurt
    if spurt is None or spurt.settled:
        return
    if c.owes_words:
        c.do(FinalizeTranscript(spurt.number))
        c.timers.set(Timer.TRANSCRIPT, at + c.behaviour.transcript_timeout_s)
    else:
        # A question that was asked while nobody heard is asked again when the voice stops.
        spurt.asked_s = 0.0
