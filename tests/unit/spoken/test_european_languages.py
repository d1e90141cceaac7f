"""German, Spanish and French as they are said: rows that a native speaker would nod at, and what holds for any text."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.spoken.language import Language
from offhook.speech.spoken.markup import clean
from offhook.speech.spoken.registry import language_for
from tests.unit.spoken.tables import rows

NAMES = {"de": "german", "es": "spanish", "fr": "french"}


ROWS = [
    (language, written, spoken) for language, name in NAMES.items() for written, spoken, _ in rows(f"{name}.tsv", "")
]


def language_of(tag: str) -> Language:
    primary, _, region = tag.partition("-")
    language = language_for(primary, region)
    assert language is not None
    return language


def said(text: str, tag: str) -> str:
    words = clean(text)
    entries = language_of(tag).say(words)
    assert len(entries) == len(words) == len(text.split())
    return " ".join(entry for entry in entries if entry)


@pytest.mark.parametrize(("tag", "written", "spoken"), ROWS)
def test_rows(tag: str, written: str, spoken: str) -> None:
    assert said(written, tag) == spoken


def test_there_are_many_rows() -> None:
    assert all(sum(row[0] == language for row in ROWS) >= 100 for language in NAMES)


@pytest.mark.parametrize(
    ("tag", "written", "spoken"),
    [
        ("de-AT", "am 3. 1. um neun", "am dritten ersten um neun"),
        ("de-AT", "am 03.01.2026", "am dritten Jänner zweitausendsechsundzwanzig"),
        ("de-AT", "am 7. Jänner", "am siebten Jänner"),
        ("de-CH", "1'250.50 CHF", "tausendzweihundertfünfzig Franken fünfzig"),
        (
            "fr-CH",
            "Cela coûte 71.50 CHF, ou 95 francs.",
            "Cela coûte septante et un francs cinquante, ou nonante-cinq francs.",
        ),
        ("fr-BE", "91 euros et 75 cents", "nonante et un euros et septante-cinq cents"),
        ("fr-FR", "91 euros", "quatre-vingt-onze euros"),
        ("es-MX", "$1,250.50 por noche", "mil doscientos cincuenta pesos con cincuenta por noche"),
        ("es-MX", "el 1 de mayo", "el primero de mayo"),
        ("es-MX", "12.5 %", "doce punto cinco por ciento"),
        ("es-ES", "el 1 de mayo", "el uno de mayo"),
        ("de-AT", "Rufen Sie die 144 oder 133.", "Rufen Sie die eins vier vier oder eins drei drei."),
        ("de-CH", "Die 117 oder die 1414", "Die eins eins sieben oder die eins vier eins vier"),
        ("de-DE", "Die 144 ist neu.", "Die hundertvierundvierzig ist neu."),
        ("es-MX", "Llame al 911 o al 089.", "Llame al nueve once o al cero ochenta y nueve."),
        ("es-AR", "Marque 107.", "Marque ciento siete."),
        ("fr-CA", "Appelez le 911 ou le 811.", "Appelez le neuf un un ou le huit un un."),
        ("fr-CH", "Appelez le 144.", "Appelez le cent quarante-quatre."),
        ("es-MX", "Llame al 55 1234 5678.", "Llame al cinco cinco, uno dos tres cuatro, cinco seis siete ocho."),
    ],
)
def test_regions(tag: str, written: str, spoken: str) -> None:
    assert said(written, tag) == spoken


def test_each_word_says_its_own() -> None:
    """So that a caller who cuts in has heard what the transcript says."""
    assert language_of("de").say("Tel. 030 1234567 oder 5 km".split()) == [
        "Telefon", "null drei null,", "eins zwei drei, vier fünf sechs sieben", "oder", "fünf", "Kilometer",
    ]  # fmt: skip
    assert language_of("es").say("2½ horas, a las 9".split()) == ["dos", "horas y media,", "a", "las", "nueve"]
    assert language_of("fr").say("1 200 € par nuit".split()) == ["mille deux cents", "", "euros", "par", "nuit"]


WORDS = st.sampled_from(
    """1 12 123 0 007 2026 1985 1.000 12,50 12.50 1'000 -5 +3 € $ CHF €/Nacht % ½ 2½ 1/2 9:30 14h 7h30 h Uhr 9-17 – -
    Mo-Fr Dr. z. B. p. ej. a. m. n° nº 3ª 1er XXe XIV 12.03.2026 12.3. 2026-11-28 km m² kg/m² °C 5km Zimmer personas
    chambres AB12C #5 info@a.de www.x.de/1 (030) 123 45 67 +49 DE89 3704 0044 0532 ? ! . , ... § & / ① ² 15.- 100%ig
    1e5 3:1 1:2:3 12:30:15 1-2-3-4 1..2 $-5 5€-6€ 1/0 99/99/99 32.13.2026 25:61 1h99 M. Mio. c/ 1.º 29. 29.-30. ¿5?
    «12» 24/7 7j/7 €/ %% 10-15€ 8-jährig 90er 12a IBAN siglo Sie el la le der die im am""".split()
)
SCRAPS = st.text("0123456789.,:-/€$%½hkm aBé()'\"#&²ªº+¿?!", min_size=1, max_size=9)
TEXTS = st.lists(WORDS | SCRAPS | st.text(max_size=6), max_size=10).map(" ".join)
TAGS = st.sampled_from(["de", "de-AT", "es", "es-MX", "fr", "fr-CH"])


@given(TEXTS, TAGS)
def test_any_text_is_said_without_a_digit_and_word_by_word(text: str, tag: str) -> None:
    spoken = said(text, tag)
    assert not any(sign.isdigit() for sign in spoken)


@given(st.lists(st.from_regex(r"\A[A-ZÄÖÜÉÑa-zäöüéñ]?[a-zäöüßéèñç]{5,12}[,.!?]?\Z"), max_size=8), TAGS)
def test_words_stay_as_they_are(words: list[str], tag: str) -> None:
    assert language_of(tag).say(words) == words


@pytest.mark.parametrize("tag", NAMES)
def test_a_sentence_costs_less_than_the_time_of_a_token(tag: str) -> None:
    words = clean("Um 14:30 Uhr, 2 Zimmer, 120,50 € pro Nacht, Dr. Weber, Tel. 030 123456, am 12.03.2026, 5 km, AB12C.")
    took = []
    for _ in range(20):
        begun = perf_counter()
        language_of(tag).say(words)
        took.append(perf_counter() - begun)
    assert min(took) < 0.004


@pytest.mark.parametrize("tag", NAMES)
def test_long_rows_cost_no_more_than_their_length(tag: str) -> None:
    for unit in ("1 ", "030 ", "1-", "1.", "€ ", "½", "DE89 3704 ", "9" * 390 + " "):
        took = []
        for _ in range(3):
            begun = perf_counter()
            said(unit * (2_000 // len(unit)), tag)
            took.append(perf_counter() - begun)
        assert min(took) < 1.0, unit
