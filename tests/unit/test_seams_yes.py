"""A listening sound over a question: an answer, or none, by its place."""

import msgspec
import pytest

from offhook.agents.languages import script_for
from offhook.core import commands as cmd
from offhook.core import events as ev
from tests.unit.test_seams import said_at
from tests.world import SCRIPT, World

NEVER_S = 1000.0
QUESTION = "So that is a table for four. Is that right?"

YES = [("en-US", "Yes."), ("en-US", "Okay"), ("de-DE", "Ja, gerne."), ("fr-FR", "Oui."), ("es-ES", "Sí."),
       ("it-IT", "Va bene."), ("pt-BR", "Sim."), ("nl-NL", "Ja.")]  # fmt: skip


@pytest.mark.parametrize(("language", "word"), YES)
@pytest.mark.parametrize("early_s", [0.1, 0.3, 0.5, 0.7])
def test_a_yes_over_the_end_of_a_question_answers_it(language: str, word: str, early_s: float) -> None:
    script = msgspec.structs.replace(script_for(language), opening="fixed", greeting=QUESTION)
    ends_at = 0.05 + 10 * 0.3
    world = World(script=script).answered().says(word, ends_at - early_s, ends_at - early_s + 0.35).run(12.0)
    assert ("caller", word) in world.turns
    first = next(at for at, ask in world.asks)
    assert first < ends_at + 1.6, "soon, and not when the agent asks whether anybody is there"
    assert world.turns[0] == ("agent", QUESTION), "and no word of the question is lost"


def test_a_listening_sound_in_the_middle_is_no_turn() -> None:
    script = msgspec.structs.replace(script_for("en-US"), opening="fixed", greeting=QUESTION)
    world = World(script=script).answered().says("mm-hm", 0.6, 0.9).run(8.0)
    assert [who for who, _ in world.turns] == ["agent"]


@pytest.mark.parametrize(("language", "word"), YES)
@pytest.mark.parametrize("late_s", [1.2, 1.6, 2.4])
def test_a_listening_sound_in_the_middle_that_is_told_late_is_no_yes(language: str, word: str, late_s: float) -> None:
    """The agent went on long ago, and the question that it ends with was asked only then."""
    question = "So that is a table for four tomorrow at half past seven in the evening. Is that right?"
    script = msgspec.structs.replace(script_for(language), opening="fixed", greeting=question)
    world = World(script=script, stt_s=late_s).answered().says(word, 0.6, 0.9).run(9.0)
    assert [who for who, _ in world.turns] == ["agent"], world.trace
    world = World(script=script_for(language), answer=lambda text: question, stt_s=NEVER_S).answered()
    world.says("book a table", 3.0, 4.0).at(4.1, ev.TranscriptFinal("book a table", 0.0, 4.1))
    began = next(at for at, c in world.run(8.0).commands if isinstance(c, cmd.StartReply) and at > 4.0) + 0.4
    again = World(script=script_for(language), answer=lambda text: question, stt_s=NEVER_S).answered()
    again.says("book a table", 3.0, 4.0).at(4.1, ev.TranscriptFinal("book a table", 0.0, 4.1))
    again.says(word, began + 0.8, began + 1.1)
    again.at(began + 1.1 + late_s, ev.TranscriptFinal(word, 4.1, began + 1.2))
    assert again.run(began + 9.0).caller_words == ["book", "a", "table"], again.trace


@pytest.mark.parametrize(("language", "word"), YES)
def test_a_yes_over_the_end_of_a_question_is_heard_though_somebody_has_the_agent_say_something(
    language: str, word: str
) -> None:
    script = msgspec.structs.replace(script_for(language), opening="fixed", greeting=QUESTION)
    ends_at = 0.05 + 10 * 0.3
    world = World(script=script).answered().says(word, ends_at - 0.25, ends_at + 0.1)
    world.at(ends_at - 0.1, ev.SayRequested("One more thing.", at_once=True))
    assert world.run(12.0).caller_words == word.split(), world.trace
    early = World(script=script).answered().says(word, 0.6, 0.9)
    early.at(0.75, ev.SayRequested("One more thing.", at_once=True))
    assert early.run(8.0).caller_words == [], early.trace


@pytest.mark.parametrize("late_s", [1.2, 2.4])
def test_more_than_a_listening_sound_that_is_told_late_is_answered_behind_the_question(late_s: float) -> None:
    question = "So that is a table for four tomorrow at half past seven in the evening. Is that right?"
    script = msgspec.structs.replace(SCRIPT, opening="fixed", greeting=question)
    world = World(script=script, stt_s=late_s).answered().says("do you have parking", 0.6, 0.9).run(12.0)
    assert world.caller_words == ["do", "you", "have", "parking"], world.trace


def test_a_listening_sound_over_the_end_of_a_statement_is_no_turn() -> None:
    greeting = "Your table for four is booked for tomorrow at seven."
    script = msgspec.structs.replace(script_for("en-US"), opening="fixed", greeting=greeting)
    world = World(script=script).answered().says("okay", 2.2, 2.5).run(8.0)
    assert [who for who, _ in world.turns] == ["agent"]


def test_a_yes_over_are_you_still_there_keeps_the_line() -> None:
    script = msgspec.structs.replace(script_for("en-US"), greeting="Hello.")
    world = World(script=script).answered()
    world.run(30.0)
    seconds = said_at(world, "idle")
    again = World(script=script).answered().says("Yes.", seconds[1] + 0.9, seconds[1] + 1.2).run(60.0)
    assert ("caller", "Yes.") in again.turns
    assert again.turns.index(("caller", "Yes.")) < len(again.turns) - 1
