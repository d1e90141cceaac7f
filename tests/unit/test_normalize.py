"""What the voice is given to say, row by row; and that it stays aligned with what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.tts.normalize import normalize


def said(text: str, language: str = "en-US", lexicon: dict[str, str] | None = None) -> str:
    words = normalize(text, language, lexicon)
    assert len(words) == len(text.split())
    return " ".join(word for word in words if word)


ROWS = [
    # telephone numbers
    ("Call 503-555-0142.", "Call five zero three, five five five, zero one four two."),
    ("(503) 555-0142", "five zero three, five five five, zero one four two"),
    ("+1 503 555 0142", "plus one, five zero three, five five five, zero one four two"),
    ("5035550142", "five zero three, five five five, zero one four two"),
    ("503.555.0142", "five zero three, five five five, zero one four two"),
    ("+15035550142", "plus one, five zero three, five five five, zero one four two"),
    ("555-0142", "five five five, zero one four two"),
    ("020 7946 0958", "zero two zero, seven nine four six, zero nine five eight"),
    # money
    ("$95", "ninety five dollars"),
    ("$12.50", "twelve dollars and fifty cents"),
    ("$1", "one dollar"),
    ("$1.01", "one dollar and one cent"),
    ("$0.99", "ninety nine cents"),
    ("$1,250", "one thousand two hundred fifty dollars"),
    ("$0.00", "zero dollars"),
    ("40 dollars", "forty dollars"),
    ("$5 million", "five million dollars"),
    ("$10k", "ten thousand dollars"),
    ("€20", "twenty euros"),
    ("20€", "twenty euros"),
    ("£3.01", "three pounds and one penny"),
    ("¥500", "five hundred yen"),
    ("-$5", "minus five dollars"),
    ("$10-15", "ten to fifteen dollars"),
    ("$10–$15", "ten to fifteen dollars"),
    # dates
    ("2026-11-21", "November twenty first, twenty twenty six"),
    ("11/21", "November twenty first"),
    ("11/21/2026", "November twenty first, twenty twenty six"),
    ("3/4/26", "March fourth, twenty twenty six"),
    ("21/11", "November twenty first"),
    ("Nov 21", "November twenty first"),
    ("Nov. 21, 2026", "November twenty first, twenty twenty six"),
    ("21 November", "twenty first November"),
    ("November 3rd", "November third"),
    ("Mon-Fri", "Monday to Friday"),
    ("Mon - Fri", "Monday to Friday"),
    ("Thurs. and Fri", "Thursday and Friday"),
    ("they sat", "they sat"),
    ("24/7", "twenty four seven"),
    ("1/2 hour", "one half hour"),
    ("45/60", "forty five over sixty"),
    # times
    ("9am", "nine AM"),
    ("9 a.m. on Monday", "nine AM on Monday"),
    ("at 9 a.m. Saturday", "at nine AM Saturday"),
    ("until 5 p.m. We close", "until five PM. We close"),
    ("until 5 pm.", "until five PM."),
    ("9:30 p.m.", "nine thirty PM."),
    ("9:05", "nine oh five"),
    ("9:00", "nine o'clock"),
    ("17:00", "five PM"),
    ("00:15", "twelve fifteen AM"),
    ("12:00", "twelve o'clock"),
    ("24:00", "twelve AM"),
    ("I am here", "I am here"),
    # e-mail and web addresses
    ("jo@harbourhotel.com", "jo at harbourhotel dot com"),
    ("front-desk_2@mail.co.uk.", "front dash desk underscore two at mail dot co dot U K."),
    ("https://www.harbour-hotel.com/book?x=1", "harbour dash hotel dot com slash book"),
    ("example.org", "example dot org"),
    ("www.example.io", "example dot I O"),
    # codes
    ("AB12C", "[A](/ˈA/) B one two C"),
    ("room 4B", "room four B"),
    ("flight BA 283", "flight BA two eight three"),
    ("confirmation 48213", "confirmation four eight two one three"),
    ("PIN 0042", "PIN zero zero four two"),
    ("OR 97201", "OR nine seven two zero one"),
    ("ext. 204", "extension two zero four"),
    ("COVID-19", "COVID nineteen"),
    ("MP3", "M P three"),
    ("12-34-56", "one two, three four, five six"),
    # ordinals, percentages, ranges, units, numbers
    ("1st 2nd 3rd 12th", "first second third twelfth"),
    ("20th 21st 100th", "twentieth twenty first one hundredth"),
    ("50%", "fifty percent"),
    ("12.5%", "twelve point five percent"),
    ("10-15%", "ten to fifteen percent"),
    ("9-5", "nine to five"),
    ("9am–5pm", "nine AM to five PM"),
    ("9:30-17:00", "nine thirty to five PM"),
    ("9 - 5", "nine to five"),
    ("5km", "five kilometers"),
    ("10 km", "ten kilometers"),
    ("1 kg", "one kilogram"),
    ("20°C", "twenty degrees Celsius"),
    ("30 min", "thirty minutes"),
    ("2hrs", "two hours"),
    ("24-hour", "twenty four hour"),
    ("1,234", "one thousand two hundred thirty four"),
    ("1000000", "one million"),
    ("3.5", "three point five"),
    ("-5", "minus five"),
    ("007", "zero zero seven"),
    ("1905", "nineteen oh five"),
    ("2005", "two thousand five"),
    ("2026", "twenty twenty six"),
    ("1900", "nineteen hundred"),
    ("1990s", "nineteen nineties"),
    ("10k", "ten thousand"),
    ("2x", "two times"),
    ("#5", "number five"),
    ("No. 5", "number five"),
    ("No. We do not.", "No. We do not."),
    ("½ ²", "one half two"),
    ("1234567890123456", "one two three, four five six, seven eight nine, zero one two, three four, five six"),
    # abbreviations and symbols
    ("Dr. Lee", "Doctor Lee"),
    ("14 Harbor Dr.", "fourteen Harbor Drive."),
    ("St. Mary's", "Saint Mary's"),
    ("14 Harbor St. We open", "fourteen Harbor Street. We open"),
    ("cats, e.g. Tom, etc.", "cats, for example, Tom, et cetera."),
    ("Q&A", "Q and A"),
    ("bed & breakfast", "bed and breakfast"),
    ("and/or he/she", "and or he or she"),
    ("wait... what?!", "wait, what?"),
    ("hello—there", "hello, there"),
    # markup and emoji
    ("**Bold** _it_ `code`", "Bold it code"),
    ("# Heading", "Heading"),
    ("• one 🎉 • two", "one two"),
    ("[our site](https://x.y/z) now", "our site now"),
    ("\"quoted\" (free)", "quoted free"),
    ("café naïve", "café naïve"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "spoken"), ROWS)
def test_english_is_spelled_out(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_the_day_stands_first_where_the_region_says_so() -> None:
    assert said("3/4/2026", "en-GB") == "April third, twenty twenty six"
    assert said("3/4/2026", "en-US") == "March fourth, twenty twenty six"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("**Hallo**, 5 Euro 🎉", "Hallo, 5 Euro"),
        ("`a` | b", "a b"),
        ("# Titel", "Titel"),
    ],
)
def test_of_other_languages_only_markup_goes(text: str, spoken: str) -> None:
    assert said(text, "de-DE") == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("At BRIGHTSIDE, yes", "At bright side, yes"),
        ("Brightside's hours", "bright side's hours"),
        ("the Siobhan.", "the [Siobhan](/ʃɪvˈɔn/)."),
        ("big Foo is 5", "big foe is five"),
        ("Brightsider", "Brightsider"),
    ],
)
def test_the_lexicon_holds_on_whole_words_in_any_case(text: str, spoken: str) -> None:
    assert said(text, lexicon={"Brightside": "bright side", "siobhan": "/ʃɪvˈɔn/", "big foo": "big foe"}) == spoken


pieces = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.,:/-–—+()$€%#@°apm st", max_size=14),
    st.sampled_from([row[0] for row in ROWS]),
)


@given(st.lists(pieces, max_size=8).map(" ".join), st.sampled_from(["en", "en-GB", "en-US"]))
def test_english_never_raises_and_leaves_no_digit(text: str, language: str) -> None:
    spoken = normalize(text, language)
    assert len(spoken) == len(text.split())
    assert not any(c.isdigit() for word in spoken for c in word)


@given(st.lists(pieces, max_size=8).map(" ".join), st.sampled_from(["de-DE", "", "fr", "x-y-z"]))
def test_every_language_stays_aligned(text: str, language: str) -> None:
    assert len(normalize(text, language, {"a": "b", "c d": "/e/"})) == len(text.split())
