"""Whole dictations through the core: callers tell numbers in groups and are silent for long between them, however they
sound. Nobody is spoken to inside a number that was asked for and is plainly not whole; nobody waits behind its end.
"""

import random
from dataclasses import dataclass

import msgspec
import pytest

from offhook.agents.languages import script_for
from offhook.core import commands as cmd
from offhook.core import history as hi
from tests.world import World

CALLS = 60
SILENCES_S = (0.3, 2.0)
DIGIT_S = 0.35
CHAIN_S = 0.15 + 0.10 + 0.05
"""Of the world's transcriber, model and voice."""


@dataclass(frozen=True)
class Case:
    """What is asked for, and what is told; `#` is any digit."""

    tag: str
    question: str
    shapes: tuple[str, ...]


CASES = {
    "us-telephone": Case("en-US", "What is your phone number?", ("503#######", "212#######", "1415#######")),
    "gb-telephone": Case("en-GB", "Could you give me your mobile number?", ("07700900###", "0207946####")),
    "de-mobile": Case("de-DE", "Wie ist Ihre Telefonnummer?", ("0151########", "01573#######")),
    "es-telephone": Case("es-ES", "¿Cuál es su número de teléfono?", ("6########", "91#######")),
    "fr-telephone": Case("fr-FR", "Quel est votre numéro de téléphone ?", ("061#######", "014#######")),
    "card": Case("en-US", "Could you tell me the card number?", ("4111111111111111", "378282246310005")),
    "code": Case("en-US", "What is your six-digit code?", ("######",)),
    "code-de": Case("de-DE", "Wie lautet der vierstellige Code?", ("####",)),
    "zip": Case("en-US", "And your zip code?", ("97###",)),
    "birth": Case("en-US", "What is your date of birth?", ("12031985", "05111962")),
}


def told(shape: str, chance: random.Random) -> list[str]:
    """The number in groups of one to four digits."""
    digits = "".join(chance.choice("23456789") if sign == "#" else sign for sign in shape)
    groups, at = [], 0
    while at < len(digits):
        size = chance.choice((1, 2, 2, 3, 3, 4))
        groups.append(digits[at : at + size])
        at += size
    return groups


def call(case: Case, seed: int) -> tuple[list[str], float, World]:
    """A dictation; its groups, the end of the last one, and what came of it."""
    chance = random.Random(seed)
    script = msgspec.structs.replace(script_for(case.tag), greeting=case.question)
    units = [entry.split()[0] for entry in script.figures.units]
    groups, is_spoken = told(chance.choice(case.shapes), chance), chance.random() < 0.5
    world = World(script=script, answer=lambda _: "Thank you very much, I have that now.").answered()
    begin, end = 4.0, 4.0
    for group in groups:
        text = " ".join(units[int(digit)] for digit in group) if is_spoken else group
        end = begin + DIGIT_S * len(group)
        world.says(text, begin, end, probability=chance.choice((0.02, 0.3, 0.6, 0.97)))
        begin = end + chance.uniform(*SILENCES_S)
    return groups, end, world.run(end + 5.0)


@pytest.mark.parametrize("name", CASES)
def test_nobody_is_cut_off_and_nobody_waits(name: str) -> None:
    gaps = []
    for seed in range(CALLS):
        groups, end, world = call(CASES[name], seed)
        inside = [begin for begin, _ in world.audible if 3.9 < begin < end]
        assert not inside, f"seed {seed}: {groups} was cut into at {inside} of {end:.2f}"
        assert [who for who, _ in world.turns[:2]] == ["agent", "caller"]
        assert len([entry for entry in world.entries if isinstance(entry, hi.CallerSaid)]) == 1
        gaps.append(min(begin for begin, _ in world.audible if begin >= end) - end)
    assert sorted(gaps)[int(CALLS * 0.95)] <= 0.8
    assert max(gaps) <= 0.8, "a number that is whole is answered like any sentence"


