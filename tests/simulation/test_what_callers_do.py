"""What callers met elsewhere, as whole calls: answers over the agent's last syllables, keys, late words, echoes, a
television, goodbyes that were none.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

from offhook.audio.convert import quieter
from offhook.call.runtime import AgentRuntime
from offhook.core.endings import EndReason
from offhook.core.formats import TELEPHONE
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_media import SILENCE_FRAME
from offhook.simulator.voices import Prepared
from offhook.speech.ports import ModelOutput, ModelRequest, TextDelta, ToolCall
from offhook.speech.scripted.tape import speak
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.services import Service, web_tool
from tests.simulation.whole_calls import END, POLITE, check

ASKS = "So that is a table for four people. Is that right?"


def length_s(text: str) -> float:
    """Of the voice that says it."""
    return len(speak(text)) / TELEPHONE.bytes_per_s


def said(outcome: Outcome, who: str) -> list[str]:
    return [text for speaker, text in outcome.turns if speaker == who]


def with_model(stream: Any) -> Any:
    def patch(runtime: AgentRuntime) -> None:
        runtime.llm.stream = stream  # type: ignore[method-assign]

    return patch


# ── short answers, late words, keys ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["yes", "okay", "right"])
@pytest.mark.parametrize("early_s", [0.6, 0.4, 0.2, 0.05])
def test_a_yes_over_the_end_of_a_question_is_an_answer(tmp_path: Path, early_s: float, word: str) -> None:
    steps = (
        {"say": "a table for four please"},
        {"backchannel": word, "after_s": round(length_s(ASKS) - early_s, 2)},
        {"silence": 6.0},
    )
    rig = Rig(llm={"rules": [{"when": "four", "say": ASKS}], "otherwise": "Then it is booked."})
    outcome = run_call_of(rig, caller_script(POLITE, *steps, END), tmp_path)
    check(outcome)
    (turn,) = [turn for turn in outcome.report.turns if turn.text == word]
    assert turn.over_agent, "it begins before the question has ended"
    assert said(outcome, "caller") == ["a table for four please", word]
    assert said(outcome, "agent")[-1] == "Then it is booked."


@pytest.mark.parametrize("word", ["no", "yes", "two"])
@pytest.mark.parametrize("late_s", [0.5, 1.5, 2.4, 4.0])
def test_a_short_word_whose_final_is_late_is_answered_once(tmp_path: Path, word: str, late_s: float) -> None:
    rig = Rig(stt={"final_latency_s": late_s, "interim_every_s": 60.0})
    outcome = run_call_of(rig, caller_script(POLITE, {"say": word}, {"silence": 9.0}, END), tmp_path)
    check(outcome)
    assert said(outcome, "caller") == [word]
    assert said(outcome, "agent")[-1] == f"You said: {word}."


@pytest.mark.parametrize("late_s", [0.05, 0.4, 1.2, 3.0])
def test_keys_behind_words_cost_no_word(tmp_path: Path, late_s: float) -> None:
    rig = Rig(stt={"final_latency_s": late_s, "interim_every_s": 60.0})
    steps = ({"say": "that is my number and the pin is"}, {"digits": "42#"}, {"silence": 9.0})
    outcome = run_call_of(rig, caller_script(POLITE, *steps, END), tmp_path)
    check(outcome)
    words = " ".join(text for text in said(outcome, "caller") if not text.startswith("4"))
    assert words == "that is my number and the pin is"
    assert "".join(entry["keys"] for entry in outcome.entries if entry["entry"] == "KeysPressed").startswith("42")


@pytest.mark.parametrize("text", ["Where are you from?", "Yes it is.", "I think so.", "There are 250."])
def test_a_sentence_that_is_over_is_answered_whatever_its_last_word_is(tmp_path: Path, text: str) -> None:
    outcome = run_call_of(Rig(), caller_script(POLITE, {"say": text}, {"silence": 5.0}, END), tmp_path)
    check(outcome)
    (gap_s,) = outcome.report.gaps_s
    assert gap_s < 1.2


def test_who_asks_for_a_moment_gets_it(tmp_path: Path) -> None:
    rig = Rig(llm={"rules": [{"when": "hold on", "say": "Sure, take your time."}]})
    steps = ({"say": "hold on, let me get my card."}, {"silence": 40.0}, {"say": "okay I have it now"}, POLITE)
    outcome = run_call_of(rig, caller_script(POLITE, *steps, END), tmp_path)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP
    asked = [line for line in outcome.lines("StartReply") if line["content"].get("name") == "idle"]
    assert len(asked) <= 1, "at most one prompt in forty seconds"
    assert said(outcome, "caller")[-1] == "okay I have it now"


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────


def ends_with(text: str) -> Any:
    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        await asyncio.sleep(0.3)
        last = next(message.text for message in reversed(request.messages) if message.role == "user")
        if "wait" in last or "parking" in last:
            yield TextDelta("Of course.")
            return
        yield TextDelta(text)
        yield ToolCall("end", "end_call", "{}")

    return with_model(stream)


BYE = "Thank you for calling us today, goodbye then."


@pytest.mark.parametrize("early_s", [0.6, 0.3, 0.1, 0.04])
def test_oh_wait_over_a_goodbye_keeps_the_line(tmp_path: Path, early_s: float) -> None:
    barge_in = {"barge_in": "oh wait one more thing", "after_s": round(length_s(BYE) - early_s, 2), "at_most_s": 4}
    steps = ({"say": "that is all thanks"}, barge_in)
    rig = Rig(patch=ends_with(BYE))
    outcome = run_call_of(rig, caller_script(POLITE, *steps, {"silence": 6.0}, END), tmp_path)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP
    assert said(outcome, "agent")[-1] == "Of course."


def test_a_question_is_no_goodbye_whatever_tool_comes_with_it(tmp_path: Path) -> None:
    steps = ({"say": "that is all thanks"}, POLITE, {"say": "yes parking please"}, {"silence": 5.0})
    rig = Rig(patch=ends_with("Shall I also book parking?"))
    outcome = run_call_of(rig, caller_script(POLITE, *steps, END), tmp_path)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP and said(outcome, "agent")[-1] == "Of course."


# ── what is nobody's words ───────────────────────────────────────────────────────────────────────────────────────


class Loudspeaker(Caller):
    """A telephone whose microphone hears its loudspeaker, quieter and a quarter of a second later."""

    gain_db = -20.0

    def __init__(self, steps: Sequence[Prepared]) -> None:
        super().__init__(steps)
        self._way: deque[bytes] = deque([SILENCE_FRAME] * 12, maxlen=13)

    def heard(self, frame: bytes, at: float) -> None:
        super().heard(frame, at)
        self._way.append(frame)

    def next_frame(self, at: float) -> bytes:
        own = super().next_frame(at)
        echo = self._way[0]
        if own != SILENCE_FRAME or echo == SILENCE_FRAME:
            return own
        return quieter(echo, TELEPHONE, self.gain_db)


class Loud(Loudspeaker):
    """And nearly as loud as the caller."""

    gain_db = -6.0


@pytest.mark.parametrize("telephone", [Loudspeaker, Loud])
@pytest.mark.parametrize("own_final_after_s", [None, 0.3])
def test_the_agents_own_words_are_no_turn(
    tmp_path: Path, telephone: type[Caller], own_final_after_s: float | None
) -> None:
    long = "The kitchen is open from seven until half past ten every evening of the week, and on Sunday at noon."
    rig = Rig(
        stt={"own_final_after_s": own_final_after_s},
        llm={"rules": [{"when": "kitchen", "say": long}]},
        telephone=telephone,
    )
    steps = ({"say": "when is the kitchen open"}, {"silence": 12.0}, {"say": "and where are you"}, {"silence": 6.0})
    outcome = run_call_of(rig, caller_script({"silence": 4.0}, *steps, END), tmp_path)
    check(outcome)
    assert said(outcome, "caller") == ["when is the kitchen open", "and where are you"]
    assert said(outcome, "agent").count(long) == 1, "said once, and to its end"
    assert outcome.report.heard_text.count("half past ten") == 1


@pytest.mark.xfail(strict=True, reason="a line that gives back every word hushes the agent at each, and nobody cuts in")
def test_a_caller_is_heard_over_an_echo(tmp_path: Path) -> None:
    long = "The kitchen is open from seven until half past ten every evening of the week, and on Sunday at noon."
    rig = Rig(llm={"rules": [{"when": "kitchen", "say": long}]}, telephone=Loudspeaker)
    steps = ({"say": "when is the kitchen open"}, {"barge_in": "no stop I mean the bar", "after_s": 2.0})
    outcome = run_call_of(rig, caller_script({"silence": 4.0}, *steps, {"silence": 6.0}, END), tmp_path)
    check(outcome)
    assert said(outcome, "caller")[-1] == "no stop I mean the bar"
    (turn,) = [turn for turn in outcome.report.turns if turn.kind == "barge_in"]
    assert turn.stop_s is not None and turn.stop_s < 1.0


NEWS = (
    "the storm has reached the northern coast", "ministers meet again on thursday", "bread is dearer by a tenth",
    "in the second half the visitors scored twice", "police are looking for a white car",
    "the bridge will be closed until october", "now the weather of the week", "rain in the west and sunny spells",
    "the museum shows early photographs", "a new record was set in the marathon", "farmers hope for a dry september",
    "the train drivers went on strike", "our reporter is on the island", "the volcano has been quiet since",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pause_s", "within_s"),
    [
        (0.4, 300.0),
        (0.6, 60.0),
        (1.2, 60.0),
        (1.8, 500.0),
        (3.0, 300.0),
        (4.5, 300.0),
        (6.0, 300.0),
    ],
)
def test_a_television_is_left_long_before_the_longest_call(tmp_path: Path, pause_s: float, within_s: float) -> None:
    steps: list[dict[str, Any]] = [{"silence": 3.0}]
    for number in range(round(600 / (2.4 + pause_s))):
        steps += [{"say": f"{NEWS[number % len(NEWS)]} number {number}"}, {"silence": pause_s}]
    outcome = run_call_of(Rig(llm={"otherwise": "How can I help you?"}), caller_script(*steps, END), tmp_path)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_ABSENT
    assert outcome.report.length_s < within_s


# ── tools and the history ────────────────────────────────────────────────────────────────────────────────────────


def test_a_model_that_always_wants_a_tool_is_bounded_and_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service, asked = Service(delay_s=0.3).serve(monkeypatch), []

    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        asked.append(request)
        await asyncio.sleep(0.5)
        yield ToolCall(f"c{len(asked)}", "look", f'{{"room": "{len(asked)}"}}')

    rig = Rig(agent={"tools": [web_tool("look")]}, patch=with_model(stream))
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "where is my order"}, {"silence": 60.0}, END), tmp_path)
    check(outcome)
    assert len(asked) < 20 and len(service.bodies) < 10
    (turn, *_) = outcome.report.turns
    sounds = [begin - turn.ends_at for begin, _ in outcome.report.agent_audible if begin > turn.ends_at]
    assert sounds[0] < 2.0 and outcome.report.longest_silence_s < 13.0


def test_the_history_of_a_long_call_stays_within_what_a_model_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Service(delay_s=0.1, word="x" * 3000).serve(monkeypatch)
    sizes: list[int] = []

    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        sizes.append(sum(len(message.text) for message in request.messages))
        await asyncio.sleep(0.1)
        if request.messages[-1].role == "tool":
            yield TextDelta("It is ready.")
        else:
            yield ToolCall(f"c{len(sizes)}", "look", "{}")

    rig = Rig(agent={"tools": [web_tool("look")], "turn_taking": {"max_call_s": 3600}}, patch=with_model(stream))
    turns = [step for number in range(60) for step in ({"say": f"where is order {number}"}, POLITE)]
    outcome = run_call_of(rig, caller_script(POLITE, *turns, END), tmp_path)
    check(outcome)
    assert len(said(outcome, "caller")) == 60 and len(sizes) >= 120
    assert max(sizes) < 90_000, "what is old is shortened"
