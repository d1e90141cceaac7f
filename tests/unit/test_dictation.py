"""What callers dictate, and whether it is whole: by what was asked for, in every language, however it is written."""

import msgspec
import pytest

from offhook.agents.languages import languages, script_for
from offhook.core.announced import Wanted, asks_for
from offhook.core.behaviour import Script
from offhook.core.collects import Kind
from offhook.core.dictation import Asked, asked_in, is_asked, wholeness
from offhook.core.figures import items_of, length_asked
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid
from offhook.core.numbers import Wholeness
from tests.rig import Rig

NONE, GROWING, PERHAPS, LIKELY, WHOLE = Wholeness
PHONE = "What is your phone number?"


def there(tag: str, text: str, question: str, earlier: str = "") -> Wholeness:
    """How much of it is there."""
    return wholeness(text, Asked(question, earlier), script_for(tag))


def figures(tag: str, text: str) -> str:
    """The digits and letters of a text."""
    script = script_for(tag)
    return "".join(item.symbols for item in items_of(text, script.figures, script.number_words, ()))


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tag", "question", "kind"),
    [
        ("en-US", "Could you give me your phone number?", Kind.TELEPHONE),
        ("en-US", "What number can we reach you at? I mean, how can we reach you?", Kind.TELEPHONE),
        ("en-US", "And the card number, please?", Kind.CARD),
        ("en-US", "When does the card expire? The expiration date?",
        Kind.EXPIRY), ("en-US", "What is your zip code?", Kind.POSTCODE), ("en-US", "Your date of birth?", Kind.BIRTH),
        ("en-US", "And the three digits of the security code?", Kind.SECURITY),
        ("en-US", "What is your booking reference?", Kind.CODE), ("en-US", "What is your room number?", Kind.NUMBER),
        ("en-US", "Could you spell that for me?", Kind.SPELLING), ("en-US", "What's your e-mail address?", Kind.EMAIL),
        ("de-DE", "Wie ist Ihre Telefonnummer?", Kind.TELEPHONE),
        ("de-DE", "Ihre Kreditkartennummer, bitte?", Kind.CARD),
        ("de-DE", "Nennen Sie mir bitte Ihre Postleitzahl.", Kind.POSTCODE),
        ("de-DE", "Wie ist Ihre Kundennummer?", Kind.NUMBER), ("fr-FR", "Votre numéro de téléphone ?", Kind.TELEPHONE),
        ("fr-FR", "Quel est votre code postal ?", Kind.POSTCODE), ("es-ES", "¿Su número de tarjeta?", Kind.CARD),
        ("es-ES", "¿Me dice su correo electrónico?", Kind.EMAIL),
        ("it-IT", "Qual è la sua data di nascita?", Kind.BIRTH),
        ("nl-NL", "Wat is uw postcode?", Kind.POSTCODE), ("pt-PT", "Qual é o seu número de telefone?", Kind.TELEPHONE),
    ],
)  # fmt: skip
def test_the_kind_that_is_asked_for(tag: str, question: str, kind: Kind) -> None:
    assert kind in asks_for(question, script_for(tag)).kinds


@pytest.mark.parametrize(
    "question",
    [
        "I have your phone number. What time shall I note?", "Your number is 503-555-0142. Is that right?",
        "How many guests?", "What is the number of guests?", "Hello, how can I help you?", "", "What year was that?",
    ],
)  # fmt: skip
def test_no_number_is_asked_for(question: str) -> None:
    assert asks_for(question, script_for("en-US")) == Wanted()


@pytest.mark.parametrize(
    ("tag", "question", "length"),
    [
        ("en", "the four-digit code", 4), ("en", "your 6-digit PIN", 6), ("en", "a six character booking code", 6),
        ("en", "the last four digits of your card", 4), ("de", "der sechsstellige Code", 6), ("de", "4-stellig", 4),
        ("de", "die letzten vier Ziffern", 4), ("fr", "le code à quatre chiffres", 4), ("es", "los cuatro dígitos", 4),
        ("it", "il codice di sei cifre", 6), ("nl", "de viercijferige code", 4), ("nl", "de laatste vier cijfers", 4),
        ("pt", "o código de quatro dígitos", 4), ("en", "the digits", None), ("en", "digit", None),
    ],
)  # fmt: skip
def test_the_length_that_is_asked_for(tag: str, question: str, length: int | None) -> None:
    assert length_asked(question, script_for(tag).figures) == length


