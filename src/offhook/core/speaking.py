"""The rules of the agent's voice: a reply is prepared, committed, said, judged, cut; tools run in its turn."""

from typing import Final

from offhook.core import promises
from offhook.core.commands import (
    CancelReply,
    CommitReply,
    ContinueReply,
    DuckPlayout,
    Generate,
    HushPlayout,
    RecordTurn,
    ResumePlayout,
    RunTool,
    Say,
    StartReply,
)
from offhook.core.events import ReplyFailed, ReplyGenerated, ToolRequested
from offhook.core.state import CallState, Floor, Known, Reply, ReplyState, ToolRun
from offhook.core.timers import Timer
from offhook.core.transcript import AgentSaid, CallerSaid, ToolUsed
from offhook.core.waiting import fillers_for

END_CALL: Final = "end_call"
"""The tool that the core carries out itself: hang up, once the reply was heard."""
VOICE_FAILED: Final = "provider.voice.failed"
VOICE_NEAR_S: Final = 0.4
"""A first clause and its first audio take no longer, mostly."""
CUT_TIMEOUT_S: Final = 0.25
"""The playout is ours and answers in the same step; this only guards against a bug in it."""

_REPLY_TIMERS: Final = (Timer.REPLY, Timer.FILLER, Timer.OPENER, Timer.STALL, Timer.MARK, Timer.DECIDE)


def start(c: CallState, content: Generate | Say, at: float, *, held: bool = False) -> Reply:
    """Begin a reply; there is none now."""
    assert c.reply is None, "one reply at a time"
    c.counts.replies += 1
    turn = c.counts.turns + 1 if held else c.counts.turns
    state = ReplyState.HELD if held else ReplyState.THINKING
    reply = Reply(number=c.counts.replies, turn=turn, content=content, state=state)
    if isinstance(content, Generate):
        reply.caller_text = content.caller_text
    c.reply = reply
    c.do(StartReply(reply.number, turn, content, held))
    if not held:
        c.floor = Floor.AGENT
        _wait_for_audio(c, reply, at)
    return reply


def commit(c: CallState, at: float) -> None:
    """The held reply becomes the reply; the tools that it asked for may run now."""
    reply = c.reply
    assert reply is not None
    reply.move(ReplyState.THINKING)
    c.floor = Floor.AGENT
    c.do(CommitReply(reply.number))
    _wait_for_audio(c, reply, at)
    for run in [tool for tool in reply.tools.runs if tool.result is None]:
        _run_tool(c, reply, run, at)
    if Known.GENERATED in reply.known:
        generated_all(c, reply, at)


def cancel(c: CallState) -> None:
    """Stop the reply and forget the rest of it; `PlayoutCut` will tell what was heard, if any of it was sent."""
    reply = c.reply
    assert reply is not None
    c.do(CancelReply(reply.number))
    reply.move(ReplyState.OVER)
    c.reply = None
    c.timers.cancel(*_REPLY_TIMERS)
    if reply.is_audible:
        if c.cut is not None:
            cut_heard(c, c.cut.heard_text)
        c.cut = reply
    elif reply.is_sealed:
        _keep_tool_results(c, reply)


def cut_heard(c: CallState, heard_text: str) -> None:
    """A cancelled reply ends where it was cut."""
    reply, c.cut = c.cut, None
    assert reply is not None
    c.timers.cancel(Timer.CUT)
    record(c, reply, heard_text, interrupted=True)


def record(c: CallState, reply: Reply, heard_text: str, *, interrupted: bool) -> None:
    """Write what the caller heard into the history, behind the tools that were used for it."""
    seal(c, reply)
    _keep_tool_results(c, reply)
    if heard_text:
        c.history.append(AgentSaid(heard_text, interrupted))
    if heard_text or reply.full_text:
        c.do(RecordTurn(reply.turn, "agent", heard_text, reply.full_text or heard_text, interrupted))
    promises.check(c, reply, heard_text)


def _keep_tool_results(c: CallState, reply: Reply) -> None:
    c.history.extend(
        ToolUsed(run.call, run.name, run.arguments, run.result) for run in reply.tools.runs if run.result is not None
    )
    reply.tools.runs = [run for run in reply.tools.runs if run.result is None]


def seal(c: CallState, reply: Reply) -> None:
    """The caller's turn is history now: the caller has heard the agent answer it, or a tool has acted on it."""
    if reply.is_sealed or reply.state is ReplyState.HELD:
        return
    reply.known |= Known.SEALED
    if reply.caller_text:
        c.history.append(CallerSaid(reply.caller_text))
        c.do(RecordTurn(reply.turn, "caller", reply.caller_text, reply.caller_text))


# ── what the reply's makers tell ─────────────────────────────────────────────────────────────────────────────────


