"""The rules of the end of the turn: all evidence is looked at, a reply is prepared, the turn is committed."""

from typing import Final

from offhook.core import closing, speaking
from offhook.core.commands import Generate, Say, WatchSilence
from offhook.core.endpointing import Evidence, silence_needed_s
from offhook.core.state import CallState, Floor, Phase, Reply, ReplyState, Spurt
from offhook.core.timers import Timer
from offhook.core.transcript import TurnText
from offhook.core.words import Shape, is_end_phrase, is_hesitation, normalize, shape_of

MISSED_VOICE_S: Final = 0.3
"""So much voice for which the transcriber owes an answer and gives none shows that it is ill."""
REPEAT_VOICE_S: Final = 1.0
"""So much voice without a word was probably speech: ask to repeat it."""
MOST_REPEATS: Final = 2


def consider(c: CallState, at: float) -> None:
    """Look at all evidence: prepare a reply, watch a silence, commit. Called after every step; does nothing twice."""
    if c.phase not in (Phase.OPEN, Phase.CLOSING) or c.cut is not None:
        return
    reply = c.reply
    if reply is not None and reply.state is not ReplyState.HELD:
        return
    spurt = c.spurt if c.has_open_spurt else None
    if spurt is None:
        if not c.turn.is_empty and Timer.DIGITS not in c.timers and Timer.COMMIT not in c.timers:
            # The transcriber heard what the spurt detector did not, or keys were pressed over a protected reply.
            c.floor = Floor.CALLER
            c.timers.set(Timer.COMMIT, at + c.behaviour.unsure_silence_s)
        return
    c.floor = Floor.CALLER
    if spurt.is_voiced or Timer.DIGITS in c.timers:
        return
    if spurt.settled and (c.turn.is_empty or is_hesitation(c.turn.text, c.script)):
        _drop_turn(c, spurt, at)
        return
    shape = shape_of(c.turn.text, c.last_agent_text, c.script) if not c.turn.is_empty else None
    words = len(c.turn.text.split())
    needed_s = silence_needed_s(c.behaviour, Evidence(spurt.belief, shape, words, c.counts.learned_pause_s))
    _watch(c, spurt, needed_s)
    if spurt.settled and spurt.silence_s >= needed_s:
        commit(c, at)
    elif _will_go_on(c, spurt):
        if reply is not None:
            speaking.cancel(c)
    elif (spurt.settled or spurt.expected is not None) and shape not in (Shape.OPEN, None):
        _speculate(c, reply, at)


def _will_go_on(c: CallState, spurt: Spurt) -> bool:
    """The sound says so, and was not asked a second time: a reply would mostly be thrown away."""
    return spurt.belief is not None and spurt.belief < c.behaviour.complete_probability and not spurt.asked_again


def _watch(c: CallState, spurt: Spurt, needed_s: float) -> None:
    ask_again_s = c.behaviour.second_opinion_s
    watched_s = needed_s if spurt.asked_again or ask_again_s >= needed_s else ask_again_s
    if spurt.watched_s == watched_s or spurt.silence_s >= watched_s:
        return
    spurt.watched_s = watched_s
    c.do(WatchSilence(spurt.number, watched_s))
    assert spurt.ended_at is not None
    c.timers.set(Timer.COMMIT, spurt.ended_at + needed_s + c.behaviour.audio_stall_s)


def _speculate(c: CallState, reply: Reply | None, at: float) -> None:
    text = c.turn.text
    if reply is not None:
        if normalize(reply.caller_text) == normalize(text):
            return
        speaking.cancel(c)
    if c.counts.speculations < c.behaviour.max_speculations and not is_end_phrase(text, c.script):
        c.counts.speculations += 1
        speaking.start(c, Generate(text), at, held=True)


def _drop_turn(c: CallState, spurt: Spurt, at: float) -> None:
    """No turn: noise, a hesitation, or speech that was not understood."""
    if c.reply is not None:
        speaking.cancel(c)
    c.counts.committed_spurt = spurt.number
    c.turn = TurnText(c.turn.answered)
    c.floor = Floor.NOBODY
    c.timers.cancel(Timer.COMMIT, Timer.TRANSCRIPT, Timer.OWED)
    is_deaf = c.counts.missed_spurt == spurt.number
    if spurt.voice_s < (MISSED_VOICE_S if is_deaf else REPEAT_VOICE_S):
        return
    # A transcriber that hears no words in a long spurt is believed the second time; one that says nothing is deaf.
    if c.counts.repeats < (MOST_REPEATS if is_deaf else 1):
        c.counts.repeats += 1
        speaking.start(c, Say(c.script.repeat, "repeat"), at)
    elif is_deaf:
        closing.close(c, Say(c.script.deaf, "deaf"), "provider.stt.failed", at)


def commit_overdue(c: CallState, at: float) -> None:
    """No audio has shown the silence: time has."""
    spurt = c.spurt if c.has_open_spurt else None
    if c.cut is not None or (c.reply is not None and c.reply.state is not ReplyState.HELD):
        return  # Asked for again at the next rest.
    if spurt is None:
        commit(c, at)
    elif not spurt.is_voiced:
        spurt.asked_again = True
        spurt.silence_s = max(spurt.silence_s, at - (spurt.ended_at or at))


def commit(c: CallState, at: float) -> None:
    """The caller's turn is over; the agent has the floor."""
    text = c.turn.text
    c.turn = TurnText(c.turn.provisional)
    c.counts.turns += 1
    if c.spurt is not None:
        c.counts.committed_spurt = c.spurt.number
    c.counts.speculations = c.counts.idle_prompts = c.counts.repeats = 0
    c.timers.cancel(Timer.COMMIT, Timer.TRANSCRIPT, Timer.OWED, Timer.IDLE, Timer.DIGITS, Timer.STUCK)
    if is_end_phrase(text, c.script):
        if c.reply is not None:
            speaking.cancel(c)
        closing.close(c, Say(c.script.goodbye, "goodbye"), "caller.said_goodbye", at, is_protected=False)
        assert c.reply is not None
        c.reply.caller_text = text
        return
    if c.reply is not None and normalize(c.reply.caller_text) == normalize(text):
        c.reply.caller_text = text
        speaking.commit(c, at)
        return
    if c.reply is not None:
        speaking.cancel(c)
    speaking.start(c, Generate(text), at)


def digits_over(c: CallState, at: float) -> None:
    """No more keys: they are the turn."""
    if c.reply is None or c.reply.state is ReplyState.HELD:
        if c.cut is not None or (c.has_open_spurt and c.spurt is not None and c.spurt.is_voiced):
            c.timers.set(Timer.DIGITS, at + c.behaviour.min_silence_s)
        else:
            commit(c, at)
