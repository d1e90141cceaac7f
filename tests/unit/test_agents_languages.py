"""The sentences and word lists of each language, as the core compares them."""

import re

import msgspec
import pytest

from offhook.agents.languages import languages, script_for, sentences
from offhook.agents.turn_taking import MACHINE_MESSAGE, SENTENCES, WORD_LISTS, PhrasesBlock, TurnTakingBlock
from offhook.core.behaviour import PRESETS, Behaviour, Script
from offhook.core.words import Shape, is_backchannel, is_end_phrase, normalize, shape_of
from offhook.errors import ConfigurationError


def test_the_languages_that_are_promised() -> None:
    assert {"de", "en", "es", "fr", "it", "nl", "pt"} <= set(languages())


@pytest.mark.parametrize("tag", languages())
def test_words_are_written_as_they_are_compared(tag: str) -> None:
    found = sentences(tag)
    for name in WORD_LISTS:
        words = getattr(found, name)
        assert words or name == "stranded_words", f"{name} is empty"
        for word in words:
            parts = [part for part in re.split("[ /]", word) if part not in ("...", "#")]
            assert [part for part in parts if normalize(part) != part] == [], word
        assert len(set(words)) == len(words), f"{name} holds a word twice"


@pytest.mark.parametrize("tag", languages())
def test_single_words_where_single_words_are_compared(tag: str) -> None:
    found = sentences(tag)
    for name in ("number_words", "collect_words"):
        assert [word for word in getattr(found, name) if " " in word] == []
    assert [word for word in found.hesitations if word.count(" ") > 2] == []


@pytest.mark.parametrize("tag", languages())
def test_a_word_that_closes_is_an_open_one(tag: str) -> None:
    found = sentences(tag)
    open_words = {*found.open_words, *found.hesitations}
    assert [word for word in found.closing_words if " " not in word and word not in open_words] == []


@pytest.mark.parametrize("tag", languages())
def test_a_word_that_a_question_leaves_is_an_open_one(tag: str) -> None:
    found = sentences(tag)
    assert set(found.stranded_words) <= set(found.open_words)


@pytest.mark.parametrize("tag", languages())
def test_a_no_is_nothing_else(tag: str) -> None:
    found = sentences(tag)
    assert not set(found.denials) & {*found.backchannels, *found.hesitations, *found.wait_phrases}


@pytest.mark.parametrize("tag", languages())
def test_sentences_are_sentences(tag: str) -> None:
    found = sentences(tag)
    for name in (*SENTENCES, "greeting"):
        if name == MACHINE_MESSAGE:
            continue  # The owner's alone: whether anything is left there is for nobody else to say.
        value = getattr(found, name)
        for text in (value,) if isinstance(value, str) else value:
            assert text.endswith((".", "?", "!")), text


@pytest.mark.parametrize(
    ("tag", "yes", "goodbye", "unfinished"),
    [
        ("en-US", "Uh-huh.", "Thank you, goodbye!", "I'd like a table for"),
        ("en-GB", "Right.", "Bye-bye.", "My number is"),
        ("de-DE", "Mhm, ja.", "Danke, tschüss!", "Ich möchte einen Tisch für"),
        ("es-ES", "Sí, sí.", "Gracias, adiós.", "Quiero una mesa para"),
        ("fr-FR", "D'accord.", "Merci, au revoir !", "Je voudrais une table pour"),
        ("it-IT", "Va bene.", "Grazie, arrivederci.", "Vorrei un tavolo per"),
        ("pt-BR", "Tá bom.", "Obrigada, tchau!", "Queria uma mesa para"),
        ("nl-NL", "Ja ja.", "Bedankt, tot ziens.", "Ik wil graag een tafel voor"),
    ],
)
def test_the_core_understands_the_language(tag: str, yes: str, goodbye: str, unfinished: str) -> None:
    words = script_for(tag)
    assert is_backchannel(yes, words)
    assert not is_backchannel(unfinished, words)
    assert is_end_phrase(goodbye, words)
    assert not is_end_phrase(yes, words)
    assert shape_of(unfinished, "", words) is Shape.OPEN
    assert shape_of(goodbye, "", words) is Shape.FAREWELL


def test_asking_to_wait_takes_the_floor() -> None:
    for tag, words in (("en", "wait"), ("en", "hold on"), ("de", "Moment"), ("fr", "attendez"), ("es", "espere")):
        assert not is_backchannel(words, script_for(tag)), f"{words!r} over the agent means it"


def test_a_variety_shares_its_language() -> None:
    british, american = script_for("en-GB"), script_for("en-US")
    assert msgspec.structs.replace(british, language="en-US") == american
    assert british.language == "en-GB"


def test_an_unknown_language_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"xx-XX.*de, en"):
        script_for("xx-XX")


def test_every_field_of_the_script_can_be_worded() -> None:
    elsewhere = {"opening", "greeting", "language", "country", "tools"}
    of_language = {"figures", "collects", "spellings", "time"}
    of_tools = {"destinations", "handoffs", "keys_most", "keys_secret"}
    assert set(Script.__struct_fields__) - elsewhere - of_language - of_tools == set(PhrasesBlock.model_fields)


def test_every_number_of_the_behaviour_can_be_set() -> None:
    assert set(Behaviour.__struct_fields__) | {"preset"} == set(TurnTakingBlock.model_fields)
    block = TurnTakingBlock.model_validate({"preset": "snappy", "reply_attempts": 4})
    assert block.behaviour() == msgspec.structs.replace(PRESETS["snappy"], reply_attempts=4)


def test_every_preset_can_be_chosen() -> None:
    for name, numbers in PRESETS.items():
        assert TurnTakingBlock.model_validate({"preset": name}).behaviour() == numbers
