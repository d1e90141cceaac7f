"""The conversation under events in any order and at any time: it never breaks, and it never waits for nothing."""

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Behaviour, Destination, Script
from offhook.core.conversation import Conversation
from offhook.core.endings import EndReason

BEHAVIOUR = Behaviour(max_call_s=90.0, warn_before_s=20.0)
SCRIPT = Script(
    greeting="Hello.",
    backchannels=("mm-hm", "uh huh", "yes"),
    end_phrases=("goodbye",),
    open_words=("and",),
    hesitations=("um",),
    wait_phrases=("hold on",),
    destinations={"desk": Destination(number="+15550100")},
    handoffs=("billing",),
)
LONG = {"warning", "max_call"}
WISHES = [
    ("look_up", "{}"), ("look_up", '{"id": 1}'), ("end_call", "{}"), ("transfer_call", '{"destination": "desk"}'),
    ("handoff", '{"agent": "billing"}'), ("collect_digits", '{"count": 4, "secret": true}'), ("collect_digits", "{}"),
    ("ask_in_confidence", "{}"),
    ("send_digits", '{"digits": "12"}'), ("transfer_call", "not json"), ("no_such_tool", "{}"),
]  # fmt: skip

TEXTS = st.sampled_from(
    ["", "yes", "mm-hm", "um", "I would like a table and", "goodbye", "hold on", "five zero three", "what time is it?"]
)
REPLIES = st.integers(1, 12)
SPURTS = st.integers(1, 6)
SECONDS = st.floats(0.0, 3.0, allow_nan=False)
PLACES = st.floats(0.0, 60.0, allow_nan=False)
TOOLS = st.sampled_from("ab")

SOUNDS = [
    st.builds(ev.SoundLasted, st.sampled_from([0.096, 0.192])),
    st.builds(ev.SpeechStarted, SPURTS, PLACES),
    st.builds(ev.VoiceLasted, SPURTS, st.sampled_from([0.1, 0.22, 1.5])),
    st.builds(ev.VoicePaused, SPURTS, PLACES),
    st.builds(ev.SpeechStopped, SPURTS, PLACES, SECONDS),
    st.builds(ev.SilenceLasted, SPURTS, SECONDS),
    st.builds(ev.TurnPredicted, SPURTS, st.floats(0, 1)),
]
WORDS = [
    st.builds(ev.TranscriptChanged, TEXTS, PLACES),
    st.builds(ev.TranscriptFinal, TEXTS, PLACES, PLACES),
    st.builds(ev.TurnEndExpected, TEXTS, PLACES, st.floats(0, 1)),
    st.just(ev.TurnResumed()),
    st.builds(ev.TranscriberLost, st.just("gone"), st.booleans()),
    st.just(ev.TranscriberReady()),
    st.builds(ev.TranscriberLagging, SECONDS),
    st.builds(ev.DigitPressed, st.sampled_from("0123456789*#x")),
]
OF_REPLIES = [
    st.builds(ev.KnowledgeFound, REPLIES, TEXTS, st.just(("a fact",))),
    st.builds(ev.FirstTokenReceived, REPLIES),
    st.builds(ev.ToolPending, REPLIES),
    st.builds(ev.SegmentReady, REPLIES, st.integers(-2, 3), TEXTS),
    st.builds(ev.SegmentReworded, REPLIES, st.integers(0, 3), TEXTS),
    st.builds(ev.MoreHeard, REPLIES, TEXTS),
    st.builds(ev.SegmentHeard, REPLIES, st.integers(0, 3)),
    st.builds(ev.ReplyGenerated, REPLIES, TEXTS, st.integers(0, 3)),
    st.builds(ev.ReplyStopped, REPLIES, st.just(1), st.just(1)),
    st.builds(ev.PlayoutDried, REPLIES),
    st.builds(ev.ReplySent, REPLIES, SECONDS),
    st.builds(ev.ReplyHeard, REPLIES, TEXTS),
    st.builds(ev.PlayoutCut, REPLIES, TEXTS, SECONDS),
    st.builds(ev.ReplyFailed, REPLIES, st.sampled_from(ev.Stage), st.just("x"), st.booleans()),
    st.builds(
        lambda reply, call, wish, confirm, most: ev.ToolRequested(reply, call, wish[0], wish[1], confirm, most),
        REPLIES,
        TOOLS,
        st.sampled_from(WISHES),
        st.booleans(),
        st.sampled_from([0, 1, 3]),
    ),
]
OTHERS = [
    st.builds(ev.ToolReturned, TOOLS, TEXTS),
    st.builds(ev.ToolFailed, TOOLS, st.just("x")),
    st.builds(ev.ToolLost, TOOLS, st.just("x")),
    st.builds(ev.TransferEnded, TOOLS, st.sampled_from(ev.TransferEnding), SECONDS),
    st.builds(ev.LegDetached, st.integers(1, 3), st.sampled_from(ev.Detachment)),
    st.builds(ev.LegAttached, st.integers(1, 3), PLACES),
    st.builds(ev.AgentEntered, st.just("billing"), st.just(BEHAVIOUR), st.just(SCRIPT), TOOLS),
    st.builds(ev.AgentEntered, st.just("billing"), st.just(BEHAVIOUR), st.just(SCRIPT)),
    st.builds(ev.SayRequested, st.just("Please wait."), st.booleans()),
    st.builds(ev.TransferRequested, st.sampled_from(["desk", "+15005550006"]), st.just("+15005550006")),
    st.builds(ev.InstructionGiven, st.just("be kind"), st.booleans()),
    st.just(ev.HumanJoined("Kim")),
    st.just(ev.HumanSpoke("Kim", "hello")),
    st.just(ev.HumanLeft("note")),
    st.builds(ev.CallerMuted, st.booleans()),
    st.builds(ev.AnsweredBy, st.sampled_from(ev.Answerer)),
    st.just(ev.BeepHeard()),
    st.builds(ev.ProviderSwitched, st.just("llm"), st.just("a"), st.just("b"), st.just("x"), REPLIES),
    st.sampled_from([ev.TimePassed()] * 8 + [ev.CallerHungUp(), ev.EndRequested()]),
]
EVENTS = st.one_of(*SOUNDS, *WORDS, *OF_REPLIES, *OTHERS, st.just(ev.TimePassed()))
STEPS = st.lists(st.tuples(EVENTS, st.floats(0.0, 2.0), st.booleans()), max_size=60)
ANSWERED = st.sampled_from(
    [ev.CallAnswered(), ev.CallAnswered("outbound"), ev.CallAnswered("outbound", is_screened=True)]
)


