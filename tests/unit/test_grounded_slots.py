"""What callers say for a number of people, a day, a time, a telephone number, a name."""

import pytest

from offhook.speech.llm import grounded_slots as slots


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("for four people", 4),
        ("a table for two", 2),
        ("Table for 6, please.", 6),
        ("there will be five of us", 5),
        ("we're six", 6),
        ("party of twelve", 12),
        ("two adults and three kids", 5),
        ("just me", 1),
        ("one person", 1),
        ("me and my wife", 2),
        ("my husband and I", 2),
        ("the two of us", 2),
        ("make it five", 5),
        ("twenty one guests", 21),
        ("for four tomorrow at seven", 4),
        ("for seven o'clock", None),
        ("for 7:30", None),
        ("for three nights", None),
        ("at eight", None),
        ("hello", None),
        ("for zero people", None),
        ("", None),
    ],
)
def test_party_size(text: str, people: int | None) -> None:
    assert slots.party_size(text) == people


@pytest.mark.parametrize(
    ("text", "people"),
    [("four", 4), ("um four please", 4), ("It's two.", 2), ("maybe eight", 8), ("half past seven", None), ("me", None)],
)
def test_party_size_when_asked(text: str, people: int | None) -> None:
    assert slots.party_size(text, asked=True) == people


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("at seven", "19:00"),
        ("half past seven", "19:30"),
        ("quarter to eight", "19:45"),
        ("quarter past six", "18:15"),
        ("ten to nine", "20:50"),
        ("7:30 p.m.", "19:30"),
        ("7.30", "19:30"),
        ("19:30", "19:30"),
        ("seven thirty pm", "19:30"),
        ("at seven thirty", "19:30"),
        ("at nine in the morning", "09:00"),
        ("eleven am", "11:00"),
        ("at noon", "12:00"),
        ("at eleven for lunch", "11:00"),
        ("at one for lunch", "13:00"),
        ("seven o'clock", "19:00"),
        ("7 o clock", "19:00"),
        ("twelve am", "00:00"),
        ("12 pm", "12:00"),
        ("around eight", "20:00"),
        ("at five past seven", "19:05"),
        ("tonight at eight", "20:00"),
        ("for four people", None),
        ("at 25:99", None),
        ("in the afternoon", None),
        ("", None),
    ],
)
def test_time_of_day(text: str, time: str | None) -> None:
    assert slots.time_of_day(text) == time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("seven", "19:00"),
        ("nineteen thirty", "19:30"),
        ("seven thirty", "19:30"),
        ("1930", "19:30"),
        ("ten please", "22:00"),
        ("eight in the evening", "20:00"),
        ("later", None),
    ],
)
def test_time_when_asked(text: str, time: str | None) -> None:
    assert slots.time_of_day(text, asked=True) == time


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("19:30", "7:30 PM"),
        ("09:00", "9 AM"),
        ("12:00", "noon"),
        ("00:00", "midnight"),
        ("00:15", "12:15 AM"),
        ("12:05", "12:05 PM"),
    ],
)
def test_times_are_read_back(value: str, said: str) -> None:
    assert slots.spoken_time(value) == said


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow evening", "tomorrow"),
        ("tonight", "today"),
        ("this friday", "Friday"),
        ("next Friday", "next Friday"),
        ("on saturdays", "Saturday"),
        ("june fifth", "June 5"),
        ("the fifth of June", "June 5"),
        ("June 5th", "June 5"),
        ("the twenty first of june", "June 21"),
        ("Friday, June 5th", "Friday, June 5"),
        ("on the third", "the 3rd"),
        ("the day after tomorrow", "the day after tomorrow"),
        ("in three days", "in 3 days"),
        ("6/5", "6/5"),
        ("on christmas eve", "Christmas Eve"),
        ("new year's eve", "New Year's Eve"),
        ("june forty", None),
        ("someday", None),
        ("", None),
    ],
)
def test_date(text: str, day: str | None) -> None:
    assert slots.date(text) == day


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("five zero three five five five zero one four two", "5035550142"),
        ("503-555-0142", "5035550142"),
        ("(503) 555 0142", "5035550142"),
        ("five oh three, double five five, oh one four two", "5035550142"),
        ("it's 503 555 01 42", "5035550142"),
        ("plus one five zero three five five five zero one four two", "15035550142"),
        ("eight hundred five five five oh one four two", "8005550142"),
        ("fifty five five oh one forty two", "5550142"),
        ("my number is 555.0142 thank you", "5550142"),
        ("[keypad] 5035550142", "5035550142"),
        ("triple two triple three four", "2223334"),
        ("five zero three", None),
        ("a table for four at seven", None),
        ("1" * 30, None),
        ("", None),
    ],
)
def test_phone(text: str, number: str | None) -> None:
    assert slots.phone(text) == number


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("5035550142", "503-555-0142"),
        ("15035550142", "1-503-555-0142"),
        ("5550142", "555-0142"),
        ("442079460018", "44-207-946-0018"),
    ],
)
def test_numbers_are_read_back_in_groups(number: str, said: str) -> None:
    assert slots.spoken_phone(number) == said


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is anna brown and i need a table", "Anna Brown"),
        ("My name's O'Neill.", "O'Neill"),
        ("this is tom calling about my room", "Tom"),
        ("under brown for friday", "Brown"),
        ("in the name of van Dyke please", "Van Dyke"),
        ("name is B R O W N", "Brown"),
        ("this is not what i asked", None),
        ("i'm looking for a room", None),
        ("a table for four", None),
        ("", None),
    ],
)
def test_name(text: str, name: str | None) -> None:
    assert slots.name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("brown", "Brown"),
        ("um it's brown", "Brown"),
        ("I'm Anna Brown", "Anna Brown"),
        ("Smith, S M I T H", "Smith"),
        ("anna brown, B R O W N", "Anna Brown"),
        ("for miller please", "Miller"),
        ("seven", None),
        ("what", None),
        ("next friday", None),
        ("make it five people", None),
        ("half past seven", None),
        ("José", "José"),
    ],
)
def test_name_when_asked(text: str, name: str | None) -> None:
    assert slots.name(text, asked=True) == name
