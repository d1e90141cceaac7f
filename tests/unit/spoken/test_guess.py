"""The language of a sentence: told when it is plain, not told when it is not, and never for a name or a dish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.ports import Setup
from offhook.speech.spoken.guess import Guess, language_of
from offhook.speech.spoken.markup import clean
from offhook.speech.voice_words import speaker
from tests.unit.spoken.tables import rows

PLAIN = [
    ("en", "A las 7:30 cuesta 20 euros.", "es"),
    ("en", "¿A las 7?", "es"),
    ("en", "Perfecto, el total es $45.50.", "es"),
    ("en", "Der Tisch ist um 19:30 Uhr frei.", "de"),
    ("en", "C'est 20 euros par nuit.", "fr"),
    ("en", "La chambre coûte 120 euros.", "fr"),
    ("en", "Il tavolo è alle 20:30.", "it"),
    ("en", "O quarto custa 80 euros por noite.", "pt"),
    ("en", "De kamer kost 80 euro per nacht.", "nl"),
    ("en", "Pokój kosztuje 80 euro.", "pl"),
    ("en", "Bordet är bokat till klockan 19.", "sv"),
    ("en", "Das macht 12,50 €, bitte.", "de"),
    ("en", "Cela fait 12,50 €.", "fr"),
    ("fr", "à 7h30", "fr"),
    ("de", "1 Mio. Euro", "de"),
    ("de", "Frau Dr. med. Weber", "de"),
    ("de", "The table is free at 7:30 pm.", "en"),
    ("es", "Your room costs 5 euros.", "en"),
    ("es", "Das Zimmer kostet 80 Euro.", "de"),
    ("fr", "The total is $45.50.", "en"),
    ("ja", "Your table is at 7:30.", "en"),
    ("en", "20ユーロです。", "ja"),
    ("en", "가격은 5만원입니다", "ko"),
    ("en", "Το δωμάτιο κοστίζει 80 ευρώ.", "el"),
    ("de", "Wir haben am 29. Juli offen.", "de"),
    ("es", "Su mesa es a las 7.", "es"),
    ("ja", "20ユーロです。", "ja"),
    ("ja", "東京", "ja"),
    ("ru", "Это стоит 20 евро.", "ru"),
    ("en", "am Mittwoch, den 3. Juni 2026", "de"),
    ("en", "Um 7:30 Uhr.", "de"),
    ("fr", "Um 7:30 Uhr.", "de"),
    ("es", "Gegen 14:30 Uhr", "de"),
    ("en", "Am 3. Mai.", "de"),
    ("en", "3 Nächte", "de"),
    ("de", "le 3 mai", "fr"),
    ("de", "3 nuits", "fr"),
    ("en", "2 heures", "fr"),
    ("en", "el 3 de mayo", "es"),
    ("de", "12 horas", "es"),
]  # fmt: skip
AS_USUAL = [
    "Your table at La Trattoria is at 7:30.", "The Hotel de la Paix costs 120 euros per night", "crème brûlée, $9",
    "Try our pollo con arroz for $12", "It's 5 for the menu del día.", "São Paulo at 5", "Dr. No at 5", "El Paso, 5 pm",
    "La Quinta, room 5", "20 euros.", "Okay.", "No, 5.", "Die hard, 5 pm", "Room 5 is a deluxe en suite.", "7:30",
    "We are at 5 Rue de la Paix.", "Gracias! 5 rooms", "Müller, 5", "", "5", "Total: 5", "Mon - Fri", "a la carte, $20",
    "Um, 7:30.", "Room Uhrmacher, 5", "Mon 9-5", "Mai Tai, $9",
]  # fmt: skip


@pytest.mark.parametrize(("usual", "text", "primary"), PLAIN)
def test_a_plain_sentence_is_told(usual: str, text: str, primary: str) -> None:
    assert language_of(clean(text), usual) == Guess(primary, True)


@pytest.mark.parametrize("text", AS_USUAL)
def test_names_and_dishes_change_nothing(text: str) -> None:
    assert language_of(clean(text), "en") == Guess("en", True)


def test_no_row_of_english_is_taken_for_another_language() -> None:
    assert [row[0] for row in rows("english.tsv", "US") if language_of(clean(row[0]), "en").primary != "en"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Sí, 5.",
        "Cuesta 20 euros.",
        "Это стоит 20 евро.",
        "A szoba ára 80 euró.",
        "Huone maksaa 80 euroa yöltä.",
        "Pokoj stojí 80 eur za noc.",
    ],
)
def test_what_is_not_plain_is_left_as_it_is(text: str) -> None:
    assert language_of(clean(text), "en") == Guess("", False)
    spoken = speaker(Setup(language="en-US"), spell_out=True)(text)
    assert spoken.said == text
    assert spoken.language == "en-US"


def test_a_sentence_is_not_half_translated() -> None:
    speak = speaker(Setup(language="en-US"), spell_out=True)
    said = speak("A las 7:30 cuesta 20 euros.")
    assert said.language == "es"
    assert not {"seven", "thirty", "twenty"} & set(said.said.split())
    assert speak("Il tavolo è alle 20:30, 45 euro.").said == "Il tavolo è alle 20:30, 45 euro."
    assert speak("It costs 20 euros.").said == "It costs twenty euros."
    german = speaker(Setup(language="de-DE"), spell_out=True)
    assert german("The table is free at 7:30 pm.").said == "The table is free at seven thirty PM."


@given(st.text(max_size=200), st.sampled_from(["en", "de", "ja", "ru", "", "xx"]))
def test_any_text_has_an_answer(text: str, usual: str) -> None:
    guess = language_of(clean(text), usual)
    assert guess.is_sure or not guess.primary
