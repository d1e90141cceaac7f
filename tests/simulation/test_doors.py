"""What comes into a call from outside and what leaves it: doors at any time, keys as tones, knowledge."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from offhook.audio.dtmf import DtmfDetector
from offhook.call.handle import EARLY_EVENTS, SAID_CHARS, CallHandle, Inside
from offhook.call.live import LiveCalls
from offhook.call.runtime import AgentRuntime
from offhook.core.endings import EndReason
from offhook.core.events import CallerHungUp, CallerMuted, EndRequested, Event, HumanJoined, InstructionGiven
from offhook.core.formats import TELEPHONE
from offhook.simulator.caller import Caller
from offhook.simulator.voices import Prepared
from offhook.speech.ports import ModelRequest
from offhook.telephony.facts import CallFacts
from tests.rig import Rig, caller_script, run_call_of
from tests.simulation.whole_calls import END, POLITE, check

# ── keys towards the other side ──────────────────────────────────────────────────────────────────────────────────


class Menu(Caller):
    """The other side hears keys."""

    def __init__(self, steps: Sequence[Prepared]) -> None:
        super().__init__(steps)
        self._detector = DtmfDetector(TELEPHONE)
        self.pressed: list[tuple[float, str]] = []
        self.said_before = ""
        """Heard before the first key."""
        MENUS.append(self)

    def heard(self, frame: bytes, at: float) -> None:
        super().heard(frame, at)
        for key in self._detector.push(frame):
            self.said_before = self.said_before or " ".join(word.text for word in self.meter.words)
            self.pressed.append((at, key))


MENUS: list[Menu] = []


def pressing(digits: str, before: str = "") -> Rig:
    rule = {"when": "press", "say": before, "tool": "send_digits", "arguments": {"digits": digits}, "then": "Pressed."}
    return Rig(
        agent={"tools": [{"name": "send_digits"}]},
        llm={"rules": [{name: value for name, value in rule.items() if value}]},
        telephone=Menu,
    )


def test_keys_are_sent_as_tones_and_the_model_goes_on(tmp_path: Path) -> None:
    script = caller_script(POLITE, {"say": "for english press twelve"}, {"silence": 8.0}, END)
    outcome = run_call_of(pressing("12w#"), script, tmp_path)
    check(outcome)
    assert "".join(key for _, key in MENUS[-1].pressed) == "12#"
    at = [at for at, _ in MENUS[-1].pressed]
    assert at[2] - at[1] == pytest.approx(0.18 + 0.5, abs=0.06), "a pause is half a second"
    assert outcome.lines("ToolReturned") and outcome.report.heard_text.endswith("Pressed.")


def test_keys_wait_for_the_sentence_before_them(tmp_path: Path) -> None:
    text = "I will press twelve for the two of us now, one moment."
    script = caller_script(POLITE, {"say": "for english press twelve"}, {"silence": 12.0}, END)
    outcome = run_call_of(pressing("12", text), script, tmp_path)
    check(outcome)
    assert "".join(key for _, key in MENUS[-1].pressed) == "12"
    assert MENUS[-1].said_before.endswith(text), "and not in the middle of a word"
    assert f"{text} Pressed." in outcome.report.heard_text


@pytest.mark.parametrize("digits", ["", "12x", "1" * 65])
def test_what_are_no_keys_is_told_to_the_model(tmp_path: Path, digits: str) -> None:
    script = caller_script(POLITE, {"say": "for english press twelve"}, {"silence": 8.0}, END)
    outcome = run_call_of(pressing(digits), script, tmp_path)
    check(outcome)
    assert not MENUS[-1].pressed and not outcome.lines("ToolReturned")
    (answer,) = [entry for entry in outcome.entries if entry["entry"] == "ToolAnswered"]
    assert answer["outcome"] == "failed"


# ── knowledge ────────────────────────────────────────────────────────────────────────────────────────────────────


class Library:
    """Knows the hours, sooner or later."""

    def __init__(self, late_s: float, fault: Exception | None) -> None:
        self.late_s, self.fault = late_s, fault

    async def search(self, text: str) -> Sequence[str]:
        await asyncio.sleep(self.late_s)
        if self.fault is not None:
            raise self.fault
        return ["The kitchen closes at ten."] if "kitchen" in text else []


@pytest.mark.parametrize(
    ("late_s", "fault", "is_told"), [(0.05, None, True), (5.0, None, False), (0.05, KeyError("index"), False)]
)
def test_what_is_looked_up_for_a_turn_is_told_to_the_model(
    tmp_path: Path, late_s: float, fault: Exception | None, *, is_told: bool
) -> None:
    asked: list[str] = []

    def patch(runtime: AgentRuntime) -> None:
        make = runtime.llm.stream
        runtime.retriever = Library(late_s, fault)

        def spy(request: ModelRequest) -> Any:
            asked.append(" ".join(message.text for message in request.messages))
            return make(request)

        runtime.llm.stream = spy  # type: ignore[method-assign]

    script = caller_script(POLITE, {"say": "when does the kitchen close"}, POLITE, {"say": "and the bar"}, POLITE, END)
    outcome = run_call_of(Rig(patch=patch), script, tmp_path)
    check(outcome)
    assert any("The kitchen closes at ten." in text for text in asked) is is_told
    assert max(outcome.report.gaps_s) < 1.3, "nobody waits for it"
    found = outcome.lines("KnowledgeFound")
    assert found and (found[-1]["query"].endswith("and the bar") or "bar" in found[-1]["query"])
    assert any(line["passages"] == ["The kitchen closes at ten."] for line in found) is is_told


# ── the handle alone ─────────────────────────────────────────────────────────────────────────────────────────────


class Doorway:
    """Behind the doors."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.taps = self.off = 0

    def inside(self) -> Inside:
        def tap(*_: object) -> Any:
            self.taps += 1
            return lambda: None

        class Silent:
            def hear(self, frame: bytes) -> None: ...
            def close(self) -> None: ...

        def off() -> None:
            self.off += 1

        return Inside(
            put=self.events.append, attach=lambda _: True, leg_is_off=off, media_s=lambda: 3.0, tap=tap, source=Silent
        )


