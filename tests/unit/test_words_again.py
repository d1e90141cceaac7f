"""The same words once more: the agent's own by the caller's loudspeaker, a machine's menu that begins again."""

from time import perf_counter

import pytest

from offhook.agents.languages import script_for
from offhook.core.again import is_echo, said_again

EN = script_for("en-US")
HOURS = "The kitchen is open from seven until half past ten every evening of the week."
GERMAN = "Wir haben am Samstag von neun bis achtzehn Uhr geöffnet, und am Sonntag ist Ruhetag."


@pytest.mark.parametrize(
    ("text", "sounded"),
    [
        ("is open from seven until", HOURS),
        ("Was open from seven until.", HOURS),
        ("kitchen is open for seven until half", HOURS),
        ("chen is open from seven", HOURS),
        ("is open from seven unt", HOURS),
        ("half past ten", HOURS),
        ("The kitchen is open from eleven until half past ten", HOURS),
        (HOURS, HOURS),
        ("am Samstag von neun bis achtzehn Uhr", GERMAN),
        ("haben den Samstag von neun bis achtzehn", GERMAN),
        ("pm on Friday at the twenty five", "It is 6 p.m. on Friday at the twenty-five."),
        ("its ready for you", "Fine, it's ready for you now."),
        ("is that right?", "A table for two. Is that right?"),
        ("c'est ouvert de neuf heures à midi", "Oui, c'est ouvert de neuf heures à midi le samedi."),
    ],
)
def test_an_echo(text: str, sounded: str) -> None:
    assert is_echo(text, sounded, 3, EN)


@pytest.mark.parametrize(
    ("text", "sounded"),
    [
        ("open until seven, and on Sundays", HOURS),
        ("is open from seven and on Sundays", HOURS),
        (f"{HOURS} Yes.", HOURS),
        ("the open seven half every week", HOURS),
        ("is open", HOURS),
        ("until half past ten?", HOURS),
        ("No, it is open from seven until half past ten", HOURS),
        ("no on Tuesday", "So is it on Tuesday at nine?"),
        ("what time is it", HOURS),
        ("ten until open from", HOURS),
        ("am Samstag von neun bis achtzehn Uhr und am Montag", GERMAN),
        ("nein am Sonntag ist", GERMAN),
        ("", HOURS),
        ("is open from seven", ""),
    ],
)
def test_the_callers_own_words(text: str, sounded: str) -> None:
    assert not is_echo(text, sounded, 3, EN)


def test_how_many_words_it_takes() -> None:
    assert not is_echo("half past ten", HOURS, 4, EN)
    assert is_echo("from seven until half", HOURS, 4, EN)
    assert not is_echo("is open from seven until", HOURS, 0, EN), "off"


MENU = "Press one for sales, press two for support, or stay on the line and somebody will be with you."


@pytest.mark.parametrize(
    ("again", "same"),
    [
        (MENU, True),
        (MENU.lower().replace(",", ""), True),
        (MENU.replace("one", "1"), True),
        (MENU.replace("will be with you", "will help you out"), False),
        ("Press one for sales.", False),
        (" ".join(reversed(MENU.split())), False),
        ("", False),
    ],
)
def test_the_same_utterance(again: str, same: bool) -> None:
    assert said_again(MENU, again) is same
    assert said_again(again, MENU) is same


@pytest.mark.parametrize("word", ["a ", "open ", "seven? ", "-", "'", "ab-"])
def test_long_texts_take_milliseconds(word: str) -> None:
    text = (word * 4000)[:4000]
    took = []
    for _ in range(3):
        begun = perf_counter()
        is_echo(text, text, 3, EN)
        said_again(text, f"{text} x")
        took.append(perf_counter() - begun)
    assert min(took) < 0.010
