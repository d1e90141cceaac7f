"""What the words alone say about a turn."""

import pytest

from offhook.agents.languages import languages, script_for
from offhook.core.announced import wanted
from offhook.core.behaviour import Script
from offhook.core.words import (
    Shape,
    asks_for_time,
    is_backchannel,
    is_end_phrase,
    is_hesitation,
    is_question,
    normalize,
    shape_of,
)

EN = script_for("en-US")
assert EN is not None


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("I'd like to book a table.", Shape.COMPLETE),
        ("What time do you open?", Shape.COMPLETE),
        ("yes", Shape.COMPLETE),
        ("No, thank you.", Shape.COMPLETE),
        ("A table for four people at seven.", Shape.COMPLETE),
        ("Tomorrow at 7:30.", Shape.COMPLETE),
        ("My number is 503-555-0142.", Shape.COMPLETE),
        ("It's five zero three five five five zero one four two", Shape.COMPLETE),
        ("That is all, thank you. Goodbye.", Shape.FAREWELL),
        ("Good bye!", Shape.FAREWELL),
        ("I would like a table for", Shape.OPEN),
        ("I'd like to book a table and", Shape.OPEN),
        ("Well, um,", Shape.OPEN),
        ("I was wondering...", Shape.OPEN),
        ("My name is", Shape.OPEN),
        ("Tuesday or,", Shape.OPEN),
        ("My number is five zero three", Shape.COLLECTING),
        ("503-555", Shape.COLLECTING),
        ("The code is A B", Shape.COLLECTING),
        ("jo at", Shape.COLLECTING),
    ],
)
def test_shape(text: str, shape: Shape) -> None:
    assert shape_of(text, "", EN) is shape


def test_a_short_answer_to_a_question_for_a_number_may_go_on() -> None:
    assert shape_of("It's 42", "What is your room number?", EN) is Shape.COLLECTING
    assert shape_of("It's 42", "How old is the house?", EN) is Shape.COMPLETE
    assert wanted("Could you give me your phone number?", EN).kinds


@pytest.mark.parametrize("text", ["Mm-hm.", "uh huh", "Uh-huh.", "Okay.", "Yeah.", "right", "", "...", "um"])
def test_backchannels_do_not_take_the_floor(text: str) -> None:
    assert is_backchannel(text, EN)


@pytest.mark.parametrize(
    "text", ["stop", "no", "wait", "what about breakfast", "okay but what about breakfast", "hello?"]
)
def test_words_take_the_floor(text: str) -> None:
    assert not is_backchannel(text, EN)


def test_end_phrases_are_whole_turns() -> None:
    assert is_end_phrase("Goodbye!", EN)
    assert not is_end_phrase("I said goodbye to my sister", EN)


def test_hesitation_is_no_turn() -> None:
    assert is_hesitation("Um, uh", EN)
    assert not is_hesitation("Um, yes", EN)


@pytest.mark.parametrize(
    ("one", "other"), [("It’s five.", "it's  FIVE"), ("Hello,world", "hello world"), ("ＡＢ", "ab")]
)
def test_equal_after_normalization(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)


@pytest.mark.parametrize("tag", languages())
@pytest.mark.parametrize(
    "text", ["Mhmm.", "mmhmm", "m-hm", "Mm-hmm.", "mmmhmm", "Uh-huh.", "uhh-huhh", "Uhhuh.", "hmmmm"]
)
def test_a_hum_is_known_in_every_spelling(tag: str, text: str) -> None:
    assert is_backchannel(text, script_for(tag))


def test_a_word_that_is_drawn_out_is_the_word() -> None:
    assert is_backchannel("Okaaay.", EN)
    assert is_backchannel("Mhmm, yeahhh.", EN)
    assert is_backchannel("Jaaa.", script_for("de"))
    assert not is_backchannel("Stooop!", EN)


@pytest.mark.parametrize("tag", languages())
@pytest.mark.parametrize("text", ["Uh-uh.", "Mm-mm.", "uhh-uh", "mmm-mmm", "m-mm", "Hm-mm."])
def test_a_sound_of_no_is_no_sound_of_listening(tag: str, text: str) -> None:
    assert not is_backchannel(text, script_for(tag))