@dataclass
class Soup:
    """A conversation, and what is known of it from outside."""

    conversation: Conversation = field(default_factory=lambda: Conversation(BEHAVIOUR, SCRIPT))
    given: list[cmd.AnyCommand] = field(default_factory=list)
    at: float = 0.0
    reply: int = 0
    spurt: int = 0
    calls: list[str] = field(default_factory=list)
    """Tool calls that wait for an answer."""
    entries: int = 0
    committed: bool = False
    is_human_on: bool = False
    is_muted: bool = False
    plays: bool = False
    """Audio is being heard, and playout will tell when it ends."""

    def take(self, event: ev.Event) -> list[cmd.AnyCommand]:
        """One event, and all that must hold behind it."""
        self._notice(event)
        was_ended = self.conversation.ended is not None
        new = self.conversation.receive(event, self.at)
        assert not (was_ended and new), "nothing follows the end"
        for command in new:
            self._given(command)
        self._check(event)
        return new

    def _notice(self, event: ev.Event) -> None:
        match event:
            case ev.SpeechStarted(spurt=spurt):
                self.spurt = spurt
            case ev.HumanJoined():
                self.is_human_on = True
            case ev.HumanLeft():
                self.is_human_on = False
            case ev.CallerMuted(is_muted=is_muted):
                self.is_muted = is_muted
            case ev.SegmentReady(reply=reply) if reply == self.reply:
                self.plays = True
            case ev.PlayoutDried(reply=reply) | ev.ReplySent(reply=reply) | ev.ReplyHeard(reply=reply):
                self.plays = self.plays and reply != self.reply

    def _given(self, command: cmd.AnyCommand) -> None:
        ends = [c for c in self.given if isinstance(c, cmd.EndCall)]
        assert not ends, "nothing follows the end"
        match command:
            case cmd.StartReply(reply=reply, content=content, held=held):
                assert reply > self.reply, "replies count on"
                self.reply, self.committed, self.plays = reply, not held, False
                assert not isinstance(content, cmd.Ask) or content.until <= self.entries
            case cmd.CancelReply() | cmd.HushPlayout():
                self.plays = False
            case cmd.ResumePlayout():
                self.plays = True
            case cmd.CommitReply(reply=reply):
                assert reply == self.reply
                self.committed = True
            case cmd.ContinueReply(content=content):
                assert content.until == self.entries
            case cmd.RunTool(call=call) | cmd.TransferCall(call=call) | cmd.EnterAgent(call=call):
                assert self.committed, "a speculation has no effect"
                self.calls.append(call)
            case cmd.SendDigits(call=call):
                self.calls.append(call)
            case cmd.Remember(index=index, entry=entry):
                assert index == self.entries, "the history has no gap"
                self.entries += 1
                if isinstance(entry, hi.ToolAnswered) and entry.call in self.calls:
                    self.calls.remove(entry.call)
        self.given.append(command)

    def _check(self, event: ev.Event) -> None:
        if self.conversation.ended is not None:
            assert self.conversation.wakeup_at is None, "a closed call has no timer"
            return
        assert self.conversation.wakeup_at is not None, f"an open call waits for something: {event}"
        is_dialling = any(isinstance(c, cmd.TransferCall) and c.call in self.calls for c in self.given)
        if not (self.is_human_on or self.is_muted or self.plays or is_dialling):
            timers = self.conversation.timers
            assert not LONG.issuperset(timers), f"only {timers} are left behind {event}"

    def aimed(self, event: ev.Event) -> ev.Event:
        """The same event, about what is current now: so that the soup gets deep."""
        changes: dict[str, object] = {}
        names = event.__struct_fields__
        if self.reply and "reply" in names:
            changes["reply"] = self.reply
        if "spurt" in names:
            changes["spurt"] = self.spurt + isinstance(event, ev.SpeechStarted)
        if self.calls and isinstance(event, ev.ToolEvent | ev.TransferEnded | ev.AgentEntered):
            changes["call"] = self.calls[-1]
        if isinstance(event, ev.TranscriptFinal | ev.TranscriptChanged | ev.TurnEndExpected):
            changes["to_s"] = self.at
        if isinstance(event, ev.SpeechStopped):
            changes["ended_at"] = self.at
        return msgspec.structs.replace(event, **changes)