def first_token_received(c: CallState, at: float) -> None:
    """The model has begun; from here on only the voice can be late."""
    reply = c.reply
    assert reply is not None
    reply.known |= Known.BEGUN
    if Timer.REPLY in c.timers:
        c.timers.set(Timer.REPLY, at + c.behaviour.stall_timeout_s)
    # The voice is next: what was to bridge the wait would only lengthen it.
    c.timers.put_off(at + VOICE_NEAR_S, Timer.FILLER, Timer.OPENER)


def segment_ready(c: CallState, segment: int) -> None:
    """Audio is here: nobody waits for the model any more."""
    assert c.reply is not None
    if segment >= 0:
        c.reply.known |= Known.READY
        if c.reply.state is not ReplyState.HELD:
            c.timers.cancel(Timer.REPLY, Timer.FILLER, Timer.OPENER, Timer.STALL)


def segment_started(c: CallState) -> None:
    """The caller begins to hear it."""
    reply = c.reply
    assert reply is not None
    assert reply.state is not ReplyState.HELD, "a held reply was sent"
    reply.known |= Known.AUDIBLE
    c.timers.cancel(Timer.STALL, Timer.IDLE)
    seal(c, reply)
    if reply.state is ReplyState.THINKING:
        reply.move(ReplyState.SPEAKING)


def playout_dried(c: CallState, at: float) -> None:
    """The reply has begun and has no audio now."""
    reply = c.reply
    assert reply is not None
    if reply.tools.are_running or Known.READY not in reply.known:
        c.timers.set(Timer.FILLER, at + c.behaviour.filler_again_s)
    else:
        c.timers.set(Timer.STALL, at + c.behaviour.stall_timeout_s)


def reply_generated(c: CallState, event: ReplyGenerated, at: float) -> None:
    """The model has said all of this round."""
    reply = c.reply
    assert reply is not None
    reply.text = event.text
    reply.known |= Known.GENERATED
    if reply.state is not ReplyState.HELD:
        generated_all(c, reply, at)


def generated_all(c: CallState, reply: Reply, at: float) -> None:
    """Go on after tools, or see that the reply says something."""
    if len(reply.tools.runs) > reply.tools.told:
        _continue_after_tools(c, reply, at)
        return
    c.timers.cancel(Timer.STALL)
    if reply.text.strip() or isinstance(reply.content, Say) or Known.FAILED in reply.known:
        return
    if reply.ends_call:
        reason = reply.ends_call
        _replace(c, Say(c.script.goodbye, "goodbye"), at).ends_call = reason
        return
    reply_lost(c, at)


def reply_failed(c: CallState, event: ReplyFailed, at: float) -> None:
    """A maker failed. What the caller hears already is let to its end; otherwise the reply is tried again."""
    reply = c.reply
    assert reply is not None
    if reply.state is ReplyState.HELD:
        cancel(c)
    elif reply.is_audible and Known.READY in reply.known:
        reply.known |= Known.FAILED
        c.timers.cancel(Timer.STALL)
    else:
        reply_lost(c, at, retryable=event.retryable)


def reply_overdue(c: CallState, at: float) -> None:
    """Nothing came in time. A model is asked once more, a voice that is silent is not: the caller waits."""
    if c.reply is not None:
        reply_lost(c, at, retryable=isinstance(c.reply.content, Generate) and Known.BEGUN not in c.reply.known)


def reply_lost(c: CallState, at: float, *, retryable: bool = True) -> None:
    """The reply will not come: once more, or an apology, or the end. Never silence."""
    reply = c.reply
    assert reply is not None
    if retryable and reply.attempt < c.behaviour.reply_attempts and Known.READY not in reply.known:
        again = _replace(c, reply.content, at)
        again.attempt, again.ends_call = reply.attempt + 1, reply.ends_call
        again.known |= reply.known & Known.PROTECTED
        return
    if isinstance(reply.content, Say):
        # The voice itself is gone: nothing that we could say would be heard.
        cancel(c)
        c.end_reason = VOICE_FAILED
        return
    apologise(c, at)


def apologise(c: CallState, at: float) -> None:
    """Say sorry, so often as is decent; then goodbye."""
    c.counts.apologies += 1
    if c.counts.apologies > c.behaviour.apologies:
        goodbye = _replace(c, Say(c.script.failure_goodbye, "failure"), at)
        goodbye.ends_call = "provider.reply.failed"
        goodbye.known |= Known.PROTECTED
    else:
        _replace(c, Say(c.script.apology, "apology"), at)


def reply_heard(c: CallState, heard_text: str, at: float) -> str:
    """The caller has heard it all; the reason to hang up now, or an empty text."""
    reply = c.reply
    assert reply is not None
    c.timers.cancel(*_REPLY_TIMERS)
    record(c, reply, heard_text, interrupted=False)
    reply.move(ReplyState.OVER)
    c.reply = None
    c.floor = Floor.NOBODY
    if Known.FAILED in reply.known:
        apologise(c, at)
    elif isinstance(reply.content, Generate):
        c.counts.apologies = 0
    return reply.ends_call


