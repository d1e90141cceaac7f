"""English number words, held against the rules of Unicode's CLDR."""

import random

import pytest

from offhook.speech.spoken.english_numbers import cardinal, ordinal, paired, year

NUMBERS = [*range(3000), *(random.Random(8).randrange(10**12) for _ in range(500))]


def test_they_are_what_unicode_says() -> None:
    rbnf = pytest.importorskip("unicode_rbnf", reason="a judge of the tests: make setup")
    engine = rbnf.RbnfEngine.for_language("en")
    for number in NUMBERS:
        assert cardinal(number) == engine.format_number(number).text.replace("-", " ")
        said = engine.format_number(number, rbnf.FormatPurpose.ORDINAL).text
        assert ordinal(number) == said.replace("-", " ")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1900, "nineteen hundred"), (1905, "nineteen oh five"), (1999, "nineteen ninety nine"), (2000, "two thousand"),
        (2009, "two thousand nine"), (2010, "twenty ten"), (2026, "twenty twenty six"), (1000, "one thousand"),
    ],
)  # fmt: skip
def test_years(number: int, said: str) -> None:
    assert year(number) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5", "five"), ("42", "forty two"), ("100", "one hundred"), ("101", "one oh one"), ("210", "two ten"),
        ("1200", "twelve hundred"), ("2000", "two thousand"), ("1204", "twelve oh four"), ("012", "zero one two"),
        ("10250", "one zero two five zero"),
    ],
)  # fmt: skip
def test_numbers_of_houses_and_rooms(text: str, said: str) -> None:
    assert paired(text) == said
