"""What the agent says that it did: which sentences are claims, in each language, and which tools make them true."""

import pytest

from offhook.agents.languages import languages, script_for, sentences
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Script, ToolWords
from offhook.core.promises import as_phrase, claims, false_claims
from tests.world import SCRIPT, World

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


# ── in a conversation ────────────────────────────────────────────────────────────────────────────────────────────

PROMISING = Script(
    **{
        **{name: getattr(SCRIPT, name) for name in SCRIPT.__struct_fields__},
        "tools": {"look_up": ToolWords(promises=("it is done", "i have found it"), filler=("I look.",))},
    }
)


def test_a_promise_without_a_tool_is_reported_with_what_was_heard() -> None:
    world = World(script=PROMISING, answer=lambda _: "I have found it. Goodbye for now my dear friend of old.")
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    reports = [command for _, command in world.said(cmd.ReportPromise)]
    assert reports == [cmd.ReportPromise(1, "look_up", "I have found it.")]


def test_a_promise_that_a_tool_kept_is_none() -> None:
    world = World(script=PROMISING, tool_on="please find it")
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    assert ("agent", "It is done.") in world.turns
    assert not world.said(cmd.ReportPromise)


def test_a_tool_that_failed_keeps_no_promise() -> None:
    world = World(script=PROMISING, tool_on="please find it", tool_s=None)
    world.answered().says("please find it", 4.0, 5.0)
    world.at(6.5, lambda at: world.take(ev.ToolFailed("t2", "the service answered 503"), at))
    world.run(20.0)
    assert ("agent", "It is done.") in world.turns
    assert [command.tool for _, command in world.said(cmd.ReportPromise) if isinstance(command, cmd.ReportPromise)] == [
        "look_up"
    ]


def test_a_promise_that_was_not_heard_was_not_made() -> None:
    world = World(script=PROMISING, answer=lambda _: "One two three four five six seven. I have found it.")
    world.answered().says("please find it", 4.0, 5.0).says("stop it right now please", 6.0, 8.0).run(20.0)
    (first,) = [text for speaker, text in world.turns if speaker == "agent" and text.startswith("One")][:1]
    assert "found" not in first
    turns = [command.turn for _, command in world.said(cmd.ReportPromise) if isinstance(command, cmd.ReportPromise)]
    assert 1 not in turns


def test_the_owners_sentences_are_no_promises() -> None:
    script = Script(greeting="I have found it.", tools=PROMISING.tools)
    world = World(script=script).answered().run(8.0)
    assert ("agent", "I have found it.") in world.turns and not world.said(cmd.ReportPromise)


def test_a_tools_own_filler_is_said_while_it_runs() -> None:
    world = World(script=PROMISING, tool_on="please find it", tool_s=6.0)
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    fillers = [command.text for _, command in world.said(cmd.PlayFiller) if isinstance(command, cmd.PlayFiller)]
    assert fillers and set(fillers) == {"I look."}


def test_without_any_filler_the_wait_is_silent_and_bounded() -> None:
    script = Script(greeting="Hello.", filler=())
    world = World(script=script, tool_on="please find it", tool_s=3.0)
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    assert not world.said(cmd.PlayFiller)
    assert ("agent", "It is done.") in world.turns