def _replace(c: CallState, content: Generate | Say, at: float) -> Reply:
    """Another reply to the same turn of the caller."""
    old = c.reply
    if old is not None:
        cancel(c)
    new = start(c, content, at)
    if old is not None:
        new.caller_text, new.turn = old.caller_text, old.turn
        new.known |= old.known & Known.SEALED
    return new


def _wait_for_audio(c: CallState, reply: Reply, at: float) -> None:
    if Known.READY in reply.known:
        return  # It goes out in this very step.
    is_fixed = isinstance(reply.content, Say)
    c.timers.set(Timer.REPLY, at + (c.behaviour.voice_timeout_s if is_fixed else c.behaviour.reply_timeout_s))
    if isinstance(reply.content, Generate) and c.script.filler:
        c.timers.set(Timer.FILLER, at + c.behaviour.filler_s)
    if c.behaviour.opener_s and reply.caller_text and not reply.tools.steps and reply.attempt == 1:
        c.timers.set(Timer.OPENER, max(at, c.counts.last_voice_at + c.behaviour.opener_s))


# ── while the caller's sound is being judged ─────────────────────────────────────────────────────────────────────


def duck(c: CallState) -> None:
    """Go on quieter."""
    reply = c.reply
    assert reply is not None
    if reply.state is ReplyState.SPEAKING:
        reply.move(ReplyState.DUCKED)
        c.do(DuckPlayout(reply.number, c.behaviour.duck_gain_db))


def hush(c: CallState) -> None:
    """Fall silent, with the rest kept."""
    reply = c.reply
    assert reply is not None
    if reply.state is not ReplyState.HUSHED:
        reply.move(ReplyState.HUSHED)
        c.timers.cancel(Timer.MARK)
        c.do(HushPlayout(reply.number))


def resume(c: CallState) -> None:
    """Go on at full volume, from where it was heard."""
    reply = c.reply
    assert reply is not None
    c.timers.cancel(Timer.DECIDE)
    if reply.state in (ReplyState.DUCKED, ReplyState.HUSHED):
        reply.move(ReplyState.SPEAKING if reply.is_audible else ReplyState.THINKING)
        c.do(ResumePlayout(reply.number))


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────


def tool_requested(c: CallState, event: ToolRequested, at: float) -> None:
    """The model wants a tool: it runs once the turn is committed, never in a speculation."""
    reply = c.reply
    assert reply is not None
    run = ToolRun(call=event.call, name=event.name, arguments=event.arguments, reply=reply.number)
    if event.name == END_CALL:
        reply.ends_call = "agent.ended"
        return
    reply.tools.runs.append(run)
    if reply.tools.steps >= c.behaviour.tool_steps:
        run.result = "error: no more tools in this turn; answer with what you know"
    elif reply.state is not ReplyState.HELD:
        _run_tool(c, reply, run, at)


def tool_answered(c: CallState, call: str, result: str, at: float) -> None:
    """A tool is done; when it was the last of the round, the model goes on."""
    run = next((tool for tool in c.tools if tool.call == call), None)
    if run is None:
        return
    run.result = result
    c.tools.remove(run)
    _watch_tools(c)
    reply = c.reply
    if reply is None or run not in reply.tools.runs:
        # Its reply was cut off, its effect was not: the model has to know.
        c.history.append(ToolUsed(run.call, run.name, run.arguments, result))
    elif Known.GENERATED in reply.known:
        _continue_after_tools(c, reply, at)


def tools_overdue(c: CallState, at: float) -> None:
    """Tools that have had their time count as failed."""
    for run in [tool for tool in c.tools if tool.due_at <= at]:
        tool_answered(c, run.call, "error: the tool did not answer in time", at)


def _run_tool(c: CallState, reply: Reply, run: ToolRun, at: float) -> None:
    seal(c, reply)
    run.due_at = at + c.behaviour.tool_timeout_s
    c.tools.append(run)
    _watch_tools(c)
    c.timers.cancel(Timer.REPLY)
    if fillers_for(c, reply) and not reply.is_audible:
        c.timers.set(Timer.FILLER, at + c.behaviour.filler_s)
    c.do(RunTool(run.call, run.name, run.arguments))


def _watch_tools(c: CallState) -> None:
    if c.tools:
        c.timers.set(Timer.TOOL, min(tool.due_at for tool in c.tools))
    else:
        c.timers.cancel(Timer.TOOL)


def _continue_after_tools(c: CallState, reply: Reply, at: float) -> None:
    if reply.tools.are_running or reply.state is ReplyState.HELD:
        return
    reply.tools.told = len(reply.tools.runs)
    reply.tools.steps += 1
    reply.known &= ~(Known.GENERATED | Known.READY | Known.BEGUN)
    c.do(ContinueReply(reply.number))
    _wait_for_audio(c, reply, at)