@pytest.mark.parametrize(
    ("tag", "text"),
    [("en", "Nuh-uh."), ("en", "Mhm, nope."), ("de", "Nö."), ("de", "Äh-äh."), ("fr", "Nan."), ("es", "Nop."),
     ("it", "Macché."), ("pt", "Nã-nã."), ("nl", "Nee hoor.")],
)  # fmt: skip
def test_each_language_says_no(tag: str, text: str) -> None:
    assert not is_backchannel(text, script_for(tag))


def test_an_owners_own_sounds_are_compared_in_the_same_way() -> None:
    script = Script(backchannels=("aha",), denials=("ah-ah",))
    assert is_backchannel("Ahhaa.", script) is False, "the hum within is another one"
    assert is_backchannel("Ahaaa.", script)
    assert not is_backchannel("Aah-ahh.", script)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Hold on, let me get my card."), ("en", "One moment please"), ("en", "just a second"), ("en", "Wait."),
        ("en", "Okay, let me check that for you."), ("en", "Could you give me a minute?"), ("en", "Bear with me."),
        ("en", "could you hold on a second"), ("en", "Can you hold on a second, please?"), ("en", "No, wait a minute."),
        ("en", "I don't know, let me check"), ("en", "my card is upstairs hold on"),
        ("en", "Hang on, where is it, um."), ("de", "Einen kleinen Moment bitte"),
        ("de", "Moment, ich hole meine Karte."), ("de", "Können Sie kurz warten?"),
        ("de", "Nein, warten Sie."), ("fr", "Attendez, je vais chercher ma carte."), ("fr", "Ne quittez pas."),
        ("fr", "Oui, un petit instant."), ("es", "Un momento, que busco la tarjeta."), ("es", "Espere."),
        ("es", "¿Puede esperar un momento?"), ("it", "Un attimo, prendo la carta."), ("it", "Può attendere un attimo?"),
        ("it", "Mi faccia controllare l'agenda."), ("pt", "Só um minutinho, vou pegar o cartão."),
        ("pt", "Não desligue."), ("pt", "Deixe-me ver."), ("nl", "Wacht even, ik pak mijn kaart."),
        ("nl", "Kunt u even wachten?"), ("nl", "Eén moment."),
    ],
)  # fmt: skip
def test_who_asks_for_time(tag: str, text: str) -> None:
    assert asks_for_time(text, script_for(tag))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", ""), ("en", "Hello."), ("en", "Could you hold on my booking?"), ("en", "could you hold on my booking"),
        ("en", "How long do I have to hold on?"), ("en", "I don't want to hold on."), ("en", "I can't wait."),
        ("en", "I put a hold on my card."), ("en", "How long is the wait?"), ("en", "I waited a second time."),
        ("en", "Hold on, is that the price per night?"),
        ("en", "Wait a minute, I would like to book a table for four on Friday at seven in the evening, please."),
        ("de", "Wie lange muss ich warten?"), ("de", "Haben Sie einen Moment Zeit?"), ("de", "Ich will nicht warten."),
        ("de", "Warten Sie nicht auf mich."), ("fr", "Combien de temps dois-je attendre ?"),
        ("fr", "Je cherche un hôtel."), ("es", "¿Cuánto tengo que esperar?"), ("it", "Quanto devo aspettare?"),
        ("pt", "Quanto tempo tenho de esperar?"), ("nl", "Hoe lang moet ik wachten?"),
    ],
)  # fmt: skip
def test_who_does_not_ask_for_time(tag: str, text: str) -> None:
    assert not asks_for_time(text, script_for(tag))