# ── figures as they are said ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tag", "text", "symbols"),
    [
        ("en", "five oh three double five triple two", "50355222"), ("en", "eight hundred twelve twenty-one", "81221"),
        ("en", "nineteen eighty five", "1985"), ("en", "one eight hundred five five five", "1800555"),
        ("en", "eight hundred and five", "805"), ("en", "K7PQ2X", "K7PQ2X"), ("en", "Kilo seven papa", "K7P"),
        ("en", "B as in Bravo, A like apple", "BA"), ("en", "S-M-I-T-H", "SMITH"), ("en", "double L", "LL"),
        ("en", "plus four four", "+44"), ("en", "+44", "+44"), ("en", "12,500", "12500"), ("en", "503.555.0142",
        "5035550142"), ("en", "two thousand five", "2005"), ("en", "٥٥", "55"),
        ("de", "zwo null doppel fünf", "2055"), ("de", "einundzwanzig achtundachtzig", "2188"),
        ("de", "neunzehnhundertfünfundachtzig", "1985"), ("de", "zweitausendfünf", "2005"), ("de", "zwölf elf", "1211"),
        ("de", "B wie Berta", "B"), ("de", "Anton Berta sieben", "AB7"), ("de", "Achtung", ""),
        ("fr", "soixante-dix-huit quatre-vingt-dix-neuf", "7899"), ("fr", "soixante et onze quatre vingts", "7180"),
        ("fr", "vingt et un dix-sept", "2117"), ("fr", "septante-deux nonante", "7290"),
        ("fr", "mille neuf cent", "1900"),
        ("es", "treinta y dos veintiuno doble cero", "322100"), ("es", "seiscientos doce", "612"),
        ("es", "treinta dos", "302"), ("it", "ventuno quarantatré ottantotto", "214388"), ("it", "trenta due", "32"),
        ("nl", "vierendertig eenentwintig dubbel nul", "342100"), ("nl", "tweeëntwintig", "22"),
        ("pt", "noventa e um meia", "916"), ("pt", "duzentos e cinco", "205"),
    ],
)  # fmt: skip
def test_figures_are_understood_as_they_are_said(tag: str, text: str, symbols: str) -> None:
    assert figures(tag, text) == symbols


# ── what is there of it ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tag", "question", "growing", "whole"),
    [
        ("en-US", PHONE, "five oh three, five five", "five oh three double five five oh one four two"),
        ("en-US", PHONE, "It's 503-555", "It's 503-555-0142."),
        ("en-US", PHONE, "503 555 um", "area code 503, then 555 0142"),
        ("en-US", PHONE, "503, no", "503 is the area code and the rest is 555 0142"),
        ("en-US", PHONE, "4 9 9 one 4 1 diving.", "one eight hundred five five five twelve twelve"),
        ("en-GB", "Your mobile number, please?", "oh seven seven double oh",
         "oh seven seven double oh nine double oh one two three"),
        ("de-DE", "Wie ist Ihre Nummer?", "null eins sieben sechs zwölf",
         "null eins sieben sechs zwölf vierunddreißig sechsundfünfzig achtundsiebzig"),
        ("fr-FR", "Votre téléphone ?", "zéro six douze trente-quatre",
         "zéro six douze trente-quatre cinquante-six soixante-dix-huit"),
        ("es-ES", "¿Su teléfono?", "seis doce trescientos cuarenta y cinco",
         "seis doce trescientos cuarenta y cinco seiscientos setenta y ocho"),
        ("it-IT", "Il suo telefono?", "tre tre tre ventuno", "tre tre tre ventuno trentadue quarantatré otto"),
        ("nl-NL", "Uw telefoonnummer?", "nul zes twaalf", "nul zes twaalf vierendertig zesenvijftig achtenzeventig"),
        ("pt-PT", "O seu telefone?", "noventa e um dois", "nove um dois três quatro cinco seis sete oito"),
        ("en-US", "The card number?", "4111 1111", "4111 1111 1111 1111"),
        ("en-US", "What is the four-digit code?", "four seven", "four seven one one"),
        ("en-US", "What is your six character booking code?", "K seven P", "K seven P Q two X"),
        ("de-DE", "Wie lautet der sechsstellige Code?", "vier sieben eins", "vier sieben eins eins null null"),
        ("en-GB", "And your postcode?", "AB12", "a b one two three c d"),
        ("nl-NL", "Wat is uw postcode?", "1234", "1234 AB"),
        ("de-DE", "Ihre Postleitzahl?", "zehn eins", "zehn eins eins fünf"),
        ("de-DE", "Ihre IBAN?", "DE 89 3704 0044", "DE89 3704 0044 0532 0130 00"),
        ("en-US", "And the security code?", "one two", "one two three"),
        ("en-US", "The expiry date?", "zero three", "oh three twenty seven"),
        ("en-US", "The expiry date?", "March", "March twenty twenty-seven"),
        ("en-US", "What is your date of birth?", "the fifth of March", "the fifth of March nineteen eighty-five"),
        ("en-US", "What is your date of birth?", "March 5", "March 5th, 1985"),
        ("de-DE", "Ihr Geburtsdatum?", "fünfter März", "fünfter März neunzehnhundertfünfundachtzig"),
        ("de-DE", "Ihr Geburtsdatum?", "5.3.", "5.3.1985"),
        ("en-US", "What's your e-mail?", "john dot smith at gmail", "john dot smith at gmail dot com"),
        ("en-US", "What's your e-mail?", "john.smith@gmail.", "john.smith@gmail.com"),
        ("de-DE", "Ihre E-Mail?", "max punkt muster ät gmx", "max punkt muster ät gmx punkt de"),
        ("es-ES", "¿Su correo?", "ana arroba gmail", "ana arroba gmail punto com"),
    ],
)  # fmt: skip
def test_what_was_asked_for_grows_until_it_is_whole(tag: str, question: str, growing: str, whole: str) -> None:
    assert there(tag, growing, question) is GROWING
    assert there(tag, whole, question) is WHOLE


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("What is your room number?", "It's 42", PERHAPS), ("", "There are 250.", NONE), ("", "It costs 12,500.", NONE),
        ("", "twelve thousand five hundred", NONE), ("", "503-555-0142", WHOLE),
        ("", "five zero three five five", PERHAPS),
        ("", "Tomorrow at 7.30", NONE), ("", "write to jo at example dot com", WHOLE),
        ("", "I arrive at St.Pancras", NONE),
        ("When is your birthday?", "The fifth of March", NONE), ("", "My number is 503", GROWING),
        ("", "we scored twice, number 2", NONE), (PHONE, "I have a table for two people, and one", NONE),
        (PHONE, "No.", NONE),
        (PHONE, "503 555, that's it", NONE), (PHONE, "503, 555, did you get that?", NONE), (PHONE, "503, okay?", NONE),
        (PHONE, "My number is 503-555-0142, and I want a table for 4", NONE), (PHONE, "503-555-0142 and", NONE),
        (PHONE, "503 555 0143 no 0142", LIKELY), (PHONE, "503 555 0143, no", GROWING), (PHONE, "503 555 yes", NONE),
        ("Could you spell your name?", "S M I T", PERHAPS), ("Could you spell your name?", "S", GROWING),
        ("What's your e-mail?", "john smith", PERHAPS), ("What's your e-mail?", "I don't have one", NONE),
        ("What's your e-mail?", "j s at outlook dot co", PERHAPS), ("", "jo at", PERHAPS), ("", "7 pm", NONE),
        ("What is your booking code?", "K7", GROWING), ("What is your booking code?", "Kilo 7 Papa", PERHAPS),
        ("The card number?", "4111 1111 1111 1112", PERHAPS), ("What is your order number?", "48213", PERHAPS),
    ],
)  # fmt: skip
def test_what_else_is_said(question: str, text: str, found: Wholeness) -> None:
    assert there("en-US", text, question) is found


