"""What the caller hears while the reply is on its way, or the caller's own words are: an opener at once, a filler
later. Per language by `Script`.
"""

from typing import Final

from offhook.core.behaviour import Script
from offhook.core.commands import Generate, PlayFiller
from offhook.core.state import CallState, Phase, Reply, ReplyState
from offhook.core.timers import Timer
from offhook.core.words import Shape, normalize, shape_of

_RETRY_WHEN_HUSHED_S: Final = 0.3


def opener_due(c: CallState, at: float) -> None:
    """No reply is ready: acknowledge what was said, and let the reply go on behind it."""
    reply = c.reply
    if reply is None or reply.state is not ReplyState.THINKING or reply.fillers:
        return
    if text := opener_for(c.script, reply.caller_text, reply.turn):
        c.do(PlayFiller(reply.number, text))
        if Timer.FILLER in c.timers:
            c.timers.set(Timer.FILLER, at + c.behaviour.filler_s)


def filler_due(c: CallState, at: float) -> None:
    """The caller has waited: say something short, unless the caller speaks."""
    reply = c.reply
    if reply is None or reply.state is ReplyState.HELD or not isinstance(reply.content, Generate):
        return
    if reply.state is ReplyState.HUSHED:
        c.timers.set(Timer.FILLER, at + _RETRY_WHEN_HUSHED_S)
        return
    fillers = fillers_for(c, reply)
    if not fillers:
        return
    c.do(PlayFiller(reply.number, fillers[reply.fillers % len(fillers)]))
    reply.fillers += 1
    # Playout tells when the filler is over; this is for a voice that does not even say that.
    c.timers.set(Timer.FILLER, at + 2 * c.behaviour.filler_again_s)


def words_owed(c: CallState, at: float) -> str:
    """The caller has spoken and hears nothing, since the words are not known: what to say, empty for nothing now."""
    spurt, b = c.spurt, c.behaviour
    if not c.owes_words or c.phase is not Phase.OPEN or not c.script.filler:
        return ""
    assert spurt is not None and spurt.ended_at is not None
    if c.reply is not None or c.cut is not None:
        c.timers.set(Timer.OWED, at + _RETRY_WHEN_HUSHED_S)
        return ""
    if not c.turn.is_empty and at < spurt.ended_at + b.filler_s + b.filler_s / 4:
        # The words so far will soon have to do: an answer is better than a filler.
        c.timers.set(Timer.OWED, at + b.filler_s / 4)
        return ""
    c.timers.set(Timer.OWED, at + b.filler_again_s)
    return c.script.filler[c.counts.replies % len(c.script.filler)]


def fillers_for(c: CallState, reply: Reply) -> tuple[str, ...]:
    """What to say meanwhile: the sentences of the first tool that runs and has its own, or the general ones."""
    running = (c.script.tools.get(run.name) for run in reply.tools.runs if run.result is None)
    return next((words.filler for words in running if words is not None and words.filler), c.script.filler)


def opener_for(script: Script, caller_text: str, turn: int) -> str:
    """What fits to the caller's turn: another one from turn to turn; empty when nothing does."""
    if shape_of(caller_text, "", script) is Shape.FAREWELL:
        return ""
    said = f"{normalize(caller_text)} "
    # "Could you ..." and "I would like ...?" ask for a deed, whatever their sign at the end.
    if any(said.startswith(f"{phrase} ") for phrase in script.request_words):
        fitting = script.opener_request
    elif caller_text.rstrip().endswith("?") or any(said.startswith(f"{word} ") for word in script.question_words):
        fitting = script.opener_question
    else:
        fitting = script.opener_statement
    return fitting[turn % len(fitting)] if fitting else ""
