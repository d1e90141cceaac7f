"""A call as a page tells it: which words it is told when, gaps whose parts add up, and bounds."""

from typing import Any

import msgspec
import pytest

from offhook.call.journal import Briefing, Header
from offhook.call.records.port import RecordsState
from offhook.call.records.watched import MOST_WATCHED, WatchedRecords
from offhook.call.story import FRESH_S, LONGEST_TEXT, Story
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import ENDINGS, EndReason
from offhook.core.formats import TELEPHONE, AudioFormat
from tests.record_world import HEADER


def told(*line: tuple[float, ev.Event | cmd.Command]) -> list[dict[str, Any]]:
    """All that a page is told, as it reads it."""
    story = Story()
    return [msgspec.json.decode(msgspec.json.encode(one)) for at, what in line for one in story.add(what, at)]


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [message["told"] for message in messages]


def test_a_turn_is_told_as_it_comes() -> None:
    messages = told(
        (1.0, ev.SpeechStarted(1, 0.9)),
        (1.4, ev.TranscriptChanged("when are", 1.3)),
        (2.0, ev.SpeechStopped(1, 1.9, 0.8)),
        (2.1, ev.TranscriptFinal("When are you open?", 0.0, 2.0)),
        (2.2, cmd.StartReply(1, 1, cmd.Ask(0, caller_text="When are you open?"), False)),
        (2.3, ev.FirstTokenReceived(1)),
        (2.4, ev.SegmentReady(1, 0, "At seven.")),
        (2.41, ev.SegmentStarted(1, 0, 2.4204)),
        (2.42, cmd.Remember(0, hist.CallerSaid(1, "When are you open?"))),
        (3.5, ev.ReplyHeard(1, "At seven.")),
        (3.5, cmd.Remember(1, hist.AgentSaid(1, "At seven.", "At seven."))),
    )
    assert kinds(messages) == [
        "doing", "caller_words", "caller_words", "doing", "gap", "doing", "agent_words", "caller_turn", "doing",
        "agent_turn",
    ]  # fmt: skip
    assert all(message["type"] == "told" for message in messages)
    assert [message["text"] for message in messages if message["told"] == "caller_words"] == [
        "when are", "When are you open?",
    ]  # fmt: skip
    gap = next(message for message in messages if message["told"] == "gap")
    assert gap["gap_ms"] == 520 == sum(gap["parts_ms"].values())
    assert (gap["turn"], gap["text"]) == (1, "When are you open?")
    assert [message["what"] for message in messages if message["told"] == "doing"] == [
        "hearing", "thinking", "speaking", "listening",
    ]  # fmt: skip


@pytest.mark.parametrize("lengths", [(0.1004, 0.1004, 0.1004, 0.1004), (0.0006, 0.0006, 0.0006, 0.0006)])
def test_rounded_parts_add_up(lengths: tuple[float, ...]) -> None:
    committed = 1.0 + lengths[0]
    token, audio = committed + lengths[1], committed + lengths[1] + lengths[2]
    (gap, *_) = told(
        (1.0, ev.SpeechStopped(1, 1.0, 0.5)),
        (committed, cmd.StartReply(1, 1, cmd.Ask(0, caller_text="Hi"), True)),
        (committed, cmd.CommitReply(1)),
        (token, ev.FirstTokenReceived(1)),
        (audio, ev.SegmentReady(1, 0, "Yes.")),
        (audio, ev.SegmentStarted(1, 0, audio + lengths[3])),
    )[1:]
    assert gap["told"] == "gap"
    assert sum(gap["parts_ms"].values()) == gap["gap_ms"] == round(sum(lengths) * 1000)


def test_finals_stand_before_what_follows_them_until_they_are_old_or_taken() -> None:
    def words(*line: tuple[float, ev.Event | cmd.Command]) -> list[str]:
        return [message["text"] for message in told(*line) if message["told"] == "caller_words"]

    first = (1.0, ev.TranscriptFinal("One", 0.0, 1.0))
    assert words(first, (2.0, ev.TranscriptChanged("two", 2.0)))[-1] == "One two"
    assert words(first, (1.1 + FRESH_S, ev.TranscriptChanged("two", 9.0)))[-1] == "two"
    taken = (1.5, cmd.Remember(0, hist.CallerSaid(1, "One")))
    assert words(first, taken, (2.0, ev.TranscriptChanged("two", 2.0)))[-1] == "two"
    assert words((1.0, ev.TranscriptFinal(" ", 0.0, 1.0)), (1.0, ev.TranscriptChanged("", 1.0))) == []


def test_what_was_not_heard_is_told_apart() -> None:
    (said,) = told((4.0, cmd.Remember(0, hist.AgentSaid(2, "A room costs", "A room costs 140 dollars.", True))))
    assert (said["text"], said["unheard"], said["interrupted"]) == ("A room costs", "140 dollars.", True)


def test_segments_that_are_reworded_are_told_again_only_when_they_were_told() -> None:
    early = told((1.0, ev.SegmentReady(1, 0, "a")), (1.1, ev.SegmentReworded(1, 0, "b")))
    late = told(
        (1.0, ev.SegmentReady(1, 0, "a")), (1.1, ev.SegmentStarted(1, 0, 1.1)), (1.2, ev.SegmentReworded(1, 0, "b"))
    )
    assert early == []
    assert [message["text"] for message in late if message["told"] == "agent_words"] == ["a", "b"]


def test_tools_are_told_with_their_outcome_and_time() -> None:
    begun, over = told(
        (5.0, cmd.Remember(0, hist.ToolCalled("c1", "book_table", '{"party_size":4}', 3))),
        (5.25, cmd.Remember(1, hist.ToolAnswered("c1", hist.Outcome.UNKNOWN, "no answer came"))),
    )
    assert (begun["state"], begun["name"], begun["text"]) == ("running", "book_table", '{"party_size":4}')
    assert (over["state"], over["name"], over["took_ms"]) == ("unknown", "book_table", 250)


