"""The grounded brain with tools whose owner writes German: questions, names and outcomes as they are said."""

from dataclasses import replace

import pytest

from tests.contract.test_grounded_tools import Talk, tool

STATUS = tool(
    "bestellstatus", "Sagt, wo eine Bestellung ist.", ("nummer",),
    nummer={"type": "string", "description": "Die Bestellnummer, drei Ziffern.", "pattern": "^[0-9]{3}$"},
)  # fmt: skip
ORDER = tool(
    "bestellung_aufnehmen", "Nimmt eine Bestellung von Pizzen zur Lieferung auf.", ("sorte", "lieferort", "name"),
    sorte={"type": "string", "enum": ["Margherita", "Salami"]},
    lieferort={"type": "string", "description": "Der Ort, an den geliefert wird."},
    name={"type": "string", "description": "Der Name des Kunden."},
)  # fmt: skip


def test_a_number_is_asked_for_in_a_sentence_and_read_back_as_a_noun() -> None:
    talk = Talk((replace(STATUS, is_harmless=True),), "de")
    assert talk.say("Wo bleibt meine Bestellung?").endswith("Wie ist die Nummer, bitte?")
    assert "Nummer: 1 2 3." in talk.say("Eins zwei drei.")
    assert talk.say("Ja.") == ""
    assert talk.answers("unterwegs").startswith("Unterwegs. ")


def test_the_owners_own_words_make_the_question() -> None:
    talk = Talk((ORDER,), "de")
    assert talk.say("Ich möchte eine Salami bestellen.").endswith("Wie lautet der Ort?")


@pytest.mark.parametrize("said", ["Ja genau", "Genau.", "Richtig.", "Stimmt.", "Jawohl"])
def test_a_yes_is_nobodys_name(said: str) -> None:
    talk = Talk((ORDER,), "de")
    talk.all("Ich möchte eine Salami bestellen.", "Oakwood")
    assert "Name:" not in talk.say(said)


@pytest.mark.parametrize("said", ["Exactly.", "Yes, exactly", "absolutely", "definitely"])
def test_a_yes_is_nobodys_name_in_english_either(said: str) -> None:
    spec = tool("order_pizza", "Order a pizza.", ("kind", "name"), kind={"type": "string"}, name={"type": "string"})
    talk = Talk((spec,))
    talk.all("I would like to order a pizza", "Salami")
    assert "name:" not in talk.say(said)
