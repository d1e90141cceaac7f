"""The figures of the bench: a measure that is wrong in our favour would never be found out by running it."""

import math

import pytest

from bench.judge import Answered, Call, Verdict, zombie_bytes
from bench.phone import MESSAGE_S, Flow, Log, Said
from bench.scenarios import FIRST_CLAUSE_TOKENS, MOST_TURNS, Kind, numbered, reply_text
from bench.speculation import measure as measure_speculation
from bench.table import Goal, Row, percentile, share
from bench.vendors import Draws
from bench.waste import Waste
from offhook.core.playout import LEAD_S, Playout
from offhook.core.segments import Segmenter
from offhook.core.speaking import Speaking
from offhook.simulator.report import CallerTurn, CallReport
from offhook.simulator.vendors.profiles import PROFILES
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
    first = [flow.lateness_s(10.0, 480) for _ in range(int(LEAD_S / MESSAGE_S))]
    assert first == [0.0] * 3
    assert flow.lateness_s(10.04, 480) == pytest.approx(0.0)
    assert flow.lateness_s(10.13, 480) == pytest.approx(0.03)


def test_audio_of_a_cancelled_reply_after_its_clear_is_a_zombie() -> None:
    log = Log(reply_of={5: 0, 6: 1}, said=[Said(1.0, frame(5)), Said(1.3, frame(5, 1)), Said(1.4, frame(6))])
    assert zombie_bytes(log, 0, after=1.2) == FRAME_BYTES
    assert zombie_bytes(log, 0, after=1.3) == 0


def test_a_history_that_holds_more_than_was_heard_is_an_error() -> None:
    turn = CallerTurn("barge_in", "wait", 1.1, 1.6, over_agent=True, gap_s=0.5, stop_s=0.2, duck_s=0.1)
    journal: list[dict[str, object]] = [
        {"command": "Remember", "entry": {"entry": "AgentSaid", "text": "0Yes, 0of 0course, 0I", "interrupted": True}},
        {"command": "Remember", "entry": {"entry": "CallerSaid", "text": "table please"}},
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


def test_the_gap_of_a_reply_is_not_that_of_a_filler_before_it() -> None:
    turn = CallerTurn("say", "", 0.2, 1.0, over_agent=False, gap_s=1.2)
    log = Log(reply_of={6: 300}, said=[Said(0.9, frame(5)), Said(2.21, frame(5)), Said(3.5, frame(6))])
    with_filler = Call(CallReport(turns=[turn]), log, [], ("plain",), [], [], [], 0.0)
    answer = with_filler.answer_to(turn)
    assert answer is not None and answer.number == 300 and answer.has_filler
    assert answer.gap_s == pytest.approx(2.5)
    log = Log(reply_of={6: 300}, said=[Said(2.21, frame(6))])
    at_once = Call(CallReport(turns=[turn]), log, [], ("plain",), [], [], [], 0.0)
    assert at_once.answer_to(turn) == Answered(300, 1.2, has_filler=False)


def test_replies_have_numbers_of_their_own_and_the_first_clause_has_the_tokens_it_is_said_to_have() -> None:
    told: list[int] = []
    brain = numbered(told.append)
    body = {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}
    answers = [brain(body), brain(body)]
    assert told == [MOST_TURNS + 1, 2 * MOST_TURNS + 1]
    assert [answer.text for answer in answers] == [reply_text(number) for number in told]
    pieces = answers[0].tokens
    assert "".join(pieces) == answers[0].text
    for number in (MOST_TURNS, 12_345 * MOST_TURNS):
        segmenter, tokens = Segmenter(), iter(f"{word} " for word in reply_text(number).split())
        fed = next(count for count, token in enumerate(tokens, 1) if segmenter.feed(token))
        assert fed == FIRST_CLAUSE_TOKENS


def test_a_reply_gets_the_draws_that_were_its_own() -> None:
    profile = PROFILES["published"]
    tokens_s = 2 * profile.token_s
    draws = Draws(profile, {"deepgram": [(9.0, 0.3), (9.75, 0.25), (9.9, 0.3)]}, {700: (10.001, 0.5)})
    assert draws.chain_s(700) == pytest.approx(0.25 + 0.5 + tokens_s + profile.first_audio.p50_s)
    assert draws.chain_s(701) is None
    begins_at = 10.501 + tokens_s
    draws.waits["elevenlabs"] = [(begins_at - 0.2, 0.9), (begins_at + 0.002, 0.4), (begins_at + 0.02, 0.9)]
    assert draws.chain_s(700) == pytest.approx(0.25 + 0.5 + tokens_s + 0.4)
    draws.waits["elevenlabs"] = [(begins_at + 0.5, 0.9)]
    assert draws.chain_s(700) is None, "what is not known is not guessed"


def test_an_effect_of_a_discarded_speculation_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    good = {row.what.split(",")[0]: row for row in measure_speculation(40, 1).rows}
    assert good["tools run"].observations > 20
    assert all(row.is_met is not False for row in good.values())
    opened = Playout.open
    monkeypatch.setattr(Playout, "open", lambda self, reply, *, held: opened(self, reply, held=False))
    with pytest.raises(AssertionError, match="a held reply was sent"):
        measure_speculation(40, 1)
    # The core's own assertion out of the way, the bench sees it too.
    monkeypatch.setattr(Speaking, "segment_started", lambda self, reply, segment, plays_at: None)
    leaky = {row.what.split(",")[0]: row for row in measure_speculation(40, 1).rows}
    assert leaky["audio sent"].is_met is False


def test_what_was_made_and_never_said_is_waste() -> None:
    def start(reply: int, at: float, *, held: bool, source: str = "ask") -> dict[str, object]:
        return {"at": at, "command": "StartReply", "reply": reply, "held": held, "content": {"source": source}}

    journal: list[dict[str, object]] = [
        start(1, 0.0, held=False, source="say"),
        start(2, 1.0, held=True),
        {"at": 1.75, "command": "CancelReply", "reply": 2},
        {"at": 1.75, "event": "ReplyStopped", "reply": 2, "tokens_in": 10, "tokens_out": 6},
        start(3, 2.0, held=True),
        {"at": 2.1, "command": "CancelReply", "reply": 3},
        {"at": 2.1, "event": "ReplyStopped", "reply": 3, "tokens_in": 4, "tokens_out": 0},
        start(4, 3.0, held=True),
        {"at": 3.6, "command": "CommitReply", "reply": 4},
        {"at": 3.9, "event": "ReplyGenerated", "reply": 4, "tokens_in": 56, "tokens_out": 24},
        {"at": 5.0, "command": "CancelReply", "reply": 4},
    ]
    waste = Waste()
    waste.take(journal)
    assert (waste.replies, waste.discarded) == (3, 2), "what was heard in part was not in vain"
    assert (waste.tokens, waste.tokens_discarded) == (100, 20)
    _, tokens = waste.rows()
    assert tokens.figure("share") == pytest.approx(20.0) and tokens.is_met is False