@settings(max_examples=800, deadline=None)
@given(ANSWERED, STEPS)
def test_soup(answered: ev.CallAnswered, steps: list[tuple[ev.Event, float, bool]]) -> None:
    soup = Soup()
    soup.conversation.receive(ev.LegAttached(1, 0.0), 0.0)
    soup.take(answered)
    for event, wait_s, as_it_is in steps:
        soup.at += wait_s
        event = event if as_it_is else soup.aimed(event)
        soup.take(event)
        if isinstance(event, ev.SegmentReady) and soup.committed and event.reply == soup.reply:
            soup.take(ev.SegmentStarted(event.reply, event.segment, soup.at))
    left_alone(soup)


def left_alone(soup: Soup) -> None:
    """Left alone, every call comes to its end."""
    if soup.conversation.ended is None:
        soup.take(ev.HumanLeft())
    if soup.conversation.ended is None:
        soup.take(ev.CallerMuted(is_muted=False))
    for _ in range(400):
        due = soup.conversation.wakeup_at
        if due is None:
            break
        soup.at = max(soup.at, due)
        soup.take(ev.TimePassed())
    assert soup.conversation.ended is not None, f"stuck: {soup.conversation.timers}"
    assert isinstance(soup.given[-1], cmd.EndCall)
    assert soup.given[-1].reason in EndReason


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_same_events_same_commands(steps: list[tuple[ev.Event, float, bool]]) -> None:
    def run() -> list[list[cmd.AnyCommand]]:
        conversation, at, out = Conversation(BEHAVIOUR, SCRIPT), 0.0, []
        out.append(conversation.receive(ev.CallAnswered(), at))
        for event, wait_s, _ in steps:
            at += wait_s
            out.append(conversation.receive(event, at))
        return out

    assert run() == run()


# ── the checks can fail ──────────────────────────────────────────────────────────────────────────────────────────


class Forgetful(Conversation):
    """Only the long deadlines are left."""

    @property
    def timers(self) -> list[str]:
        return [name for name in super().timers if name in LONG]


class Chatty(Conversation):
    """Says one thing more behind the end."""

    def receive(self, event: ev.Event, at: float) -> list[cmd.AnyCommand]:
        commands = super().receive(event, at)
        return [*commands, cmd.CancelReply(1)] if self.ended is not None else commands


class Hasty(Conversation):
    """Runs a tool for a reply that is not committed."""

    def receive(self, event: ev.Event, at: float) -> list[cmd.AnyCommand]:
        commands = super().receive(event, at)
        return [*commands, cmd.StartReply(99, 1, cmd.Say("x", "y"), held=True), cmd.RunTool("a", "b", "{}")]


class Gappy(Conversation):
    """Leaves an entry out."""

    def receive(self, event: ev.Event, at: float) -> list[cmd.AnyCommand]:
        commands = super().receive(event, at)
        return [msgspec.structs.replace(c, index=c.index + 1) if isinstance(c, cmd.Remember) else c for c in commands]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Forgetful, "only"),
        (Chatty, "nothing follows the end"),
        (Hasty, "a speculation has no effect"),
        (Gappy, "the history has no gap"),
    ],
)
def test_the_soup_finds_what_is_broken(make: type[Conversation], message: str) -> None:
    soup = Soup(make(BEHAVIOUR, SCRIPT))
    with pytest.raises(AssertionError, match=message):
        soup.take(ev.CallAnswered())
        soup.take(ev.SegmentReady(1, 0, "Hello."))
        soup.take(ev.SegmentStarted(1, 0, 0.0))
        soup.take(ev.ReplyGenerated(1, "Hello.", 1))
        soup.take(ev.ReplyHeard(1, "Hello."))
        left_alone(soup)