@pytest.mark.parametrize("tag", ["de-DE", "it-IT"])
def test_a_number_that_could_be_whole_is_waited_for_a_moment(tag: str) -> None:
    number, question = {"de-DE": ("030 12345678", "Ihre Nummer?"), "it-IT": ("061234567", "Il suo numero?")}[tag]
    script = msgspec.structs.replace(script_for(tag), greeting=question)
    for probability, least, most in ((0.97, 0.75, 0.9), (0.05, 0.75, 1.7)):
        world = World(script=script).answered().says(number, 4.0, 6.0, probability=probability).run(12)
        gap = min(begin for begin, _ in world.audible if begin >= 6.0) - 6.0
        assert least <= gap <= most


def test_who_stops_inside_a_number_is_answered_after_three_seconds() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="What is your phone number?")
    world = World(script=script).answered().says("five oh three five five", 4.0, 6.0).run(14)
    gap = min(begin for begin, _ in world.audible if begin >= 6.0) - 6.0
    assert 3.0 <= gap <= 3.0 + CHAIN_S + 0.1


def test_no_reply_is_prepared_for_half_a_number() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="What is your phone number?")
    world = World(script=script).answered()
    for index, group in enumerate(("503", "555", "01", "42")):
        world.says(group, 4.0 + 2.5 * index, 4.9 + 2.5 * index)
    world.run(20)
    asks = [
        c for _, c in world.said(cmd.StartReply) if isinstance(c, cmd.StartReply) and isinstance(c.content, cmd.Ask)
    ]
    assert len(asks) == 1
    assert world.caller_words == ["503", "555", "01", "42"]


def test_who_asks_back_inside_a_number_is_answered_and_goes_on() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="What is your phone number?")
    world = World(script=script, answer=lambda _: "Yes, go on.").answered()
    world.says("five oh three, did you get that?", 4.0, 6.0)
    world.says("five five five", 9.0, 10.0).says("oh one", 11.9, 12.4).says("four two", 14.3, 15.0)
    world.run(20)
    inside = [begin for begin, _ in world.audible if 9.0 < begin < 15.0]
    assert not inside
    assert min(begin for begin, _ in world.audible if begin >= 15.0) - 15.0 <= 0.8


def test_an_unasked_price_is_no_dictation() -> None:
    world = World(script=script_for("en-US")).answered().says("It costs 12,500.", 4.0, 5.5).run(12)
    assert min(begin for begin, _ in world.audible if begin >= 5.5) - 5.5 <= 0.5


@pytest.mark.parametrize(
    ("tag", "said", "kept"),
    [
        ("en-US", "Um, I would like, uh, a table.", "I would like a table."),
        ("de-DE", "Äh, einen Tisch, ähm, für zwei.", "Einen Tisch für zwei."),
        ("fr-FR", "Euh, une table pour deux.", "Une table pour deux."),
        ("en-US", "Please take me to the ER.", "Please take me to the ER."),
        ("pt-BR", "Um momento.", "Um momento."),
    ],
)
def test_fillers_never_stand_in_the_history(tag: str, said: str, kept: str) -> None:
    world = World(script=script_for(tag)).answered().says(said, 4.0, 6.0).run(9)
    assert ("caller", kept) in world.turns


def test_a_filler_asks_for_patience_all_the_same() -> None:
    world = World(script=script_for("en-US")).answered().says("I would like, um", 4.0, 5.0)
    world.says("a table for two, please.", 6.2, 7.5).run(12)
    assert ("caller", "I would like a table for two, please.") in world.turns


def test_a_filler_alone_is_no_turn() -> None:
    world = World(script=script_for("en-US")).answered().says("Ummm.", 4.0, 5.2).run(9)
    assert [who for who, _ in world.turns] == ["agent"]
    assert not [c for _, c in world.said(cmd.StartReply) if isinstance(c, cmd.StartReply) and c.turn]
