"""A recorded call as a script, and what is expected of the next one like it: pure, from events that are made up."""

from typing import Any

import pytest

from offhook.call.journal import Briefing, Header
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.platform.call_account import Told
from offhook.platform.call_copy import Copier, Copy
from offhook.platform.call_turns import Turn
from offhook.platform.expectations import Expectation, Expects, bare, judged, proposed
from offhook.simulator.caller_script import script_from

HEADER = Header(call="call_1", agent="hotel", started="2026-11-28T12:00:00Z", behaviour=Behaviour(), script=Script())


class Played:
    """A call as its journal would tell it."""

    def __init__(self) -> None:
        self.copier, self.spurt, self.reply, self.turn, self.heard_s = Copier(HEADER), 0, 0, 0, 0.0

    def agent(self, begin_s: float, end_s: float, *, is_cut: bool = False) -> "Played":
        self.reply += 1
        self.copier.add(ev.SegmentStarted(self.reply, 0, begin_s), begin_s)
        end = ev.PlayoutCut(self.reply, "", 1.0) if is_cut else ev.ReplyHeard(self.reply, "Yes.")
        self.copier.add(end, end_s)
        return self

    def sound(self, begin_s: float, end_s: float, text: str) -> "Played":
        self.spurt += 1
        self.copier.add(ev.SpeechStarted(self.spurt, begin_s), begin_s + 0.1)
        self.copier.add(ev.SpeechStopped(self.spurt, end_s, end_s - begin_s), end_s + 0.1)
        self.copier.add(ev.TranscriptFinal(text, self.heard_s, end_s + 0.1), end_s + 0.2)
        self.heard_s = end_s + 0.1
        return self

    def said(self, text: str) -> "Played":
        self.turn += 1
        return self.remember(hist.CallerSaid(self.turn, text), self.heard_s + 0.5)

    def remember(self, entry: hist.AnyEntry, at: float) -> "Played":
        self.copier.add(cmd.Remember(0, entry), at)
        return self

    def end(self, reason: EndReason, at: float) -> Copy:
        self.copier.add(cmd.EndCall(reason), at)
        made = self.copier.done()
        script_from({"steps": made.steps})
        return made


def test_who_waits_waits_and_who_comes_in_comes_in() -> None:
    call = Played().agent(0.0, 3.0)
    call.sound(4.5, 6.0, "What is the price?").said("What is the price?")
    call.agent(6.5, 9.6, is_cut=True)
    call.sound(9.5, 11.0, "Sorry, of a double.").said("Sorry, of a double.")
    call.agent(11.5, 14.0)
    made = call.end(EndReason.CALLER_HUNG_UP, 15.0)
    assert made.steps == [
        {"wait": {"silent_s": 1.5, "at_most_s": 30.0}}, {"say": "What is the price?"},
        {"barge_in": "Sorry, of a double.", "after_s": 3.0},
        {"wait": {"silent_s": 1.0, "at_most_s": 30.0}}, {"hang_up": True},
    ]  # fmt: skip
    assert made.left_out == []


def test_pauses_inside_of_a_turn_are_paused_again() -> None:
    call = Played().agent(0.0, 3.0)
    call.sound(4.0, 5.0, "Five zero three").sound(5.9, 6.8, "five five five").sound(7.0, 8.0, "0127").said(
        "Five zero three five five five 0127"
    )
    made = call.end(EndReason.AGENT_ENDED, 20.0)
    assert made.steps[1] == {"say": "Five zero three ... five five five 0127", "pause_s": 0.9}
    assert len(made.steps) == 2, "the agent ends it"


def test_a_silence_that_the_caller_sat_through_is_one_again() -> None:
    call = Played().agent(0.0, 2.0).agent(10.0, 12.0)
    call.sound(12.5, 13.0, "Yes.").said("Yes.")
    call.agent(13.4, 14.4).agent(16.4, 18.0)
    call.sound(19.0, 20.0, "Thank you.").said("Thank you.")
    steps = call.end(EndReason.CALLER_SILENT, 60.0).steps
    assert steps[:2] == [{"wait": {"silent_s": 0.8}}, {"silence": 8.0}]
    # "One moment", and the answer two seconds later.
    assert steps[4]["wait"]["silent_s"] == pytest.approx(2.4)