@pytest.mark.parametrize(
    "text",
    ["Is that right?", "Really?!", "What??", 'He asked "why?"', "Right? )", "Vraiment ?", "对吗？", "هل أنت هنا؟",
     "Είστε εκεί;", "(Is it?).", "¿Sí?"],
)  # fmt: skip
def test_a_question_ends_as_one(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text", ["", "Is that right? Thank you.", "He asked why.", "One; two;", "what time is it", "Oh! No.", "¿"]
)
def test_anything_else_is_no_question(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    ("tag", "text", "shape"),
    [
        ("en", "Where are you from?", Shape.COMPLETE),
        ("en", "What is it for?", Shape.COMPLETE),
        ("fr", "C'est pour qui ?", Shape.COMPLETE),
        ("it", "Dove sono i?", Shape.COMPLETE),
        ("en", "Yes it is.", Shape.COMPLETE),
        ("en", "yes it is", Shape.COMPLETE),
        ("en", "I think so.", Shape.COMPLETE),
        ("en", "i think so", Shape.COMPLETE),
        ("en", "That's what I'm looking for.", Shape.COMPLETE),
        ("en", "I would like to book a table for.", Shape.OPEN),
        ("en", "A table for.", Shape.OPEN),
        ("de", "Ein Zimmer mit.", Shape.OPEN),
        ("de", "Ich komme mit.", Shape.COMPLETE),  # A breath reads the same: there the sound decides.
        ("de", "ich komme mit", Shape.COMPLETE),
        ("de", "danke sehr", Shape.COMPLETE),
        ("nl", "Dat is niet erg", Shape.COMPLETE),
        ("pt", "É.", Shape.COMPLETE),
        ("pt", "está bom", Shape.COMPLETE),
        ("es", "Quiero este.", Shape.OPEN),
        ("es", "A la una.", Shape.COMPLETE),
        ("it", "Non so perché.", Shape.COMPLETE),
        ("fr", "Il y en a un.", Shape.COMPLETE),
        ("en", "So.", Shape.OPEN),
        ("en", "where are you from", Shape.STRANDED),
        ("en", "Um, what is it for.", Shape.STRANDED),
        ("en", "Thanks. Who do I talk to.", Shape.STRANDED),
        ("en", "what is the", Shape.OPEN),
        ("en", "We will arrive at the station and then", Shape.OPEN),
        ("nl", "waar komt u van", Shape.STRANDED),
        ("en", "You can reach me at seven one eight", Shape.COLLECTING),
        ("en", "It is 7 1 8", Shape.COLLECTING),
        ("en", "It costs 718", Shape.COMPLETE),
        ("en", "We are two adults and one child", Shape.COMPLETE),
        ("de", "das ist die sieben eins acht", Shape.COLLECTING),
        ("en", "I want a table. And.", Shape.OPEN),
        ("en", "I'd like the.", Shape.OPEN),
        ("en", "That's what I'm looking for,", Shape.OPEN),
        ("de", "Ich möchte einen Tisch und.", Shape.OPEN),
        ("es", "Quiero una mesa para.", Shape.OPEN),
    ],
)
def test_punctuation_counts_where_a_sentence_may_end(tag: str, text: str, shape: Shape) -> None:
    assert shape_of(text, "", script_for(tag)) is shape


@pytest.mark.parametrize(
    ("tag", "text", "asked", "shape"),
    [
        ("en", "There are 250.", "", Shape.COMPLETE),
        ("en", "there are 250", "", Shape.COMPLETE),
        ("en", "five zero three", "", Shape.COMPLETE),
        ("en", "It was in 2019.", "When was that?", Shape.COMPLETE),
        ("en", "my number is five zero three", "", Shape.COLLECTING),
        ("en", "It's 902.", "What is your zip code?", Shape.COLLECTING),
        ("en", "five zero three?", "What is your number?", Shape.COLLECTING),
        ("en", "Is the code 4711?", "", Shape.COMPLETE),
        ("en", "five zero three five five", "", Shape.COLLECTING),
        ("en", "five zero three five five five zero one four two", "What is your number?", Shape.COMPLETE),
        ("de", "meine Nummer ist null eins sieben", "", Shape.COLLECTING),
        ("de", "Wir sind 120.", "", Shape.COMPLETE),
        ("fr", "mon numéro c'est zéro six un", "", Shape.COLLECTING),
        ("es", "Son 300.", "", Shape.COMPLETE),
        ("nl", "nul zes een twee", "Wat is uw telefoonnummer?", Shape.COLLECTING),
    ],
)
def test_digits_are_dictated_where_somebody_spoke_of_a_number(tag: str, text: str, asked: str, shape: Shape) -> None:
    assert shape_of(text, asked, script_for(tag)) is shape