def test_a_country_of_the_owners_choice_counts() -> None:
    script = msgspec.structs.replace(script_for("en-US"), country="GB")
    assert wholeness("07700 90012", Asked(PHONE), script) is GROWING
    assert wholeness("07700 900123", Asked(PHONE), script) is WHOLE


def test_an_owners_own_words_for_digits_count_by_their_number() -> None:
    script = Script(number_words=("bir", "iki"), collect_words=("numara",), language="tr-TR")
    asked = Asked("Numara?")
    assert wholeness("bir iki bir", asked, script) is PERHAPS
    assert is_asked("bir", asked, script)


@pytest.mark.parametrize("tag", languages())
def test_every_language_counts_to_ninety_nine(tag: str) -> None:
    words = script_for(tag).figures
    assert (len(words.units), len(words.teens), len(words.tens), len(words.months)) == (10, 10, 8, 12)
    for entries, first, step in ((words.units, 0, 1), (words.teens, 10, 1), (words.tens, 20, 10)):
        for index, entry in enumerate(entries):
            for word in (word for word in entry.split() if not word.endswith("-")):
                assert figures(tag, word) == str(first + index * step)


@pytest.mark.parametrize("tag", languages())
def test_every_language_knows_every_kind(tag: str) -> None:
    for kind, phrases in script_for(tag).collects.by_kind():
        assert phrases, f"{tag} has no word for {kind.value}"
        assert kind in asks_for(f"{phrases[0].strip('-')}?", script_for(tag)).kinds


# ── over several turns ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_number_that_is_told_in_two_turns() -> None:
    script = script_for("en-US")
    history: list[AnyEntry] = [
        AgentSaid(0, PHONE),
        CallerSaid(1, "Five oh three, five five five, did you get that?"),
        AgentSaid(1, "Yes, go on."),
    ]
    asked = asked_in(history, script)
    assert asked == Asked(PHONE, "Five oh three, five five five, did you get that?")
    assert wholeness("oh one", asked, script) is GROWING
    assert wholeness("oh one four two", asked, script) is WHOLE
    assert wholeness("five oh three five five five oh one four two", asked, script) is WHOLE


def test_a_number_that_was_told_is_over() -> None:
    script = script_for("en-US")
    told: list[AnyEntry] = [
        AgentSaid(0, PHONE), CallerSaid(1, "503-555-0142."), AgentSaid(1, "Thank you. For how many people?"),
    ]  # fmt: skip
    assert asked_in(told, script) == Asked("Thank you. For how many people?")
    assert wholeness("four", asked_in(told, script), script) is NONE
    assert asked_in([], script) == Asked()


def test_the_called_line_tells_whose_numbers_callers_have() -> None:
    assert Rig().runtime().script_on("+442079460000").country == "GB"
    assert Rig().runtime().script_on("").country == "US"
    assert Rig(agent={"country": "AU"}).runtime().script_on("+442079460000").country == "AU"
    assert Rig(agent={"language": "de-DE"}).runtime().script_on("+442079460000").country == "DE"