def test_who_speaks_first_and_keys_and_what_cannot_be_held() -> None:
    call = Played()
    call.sound(1.2, 2.0, "Hello?").said("Hello?")
    call.agent(3.0, 4.0)
    call.remember(hist.KeysPressed(2, "****", "{keys-1}"), 6.0)
    call.agent(7.0, 8.0).remember(hist.KeysPressed(3, "12#"), 9.0)
    call.remember(hist.ToolCalled("c1", "book", "{}", 4), 9.5)
    call.remember(hist.ToolAnswered("c1", hist.Outcome.FAILED, "it is down"), 9.7)
    call.remember(hist.ToolCalled("c2", "book", "{}", 4), 9.8)
    call.remember(hist.ToolAnswered("c2", hist.Outcome.DONE, "booked"), 9.9)
    given = Briefing(
        "hotel", "", variables={"guest": "Ann", "now": "12:00"}, filled_by={"guest": "call", "now": "built_in"}
    )
    call.copier.add(given, 0.0)
    call.copier.add(cmd.TransferCall("c3", "sales", "+15550100200", 20.0), 10.0)
    made = call.end(EndReason.AGENT_TRANSFERRED, 40.0)
    assert made.steps[0] == {"silence": 1.2}
    assert [step["digits"] for step in made.steps if "digits" in step] == ["0000", "12#"]
    assert made.answers == {"book": "booked"} and made.variables == {"guest": "Ann"}
    assert [words.split(" ")[1] for words in made.left_out] == ["keys", "tool", "call"]


# ── expectations ─────────────────────────────────────────────────────────────────────────────────────────────────


def told(*turns: Turn, end: EndReason | None = EndReason.AGENT_ENDED, tools: tuple[dict[str, Any], ...] = ()) -> Told:
    return Told(list(turns), {"tools": list(tools)}, end, 30.0, None, None, None, [])


def agent(text: str, at_s: float, gap_ms: int | None = None) -> Turn:
    latency = {"gap_ms": gap_ms} if gap_ms is not None else None
    return Turn("agent", text, at_s, at_s + 2, turn=1, latency=latency)


def test_numbers_are_proposed_with_what_they_count() -> None:
    call = told(
        Turn("agent", "Welcome to room 12.", 0.0, 1.0), agent("A room costs 1,250.50 euros. Coffee is free.", 5.0, 900),
        agent("We are open from 9 a.m. on, and closed at 6.", 9.0, 1_300), agent("Yes, of course.", 12.0),
        tools=({"name": "book", "arguments": '{"guests": 2, "card": "***"}', "at_s": 14.0},
               {"name": "end_call", "arguments": "{}", "at_s": 20.0}),
    )  # fmt: skip
    found = [one.told() for one in proposed(call)]
    assert found == [
        {"kind": "said", "text": "1,250.50 euros"}, {"kind": "said", "text": "9 a.m."},
        {"kind": "tool", "text": "book", "arguments": {"guests": 2}}, {"kind": "ends", "text": "agent.ended"},
        {"kind": "gap", "most_ms": 2_000},
    ]  # fmt: skip
    assert all(judged(Expectation.of(one), call).is_met for one in found)


@pytest.mark.parametrize(
    ("wanted", "is_met"),
    [("85 Dollars!", True), ("85", True), ("8", False), ("5 dollars", False), ("a full-service", True), ("1.50", False),
     ("150", False), ("9am", False), ("9 am", True), ("it costs", False)],
)  # fmt: skip
def test_words_count_as_they_sound(wanted: str, is_met: bool) -> None:
    call = told(agent("A full service costs 85 dollars, from 9 a.m. on.", 6.0))
    assert judged(Expectation(Expects.SAID, wanted), call).is_met is is_met
    assert judged(Expectation(Expects.NOT_SAID, wanted), call).is_met is not is_met


def test_what_came_in_its_place_is_told_with_its_moment() -> None:
    booked = {"name": "book", "arguments": '{"guests": "2", "name": "ann o\'neil"}', "at_s": 9.0}
    call = told(agent("We open at nine.", 3.0), agent("That costs 85 dollars.", 7.0, 2_400), tools=(booked,))
    nearest = judged(Expectation(Expects.SAID, "95 dollars"), call)
    assert not nearest.is_met and nearest.came == "That costs 85 dollars." and nearest.at_ms == 7_000
    assert judged(Expectation(Expects.SAID, "Portugal"), call).came == ""
    fits = Expectation(Expects.TOOL, "book", {"guests": 2, "name": "Ann O'Neil"})
    assert judged(fits, call).is_met and not judged(Expectation(Expects.NO_TOOL, "book"), call).is_met
    other = judged(Expectation(Expects.TOOL, "book", {"guests": 3}), call)
    assert not other.is_met and '"guests": "2"' in other.came and other.at_ms == 9_000
    assert not judged(Expectation(Expects.TOOL, "pay"), call).is_met
    late = judged(Expectation(Expects.GAP, most_ms=2_000), call)
    assert (late.is_met, late.came, late.at_ms) == (False, "2400", 7_000)
    ended = judged(Expectation(Expects.ENDS, "caller.hung_up"), call)
    assert (ended.is_met, ended.came, ended.at_ms) == (False, "agent.ended", 30_000)


def test_bare_words() -> None:
    assert bare("It’s 1,250 or 1.50 — at 9 a.m., O'Neil!") == "its 1250 or 1_50 at 9 am oneil"
