"""Telephone numbers: which words belong to one, and the groups that people of its country say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.spoken.telephone import cut, groups_of, is_number, phone_words


@pytest.mark.parametrize(
    ("number", "region", "groups"),
    [
        ("5035550142", "US", "503 555 0142"),
        ("+15035550142", "", "1 503 555 0142"),
        ("02079460958", "GB", "020 7946 0958"),
        ("+442079460958", "US", "44 20 7946 0958"),
        ("0612345678", "FR", "06 12 34 56 78"),
        ("912345678", "ES", "912 34 56 78"),
        ("+4930123456", "", "49 30 123 456"),
        ("030123456", "DE", "030 123 456"),
        ("+8613812345678", "", "86 138 1234 5678"),
        ("503-555-0142", "DE", "503 555 0142"),
        ("(0)20", "", "20"),
        ("5035550142", "", "503 555 0142"),
        ("123456789012", "US", "123 456 789 012"),
    ],
)
def test_the_groups_of_the_numbering_plan(number: str, region: str, groups: str) -> None:
    assert groups_of(number, region) == groups.split()


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Call (503) 555-0142 now", "0110"),
        ("+1 503 555 0142", "1111"),
        ("+44 (0)20 7946 0958", "1111"),
        ("06 12 34 56 78", "11111"),
        ("from 9 to 17", "0000"),
        ("rooms 101 102 103", "0000"),
        ("10 20 30", "000"),
    ],
)
def test_words_that_belong_to_one(text: str, flags: str) -> None:
    assert phone_words(text.split()) == [flag == "1" for flag in flags]


def test_only_numbers_of_the_region_are_taken_for_one() -> None:
    assert is_number("912345678", "ES")
    assert not is_number("912345678", "")
    assert not is_number("120000000", "ES")
    assert not is_number("12", "ES")


@given(st.text(alphabet="0123456789", min_size=1, max_size=30))
def test_no_digit_is_lost_or_alone(text: str) -> None:
    groups = cut(text)
    assert "".join(groups) == text
    assert all(len(group) <= 4 for group in groups)
    assert len(groups[-1]) > 1 or len(text) == 1


@given(st.text(alphabet="0123456789+-.() ", max_size=30), st.sampled_from(["", "US", "DE", "XX"]))
def test_any_writing_keeps_its_digits(text: str, region: str) -> None:
    digits = [c for c in text.replace("(0)", "") if c.isdigit()]
    assert [c for c in "".join(groups_of(text, region)) if c.isdigit()][-len(digits) :] == digits or "(0)" in text
