"""What the agent says that it did: which sentences are claims, in each language, and which tools make them true."""

import pytest

from offhook.agents.languages import languages, script_for, sentences
from offhook.core.behaviour import Script, ToolWords
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid, Outcome, ToolAnswered, ToolCalled
from offhook.core.promises import Claim, as_phrase, check, claims, false_claims

EN = script_for("en-US")


def claimed(text: str, script: Script = EN) -> list[str]:
    return [claim.tools[0] for claim in claims(text, script)]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("I have booked a table for four.", "book_table"),
        ("I've booked it for you, Mr. Brown.", "book_table"),
        ("Perfect! Your table for four on Friday at seven is reserved. Anything else?", "book_table"),
        ("Your booking is confirmed for half past seven.", "book_table"),
        ("You’re all booked, see you on Friday.", "book_table"),
        ("I could not reach him, but I have passed on your message.", "take_message"),
        ("Your message has been noted, and they will call back.", "take_message"),
        ("No problem, I've let them know.", "take_message"),
    ],
)
def test_claims(text: str, tool: str) -> None:
    assert claimed(text) == [tool]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I can book a table for you.",
        "Shall I book a table?",
        "Would you like me to say that your table is booked?",
        "Your table is booked, right?",
        "I have not booked anything yet.",
        "I haven't booked a table.",
        "I don't think your table is booked.",
        "Once I have booked, you will get a message.",
        "If your table is booked, you need nothing else.",
        "As soon as your message has been passed on, they call you.",
        "I will have booked it in a moment.",
        "I will pass on your message.",
        "Friday is fully booked.",
        "The message will be passed on.",
        "Could you tell me your name, so that your table is reserved under it.",
    ],
)
def test_no_claims(text: str) -> None:
    assert claimed(text) == []


@pytest.mark.parametrize(
    ("tag", "booked", "noted", "none"),
    [
        (
            "de-DE",
            "Ich habe den Tisch für Sie reserviert.",
            "Ihre Nachricht wurde notiert.",
            "Ich habe noch nicht reserviert. Ist der Tisch schon reserviert? Sobald der Tisch ist reserviert, gilt es.",
        ),
        (
            "es-ES",
            "Su mesa para cuatro está reservada.",
            "He anotado su mensaje.",
            "No he reservado nada. ¿Su mesa está reservada? Si he reservado, le llamo.",
        ),
        (
            "fr-FR",
            "J'ai réservé une table pour quatre.",
            "Votre message a bien été transmis.",
            "Je n'ai pas réservé. La table est réservée ? Dès que j'ai réservé, je vous appelle.",
        ),
        (
            "it-IT",
            "Il tavolo per quattro è prenotato.",
            "Ho annotato il suo messaggio.",
            "Non ho prenotato. Il tavolo è prenotato? Appena ho prenotato, la chiamo.",
        ),
        (
            "nl-NL",
            "Ik heb een tafel voor u gereserveerd.",
            "Uw bericht is genoteerd.",
            "Ik heb nog niet gereserveerd. Is het zo dat de tafel is gereserveerd? Zodra ik heb geboekt, bel ik.",
        ),
        (
            "pt-PT",
            "A mesa para quatro está reservada.",
            "Anotei a sua mensagem.",
            "Não reservei. A mesa está reservada? Assim que a mesa foi reservada, ligo.",
        ),
    ],
)
def test_each_language_knows_its_claims(tag: str, booked: str, noted: str, none: str) -> None:
    script = script_for(tag)
    assert claimed(booked, script) == ["book_table"]
    assert claimed(noted, script) == ["take_message"]
    assert claimed(none, script) == []


@pytest.mark.parametrize("tag", languages())
def test_phrases_are_written_as_they_are_compared(tag: str) -> None:
    found = sentences(tag).promises
    assert set(found) == {"take_message", "book_table"}
    for phrases in found.values():
        assert [phrase for phrase in phrases if as_phrase(phrase) != phrase] == []
        assert len(set(phrases)) == len(phrases)
        script = script_for(tag)
        for phrase in phrases:
            assert claimed(phrase.replace("...", "x"), script), f"{phrase!r} is held back by a word list"


def test_one_of_the_tools_that_may_be_meant_is_enough() -> None:
    words = ToolWords(promises=("your table is booked",))
    script = Script(tools={"book_table": words, "reserve": words})
    text = "Your table is booked. Your table is booked!"
    assert [claim.tools for claim in false_claims(text, script, ())] == [("book_table", "reserve")]
    assert false_claims(text, script, {"reserve"}) == []


def test_a_gap_is_a_few_words_inside_a_clause() -> None:
    script = Script(tools={"cancel": ToolWords(promises=(as_phrase("I have ... cancelled"),))})
    assert claimed("I have now, cancelled it.", script) == []
    assert claimed("I have cancelled it.", script) == ["cancel"]
    assert claimed("I have, as you wished, all of it, and now I have " + "really " * 9 + "cancelled.", script) == []
    assert claimed("I have " + "really " * 8 + "cancelled.", script) == ["cancel"]


# ── against what was done ────────────────────────────────────────────────────────────────────────────────────────

PROMISING = Script(
    tools={"look_up": ToolWords(promises=("it is done",)), "book": ToolWords(promises=("it is booked",))}
)
CALLED = ToolCalled("t1", "look_up", "{}", 2)


def answered(outcome: Outcome, call: str = "t1") -> ToolAnswered:
    return ToolAnswered(call, outcome, "text")


@pytest.mark.parametrize(
    ("entries", "is_false"),
    [
        ([], True),
        ([CallerSaid(1, "please find it"), AgentSaid(0, "Hello.")], True),
        ([CALLED], False),
        ([CALLED, answered(Outcome.DONE)], False),
        ([CALLED, answered(Outcome.FAILED)], True),
        ([CALLED, answered(Outcome.UNKNOWN)], True),
        ([ToolCalled("t1", "book", "{}", 2), answered(Outcome.DONE)], True),
        ([CALLED, answered(Outcome.DONE), ToolCalled("t2", "look_up", "{}", 4), answered(Outcome.FAILED, "t2")], False),
        ([CALLED, answered(Outcome.FAILED), ToolCalled("t2", "look_up", "{}", 4)], False),
    ],
)
def test_a_promise_is_kept_by_what_was_done_or_still_may_be(entries: list[AnyEntry], is_false: bool) -> None:
    found = check("Well. It is done.", PROMISING, entries)
    assert found == ([Claim(("look_up",), "It is done.")] if is_false else [])


def test_where_nothing_was_said_nothing_was_promised() -> None:
    assert check("", PROMISING, []) == []
    assert check("It is done.", Script(), []) == []
    assert [claim.tools for claim in check("It is done. It is booked.", PROMISING, [])] == [("look_up",), ("book",)]
