"""The figures of the bench: a measure that is wrong in our favour would never be found out by running it."""

import math

import pytest

from bench.judge import Call, Verdict, zombie_bytes
from bench.phone import LEAD_S, MESSAGE_S, Flow, Log, Said
from bench.scenarios import Kind, reply_text
from bench.table import Goal, Row, percentile, share
from offhook.simulator.report import CallerTurn, CallReport
from offhook.speech.scripted.tape import FRAME_BYTES, HeardWord, TapeFrame


def frame(utterance: int, word: int = 0) -> TapeFrame:
    return TapeFrame(utterance, word, 0, 10, 1, 0, b"0Yes,")


def heard(utterance: int, count: int) -> list[HeardWord]:
    return [HeardWord(utterance, index, 2, 0, [b"0word"], {0, 1}) for index in range(count)]


def call(words: list[HeardWord], journal: list[dict[str, object]], *turns: CallerTurn) -> Call:
    log = Log(reply_of={5: 0, 6: 1}, said=[Said(1.0, frame(5))])
    kinds: list[Kind] = ["plain"] * len(turns)
    report = CallReport(call_sid="CA1", turns=list(turns))
    return Call(report, log, words, tuple(kinds), "a table please".split(), journal, [], 0.0)


@pytest.mark.parametrize(("percent", "expected"), [(50, 5.0), (95, 10.0), (99, 10.0), (10, 1.0)])
def test_a_percentile_is_a_sample(percent: int, expected: float) -> None:
    assert percentile([float(value) for value in range(10, 0, -1)], percent) == expected


def test_what_was_not_measured_keeps_to_no_goal() -> None:
    assert Row("duck", "", "ms", [], (Goal("p95", 150),)).is_met is False
    assert math.isnan(Row("duck", "", "ms", []).figure("p50"))
    assert share("answered", "", 0, 0, Goal("share", 100, is_least=True)).is_met is False


def test_a_share_has_a_lower_limit() -> None:
    goal = Goal("share", 100, is_least=True)
    assert share("answered", "", 99, 100, goal).is_met is False
    assert share("answered", "", 100, 100, goal).is_met is True


def test_audio_in_time_is_not_late_and_audio_behind_is() -> None:
    flow = Flow(began_at=10.0)
    first = [flow.lateness_s(10.0, 320) for _ in range(round(LEAD_S / MESSAGE_S))]
    assert first == [0.0] * 5
    assert flow.lateness_s(10.04, 320) == pytest.approx(0.0)
    assert flow.lateness_s(10.11, 320) == pytest.approx(0.03)


def test_audio_of_a_cancelled_reply_after_its_clear_is_a_zombie() -> None:
    log = Log(reply_of={5: 0, 6: 1}, said=[Said(1.0, frame(5)), Said(1.3, frame(5, 1)), Said(1.4, frame(6))])
    assert zombie_bytes(log, 0, after=1.2) == FRAME_BYTES
    assert zombie_bytes(log, 0, after=1.3) == 0


def test_a_history_that_holds_more_than_was_heard_is_an_error() -> None:
    turn = CallerTurn("barge_in", "wait", 1.1, 1.6, over_agent=True, gap_s=0.5, stop_s=0.2, duck_s=0.1)
    journal: list[dict[str, object]] = [
        {"command": "RecordTurn", "speaker": "agent", "text": "0Yes, 0of 0course, 0I", "interrupted": True},
        {"command": "RecordTurn", "speaker": "caller", "text": "table please"},
    ]
    verdict = Verdict()
    verdict.take(call(heard(5, 2), journal, turn))
    assert verdict.text_errors == [2.0]
    assert verdict.stops == [200.0]
    assert (verdict.reached, verdict.said) == (2, 3)


def test_words_that_an_undisturbed_reply_loses_are_counted() -> None:
    turns = [CallerTurn("say", "", begin, begin + 0.5, over_agent=False, gap_s=0.4) for begin in (0.2, 9.0)]
    whole, cut = Verdict(), Verdict()
    words = len(reply_text(0).split())
    whole.take(call(heard(5, words), [], *turns))
    cut.take(call(heard(5, words - 3), [], *turns))
    assert whole.lost_words == {"plain": [0.0]}
    assert cut.lost_words == {"plain": [3.0]}
