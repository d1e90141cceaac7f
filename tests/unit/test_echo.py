"""What comes back of the agent's voice, and what only sounds like it: settled by where the words lie."""

import msgspec
import pytest

from offhook.agents.languages import script_for
from offhook.core import commands as cmd
from offhook.core.behaviour import Script
from offhook.core.sounded import Sounded
from tests.world import World


def said_by_caller(world: World) -> list[str]:
    return [text for who, text in world.turns if who == "caller"]


def greeted(tag: str, greeting: str) -> Script:
    return msgspec.structs.replace(script_for(tag), greeting=greeting)


@pytest.mark.parametrize(
    ("tag", "asks", "answer"),
    [
        ("en-US", "Please say yes to confirm.", "Yes."), ("en-US", "Say one for sales or two for support.", "One."),
        ("de-DE", "Sagen Sie bitte ja zum Bestätigen.", "Ja."), ("es-ES", "Diga sí para confirmar ahora.", "Sí."),
        ("fr-FR", "Dites oui pour confirmer maintenant.", "Oui."), ("en-US", "Press or say no to go back.", "No."),
        ("nl-NL", "Zeg ja om dit te bevestigen.", "Ja."), ("pt-BR", "Diga sim para confirmar agora.", "Sim."),
        ("it-IT", "Dica sì per confermare adesso.", "Sì."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("early_s", [0.3, 0.15, 0.05])
def test_a_word_of_the_question_over_its_end_is_the_answer(tag: str, asks: str, answer: str, early_s: float) -> None:
    end = len(asks.split()) * 0.3
    world = World(script=greeted(tag, asks)).answered().says(answer, end - early_s, end - early_s + 0.4).run(8.0)
    assert said_by_caller(world) == [answer]


@pytest.mark.parametrize("way_s", [0.1, 0.25, 0.4])
@pytest.mark.parametrize("first", [0, 2, 5])
def test_the_words_that_hushed_the_agent_are_its_own(way_s: float, first: int) -> None:
    greeting = "Please say yes or no to confirm the table for four people tonight."
    begin = 0.05 + first * 0.3 + way_s
    hushed_at = begin + 0.22
    echo = " ".join(word for n, word in enumerate(greeting.split()) if first <= n and 0.2 + n * 0.3 < hushed_at)
    world = World(script=greeted("en-US", greeting)).answered().says(echo, begin, begin + 0.6).run(12.0)
    assert said_by_caller(world) == []
    assert world.said(cmd.HushPlayout) and ("agent", greeting) in world.turns


LONG = "Our kitchen is open from seven until ten in the evening and on Sunday at noon."


@pytest.mark.parametrize("interims_s", [None, 0.2])
@pytest.mark.parametrize("gap_s", [0.08, 0.15, 0.4])
def test_who_speaks_right_behind_an_echo_is_heard_without_it(gap_s: float, interims_s: float | None) -> None:
    end = len(LONG.split()) * 0.3
    world = World(script=greeted("en-US", LONG), interims_s=interims_s).answered()
    world.says("Sunday at noon.", end - 0.65, end + 0.25)
    world.says("and where are you", end + 0.25 + gap_s, end + 1.3 + gap_s).run(end + 8.0)
    assert said_by_caller(world) == ["and where are you"]


def test_who_speaks_twice_over_the_agents_end_is_heard_twice() -> None:
    end = len(LONG.split()) * 0.3
    world = World(script=greeted("en-US", LONG)).answered().says("but not on Monday", end - 0.6, end + 0.2)
    world.says("and where are you", end + 0.28, end + 1.3).run(end + 8.0)
    assert " ".join(said_by_caller(world)) == "but not on Monday and where are you"


def test_a_line_that_echoes_still_lets_the_caller_confirm() -> None:
    """Twice two words come back; then the caller says a word that the agent has said seconds ago."""
    greeting = "You can say yes or no at any time, and I will note the table for four people tonight then."
    world = World(script=greeted("en-US", greeting)).answered()
    words = greeting.split()
    world.says(" ".join(words[0:2]), 0.25, 0.9).run(3.0)
    world.says("you said", 3.0, 3.2)
    world.run(9.0)
    end = max(b for _, b in world.audible)
    world.says("Yes.", end - 0.2, end + 0.2).run(end + 6.0)
    assert said_by_caller(world)[-1] == "Yes."


def test_each_word_has_its_place() -> None:
    sounded = Sounded()
    sounded.begins(1, 0, "aaa bbb ccc ddd", 10.0)
    sounded.begins(1, 1, "eee fff", 13.75)
    assert sounded.between(10.9, 12.1) == "bbb ccc"
    sounded.stops(1, 3, (1.9, 0.5), 12.9)
    assert sounded.between(0.0, 99.0) == "aaa bbb ccc"
    assert sounded.between(10.9, 12.2) == "bbb" and sounded.between(12.3, 12.5) == "ccc"
    sounded.goes_on(20.0)
    assert sounded.between(19.9, 20.1) == "ddd"
    assert sounded.between(13.0, 99.0) == "ddd eee fff"
    sounded.ends(1, 25.0)
    sounded.begins(2, 0, "ggg", 40.0)
    assert sounded.between(0.0, 99.0) == "ggg", "what is old is forgotten"


def test_what_a_segment_says_may_become_known_late() -> None:
    sounded = Sounded()
    sounded.begins(1, 0, "", 10.0)
    sounded.reworded(1, 0, "aaa bbb")
    sounded.told("zzz", 20.0)
    assert sounded.between(10.0, 10.1) == "aaa" and sounded.text_since(21.0) == "aaa bbb zzz"