@pytest.mark.parametrize(
    ("what", "words", "is_warning"),
    [
        (cmd.DuckPlayout(1, -6.0), "quieter", False),
        (cmd.HushPlayout(1), "silent", False),
        (cmd.ResumePlayout(1), "no interruption", False),
        (cmd.ReportPromise(1, "book_table", "It is booked."), "no run of book_table", True),
        (ev.TranscriberLost("the socket closed"), "the socket closed", True),
        (ev.ReplyFailed(1, ev.Stage.VOICE, "full"), "The voice failed: full", True),
        (ev.ProviderSwitched("llm", "openai", "grounded", "429"), "grounded does its work", True),
        (ev.ProviderSwitched("llm", "openai", "openai", "429"), "asked once more", True),
        (ev.LegDetached(1, ev.Detachment.LOST), "was lost", True),
        (ev.LegAttached(2, 4.0), "goes on", False),
        (ev.CallerMuted(True), "does not hear", False),
        (cmd.Remember(0, hist.KeysPressed(1, "42")), "You pressed 42.", False),
        (cmd.Remember(0, hist.AgentTookOver("sales")), "sales is in charge", False),
    ],
)  # fmt: skip
def test_news_in_plain_words(what: ev.Event | cmd.Command, words: str, is_warning: bool) -> None:
    (note,) = told((1.0, what))
    assert note["told"] == "note" and note.get("is_warning", False) is is_warning
    assert words in note["text"]


def test_the_transcriber_is_back_only_when_it_was_away() -> None:
    assert told((0.1, ev.TranscriberReady())) == []
    assert kinds(told((1.0, ev.TranscriberLost("x")), (2.0, ev.TranscriberReady()), (3.0, ev.TranscriberReady()))) == [
        "note", "note",
    ]  # fmt: skip


@pytest.mark.parametrize("reason", EndReason)
def test_every_ending_is_a_sentence(reason: EndReason) -> None:
    (end,) = told((9.0, cmd.EndCall(reason, "because")))
    assert (end["told"], end["reason"], end["detail"]) == ("ended", reason.value, "because")
    assert end["says"] == ENDINGS[reason].says


def test_what_is_told_is_bounded() -> None:
    long = "word " * 5_000
    for what in (
        ev.TranscriptChanged(long, 1.0), cmd.Remember(0, hist.CallerSaid(1, long)),
        cmd.Remember(0, hist.AgentSaid(1, long, long * 2, True)), ev.TranscriberLost(long),
        cmd.Remember(0, hist.ToolCalled("c", long, long, 1)), cmd.EndCall(EndReason.AGENT_ENDED, long),
    ):  # fmt: skip
        for message in told((1.0, what)):
            assert all(len(value) <= LONGEST_TEXT for value in message.values() if isinstance(value, str))
            assert len(msgspec.json.encode(message)) < 8_192
    story = Story()
    for reply in range(1, 1_000):
        story.add(ev.SegmentReady(reply, 0, "x"), 1.0)
        story.add(ev.SegmentStarted(reply, 0, 1.0), 1.0)
        story.add(cmd.Remember(0, hist.ToolCalled(f"c{reply}", "t", "", reply)), 1.0)
    assert len(story._segments) <= 2 and len(story._begun) <= 2 and len(story._tools) <= 64


# ── who watches ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Kept:
    """A record, and who keeps it."""

    name = "kept"

    def __init__(self) -> None:
        self.lines: list[object] = []
        self.audio: list[str] = []
        self.closed = 0

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> "Kept":
        return self

    def state(self) -> RecordsState:
        return RecordsState(waiting=7)

    def stop(self) -> None:
        self.closed += 1

    def append(self, what: ev.Event | cmd.Command | Briefing, at: float) -> None:
        self.lines.append(what)

    def caller(self, at: float, audio: bytes) -> None:
        self.audio.append("caller")

    def agent(self, at: float, audio: bytes) -> None:
        self.audio.append("agent")

    def cut(self, at: float) -> None:
        self.audio.append("cut")

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        self.closed += 1


def test_a_watcher_is_told_what_the_record_gets_and_the_record_gets_all() -> None:
    kept, seen = Kept(), list[object]()
    records = WatchedRecords(kept)
    assert records.open(HEADER) is kept, "nobody watches: nothing stands between"
    assert records.watch("CA1", lambda what, at: seen.append((what, at)))
    assert records.name("CA1") == ""
    record = records.open(HEADER)
    assert records.name("CA1") == "kept"
    event, briefing = ev.CallerHungUp(), Briefing("a", "system")
    record.append(event, 1.5)
    record.append(briefing, 1.6)
    record.caller(0.0, b"")
    record.agent(0.0, b"")
    record.cut(0.0)
    record.close(2.0)
    assert (record.name, records.state().waiting) == ("kept", 7)
    assert kept.lines == [event, briefing] and kept.audio == ["caller", "agent", "cut"] and kept.closed == 1
    assert seen == [(event, 1.5)], "what the model is told is nobody else's business"
    records.forget("CA1")
    assert records.name("CA1") == ""
    assert records.open(HEADER) is kept
    records.stop()
    assert kept.closed == 2


def test_watched_calls_are_bounded() -> None:
    records = WatchedRecords(Kept())
    assert all(records.watch(f"call {number}", lambda what, at: None) for number in range(MOST_WATCHED))
    assert not records.watch("one more", lambda what, at: None)
    assert records.watch("call 0", lambda what, at: None)
    records.forget("call 1")
    assert records.watch("one more", lambda what, at: None)
