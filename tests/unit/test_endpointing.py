"""How sound and words outvote each other, and where neither does."""

import pytest

from offhook.core.behaviour import PRESETS, Behaviour
from offhook.core.endpointing import SURE_PROBABILITY, Evidence, silence_needed_s
from offhook.core.numbers import Wholeness
from offhook.core.words import Shape


@pytest.mark.parametrize("b", PRESETS.values(), ids=PRESETS)
class TestEveryPreset:
    """Each rule holds whatever the numbers are."""

    def test_nothing_outvotes_an_open_word(self, b: Behaviour) -> None:
        for probability in (None, 0.2, SURE_PROBABILITY, 1.0):
            assert silence_needed_s(b, Evidence(probability, Shape.OPEN, 5, 0.0)) == b.unfinished_silence_s

    def test_a_sure_sound_shortens_a_question_that_ends_on_one_and_not_to_the_shortest(self, b: Behaviour) -> None:
        halfway_s = (b.unsure_silence_s + b.unfinished_silence_s) / 2
        assert silence_needed_s(b, Evidence(SURE_PROBABILITY, Shape.STRANDED, 5, 0.0)) == halfway_s
        assert silence_needed_s(b, Evidence(SURE_PROBABILITY - 0.01, Shape.STRANDED, 5, 0.0)) == b.unfinished_silence_s
        assert silence_needed_s(b, Evidence(None, Shape.STRANDED, 5, 0.0)) == b.unfinished_silence_s

    def test_who_pauses_long_is_given_time_all_the_same(self, b: Behaviour) -> None:
        learned = Evidence(0.99, Shape.STRANDED, 5, b.unfinished_silence_s)
        assert silence_needed_s(b, learned) == b.unfinished_silence_s

    def test_nothing_outvotes_a_number(self, b: Behaviour) -> None:
        for probability in (None, 0.2, 1.0):
            evidence = Evidence(probability, Shape.COLLECTING, 3, 0.0, is_question=True)
            assert silence_needed_s(b, evidence) == b.collecting_silence_s

    def test_a_number_that_is_whole_ends_like_any_sentence(self, b: Behaviour) -> None:
        def needed_s(probability: float | None, dictated: Wholeness) -> float:
            return silence_needed_s(b, Evidence(probability, Shape.COMPLETE, 10, b.unsure_silence_s, dictated=dictated))

        assert needed_s(0.97, Wholeness.WHOLE) == pytest.approx(b.min_silence_s), "whatever the caller's pauses were"
        for probability in (None, 0.0, 0.4):
            assert needed_s(probability, Wholeness.WHOLE) == (b.min_silence_s + b.unsure_silence_s) / 2
        assert needed_s(0.97, Wholeness.LIKELY) == b.unsure_silence_s
        assert needed_s(0.0, Wholeness.LIKELY) == b.unfinished_silence_s

    def test_what_may_be_whole_and_what_nobody_asked_for_are_waited_for_as_a_sentence_is(self, b: Behaviour) -> None:
        for dictated, asked in ((Wholeness.PERHAPS, True), (Wholeness.GROWING, False)):
            evidence = Evidence(0.99, Shape.COLLECTING, 3, 0.0, dictated=dictated, is_asked=asked)
            assert silence_needed_s(b, evidence) == b.unfinished_silence_s
        assert b.collecting_silence_s > b.unfinished_silence_s
        assert b.collecting_silence_s > 2.0, "people are silent for two seconds inside a number"

    def test_a_question_mark(self, b: Behaviour) -> None:
        def needed_s(probability: float | None, *, is_question: bool) -> float:
            return silence_needed_s(b, Evidence(probability, Shape.COMPLETE, 8, 0.0, is_question=is_question))

        assert needed_s(SURE_PROBABILITY, is_question=True) == pytest.approx(b.min_silence_s)
        assert needed_s(b.complete_probability, is_question=True) == pytest.approx(b.unsure_silence_s)
        assert needed_s(b.complete_probability, is_question=False) > b.unsure_silence_s
        assert needed_s(0.1, is_question=True) == b.unsure_silence_s
        assert needed_s(0.1, is_question=False) == b.unfinished_silence_s
        assert needed_s(None, is_question=True) == b.unsure_silence_s