def test_doors_before_a_call_are_remembered_and_behind_it_shut() -> None:
    handle, door = CallHandle("call_1", CallFacts("CA1")), Doorway()
    assert handle.instruct("The kitchen is closed.") and handle.take_over("Anna") is None
    assert handle.media_s == 0.0 and handle.listen(lambda *_: None, lambda *_: None)() is None
    handle.leg_is_off()
    handle.open(door.inside())
    assert door.events == [InstructionGiven("The kitchen is closed.")] and door.off == 0
    assert handle.mute(True) and not handle.say(" \n ") and not handle.instruct("")
    assert handle.end(EndReason.OPERATOR_ENDED, "x" * 9999)
    assert door.events[1] == CallerMuted(True)
    ended = door.events[2]
    assert isinstance(ended, EndRequested) and len(ended.detail) == SAID_CHARS
    handle.listen(lambda *_: None, lambda *_: None)
    seat = handle.take_over("Anna")
    assert door.taps == 1 and door.events[-1] == HumanJoined("Anna") and seat is not None
    handle.close()
    before = list(door.events)
    assert not handle.say("Hello.") and not handle.end() and not handle.mute(False) and not handle.post(CallerHungUp())
    assert handle.take_over("Bert") is None and handle.media_s == 0.0
    seat.said("hello")
    seat.give_back()
    assert door.events == before, "a call that is over is told nothing"


def test_what_comes_before_a_call_is_bounded() -> None:
    handle, door = CallHandle("call_1", CallFacts("CA1")), Doorway()
    for number in range(50):
        handle.instruct(f"number {number}")
    handle.open(door.inside())
    assert len(door.events) == EARLY_EVENTS and door.events[0] == InstructionGiven("number 0")


def test_every_door_at_any_moment_leaves_the_call_whole(tmp_path: Path) -> None:
    """All of them in one call, over each other."""

    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(0.5)
        (handle,) = live.handles
        stop = handle.listen(lambda *_: None, lambda *_: None)
        for number in range(12):
            handle.say(f"News number {number}.", at_once=number % 2 == 0)
            handle.instruct(f"Remember number {number}.", speak_now=number % 3 == 0)
            handle.mute(number % 4 == 1)
            seat = handle.take_over("Anna") if number % 5 == 2 else None
            await asyncio.sleep(0.37 * (1 + number % 3))
            if seat is not None:
                seat.give_back("It is done.")
        handle.mute(False)
        stop()
        stop()

    turns = [step for _ in range(4) for step in ({"say": "are you still there"}, {"silence": 2.5})]
    outcome = run_call_of(Rig(during=during), caller_script(POLITE, *turns, {"silence": 12.0}, END), tmp_path)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP
    said = " ".join(text for speaker, text in outcome.turns if speaker == "agent")
    assert "News number 11." in said
