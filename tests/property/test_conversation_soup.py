"""The conversation under events in any order and at any time: it never breaks, and it never waits for nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.core.conversation import Conversation
from offhook.core.state import Phase, ReplyState

BEHAVIOUR = Behaviour(max_call_s=90.0, warn_before_s=20.0)
SCRIPT = Script(
    greeting="Hello.",
    backchannels=("mm-hm", "uh huh"),
    end_phrases=("goodbye",),
    open_words=("and",),
    hesitations=("um",),
)

TEXTS = st.sampled_from(
    ["", "yes", "mm-hm", "um", "I would like a table and", "goodbye", "five zero three", "what time is it"]
)
REPLIES = st.integers(1, 12)
SPURTS = st.integers(1, 6)
SECONDS = st.floats(0.0, 3.0, allow_nan=False)

EVENTS = st.one_of(
    st.builds(ev.SpeechStarted, SPURTS, SECONDS),
    st.builds(ev.VoiceLasted, SPURTS, st.sampled_from([0.1, 0.22, 1.5])),
    st.builds(ev.VoicePaused, SPURTS, SECONDS),
    st.builds(ev.SpeechStopped, SPURTS, SECONDS, SECONDS),
    st.builds(ev.SilenceLasted, SPURTS, SECONDS),
    st.builds(ev.TurnPredicted, SPURTS, st.floats(0, 1)),
    st.builds(ev.TranscriptChanged, TEXTS),
    st.builds(ev.TranscriptFinal, TEXTS, st.one_of(st.none(), SPURTS)),
    st.builds(ev.TurnEndExpected, TEXTS, st.floats(0, 1)),
    st.just(ev.TurnResumed()),
    st.builds(ev.TranscriberLost, st.just("gone"), st.booleans()),
    st.just(ev.TranscriberReady()),
    st.builds(ev.DigitPressed, st.sampled_from("0123456789*#")),
    st.builds(ev.FirstTokenReceived, REPLIES),
    st.builds(ev.SegmentReady, REPLIES, st.integers(-2, 3), TEXTS),
    st.builds(ev.ReplyGenerated, REPLIES, TEXTS, st.integers(0, 3)),
    st.builds(ev.PlayoutDried, REPLIES),
    st.builds(ev.ReplySent, REPLIES, SECONDS),
    st.builds(ev.ReplyHeard, REPLIES, TEXTS),
    st.builds(ev.PlayoutCut, REPLIES, TEXTS, SECONDS),
    st.builds(ev.ReplyFailed, REPLIES, st.sampled_from(["model", "voice"]), st.just("x"), st.booleans()),
    st.builds(
        ev.ToolRequested, REPLIES, st.sampled_from("ab"), st.sampled_from(["end_call", "look_up"]), st.just("{}")
    ),
    st.builds(ev.ToolReturned, st.sampled_from("ab"), TEXTS),
    st.builds(ev.ToolFailed, st.sampled_from("ab"), st.just("x")),
    st.builds(ev.ProviderSwitched, st.just("llm"), st.just("a"), st.just("b"), st.just("x"), REPLIES),
    st.sampled_from([ev.TimePassed()] * 6 + [ev.CallerHungUp(), ev.EndRequested("operator")]),
    st.just(ev.TimePassed()),
)
STEPS = st.lists(st.tuples(EVENTS, st.floats(0.0, 2.0), st.booleans()), max_size=60)


def _aimed(event: ev.Event, conversation: Conversation) -> ev.Event:
    """The same event, about what is current now: so that the soup gets deep."""
    reply, spurt = conversation.state.reply, conversation.state.spurt
    changes: dict[str, int] = {}
    if reply is not None and hasattr(event, "reply"):
        changes["reply"] = reply.number
    if spurt is not None and hasattr(event, "spurt") and event.spurt is not None:
        changes["spurt"] = spurt.number + isinstance(event, ev.SpeechStarted)
    return type(event)(**{name: changes.get(name, getattr(event, name)) for name in event.__struct_fields__})


def check(conversation: Conversation, given_so_far: list[cmd.Command], new: list[cmd.Command]) -> None:
    """What holds after every step."""
    state = conversation.state
    if state.phase is Phase.ENDED:
        assert conversation.wakeup_at is None, "a closed call has no timer"
        assert isinstance((given_so_far + new)[-1], cmd.EndCall), "nothing follows the end"
        return
    assert conversation.wakeup_at is not None, "an open call waits for something"
    if state.reply is None and state.cut is None and state.phase is Phase.OPEN and state.spurt is None:
        assert "idle" in state.timers.names() or not state.turn.is_empty, "no dead air"
    if state.reply is not None and state.reply.state is ReplyState.HELD:
        assert not state.reply.is_audible, "a speculation is not heard"
        assert not any(isinstance(c, cmd.RunTool) and c.call in {t.call for t in state.reply.tools.runs} for c in new)


@settings(max_examples=600, deadline=None)
@given(STEPS)
def test_soup(steps: list[tuple[ev.Event, float, bool]]) -> None:
    conversation, at = Conversation(BEHAVIOUR, SCRIPT), 0.0
    said: list[cmd.Command] = conversation.receive(ev.CallAnswered(), at)
    for event, wait_s, as_it_is in steps:
        at += wait_s
        event = event if as_it_is else _aimed(event, conversation)
        reply = conversation.state.reply
        if isinstance(event, ev.SegmentReady) and reply is not None and reply.state is not ReplyState.HELD:
            new = conversation.receive(event, at)
            check(conversation, said, new)
            said += new
            event = ev.SegmentStarted(event.reply, event.segment, at)
        new = conversation.receive(event, at)
        check(conversation, said, new)
        said += new
    # Left alone, every call comes to its end.
    for _ in range(200):
        due = conversation.wakeup_at
        if due is None:
            break
        at = max(at, due)
        new = conversation.receive(ev.TimePassed(), at)
        check(conversation, said, new)
        said += new
    assert conversation.state.phase is Phase.ENDED, f"stuck: {conversation.state.timers.names()}"


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_same_events_same_commands(steps: list[tuple[ev.Event, float, bool]]) -> None:
    def run() -> list[list[cmd.Command]]:
        conversation, at, out = Conversation(BEHAVIOUR, SCRIPT), 0.0, []
        out.append(conversation.receive(ev.CallAnswered(), at))
        for event, wait_s, _ in steps:
            at += wait_s
            out.append(conversation.receive(event, at))
        return out

    assert run() == run()
