"""Whatever stands in a suggestion stands in its source; and a week is read as it was written, in whatever spelling."""

import random
import re
from collections.abc import Callable, Sequence

import pytest

from offhook.platform.suggestions.draft import Suggestion, Wish
from offhook.platform.suggestions.hours import Span, Times
from offhook.platform.suggestions.opening import opening_of
from offhook.platform.suggestions.process import done
from offhook.platform.suggestions.week import DAYS
from offhook.platform.suggestions.words import WORDS
from tests.businesses import Business, html, page, pages_of
from tests.businesses_english import ENGLISH
from tests.businesses_german import GERMAN

OURS = {
    word
    for words in WORDS.values()
    for text in (words.greeting, words.telephone, words.email, words.address, words.prompt, *words.titles.values())
    for word in re.findall(r"[^\W\d_]+", text.casefold())
} | set(
    "we are open closed every day and night on from to a m p noon midnight public holidays wir haben von bis am an "
    "und feiertagen "
    "uhr geöffnet geschlossen täglich rund um die my business mein betrieb dot at price".split()
)  # fmt: skip
"""Words of fixed sentences."""
NAMES = {
    "en": ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), "Mon Tue Wed Thu Fri Sat Sun".split()),
    "de": ("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split(), "Mo Di Mi Do Fr Sa So".split()),
}
DAY_WORDS = {word.casefold() for language in NAMES.values() for word in language[0]}


def source_of(business: Business) -> str:
    return business.says if isinstance(business.says, str) else " ".join(business.says.values())


def strange(suggestion: Suggestion, source: str) -> list[str]:
    """Words and figures of the suggestion that neither its source nor a fixed sentence has."""
    told = " ".join(f"{fact.heading} {fact.question} {fact.text}" for fact in suggestion.facts)
    told += f" {suggestion.document['name']} {suggestion.document['opening']['text']} {suggestion.document['prompt']}"
    known = {word.casefold() for word in re.findall(r"[^\W\d_]+", source)} | OURS | DAY_WORDS
    figures = {int(figure) for figure in re.findall(r"\d+", source)}
    # A time may be told by the other clock.
    figures |= {hour % 12 or 12 for hour in figures if hour <= 24} | (
        {12, 0, 24} if 0 in figures or 12 in figures else set()
    )
    words = [word for word in re.findall(r"[^\W\d_]+", told) if word.casefold() not in known]
    return words + [figure for figure in re.findall(r"\d+", told) if int(figure) not in figures]


@pytest.mark.parametrize("business", [*ENGLISH, *GERMAN], ids=lambda business: business.kind)
def test_nothing_is_told_that_the_source_does_not_say(business: Business) -> None:
    found = done(pages_of(business), Wish()).suggestion
    assert found is not None
    assert strange(found, source_of(business)) == []
    # What is quoted stands there.
    letters = re.sub(r"<[^>]*>|[^\w]", "", source_of(business).casefold())
    for fact in found.facts:
        if business.says.__class__ is str:
            assert re.sub(r"[^\w]", "", fact.quote.text.casefold()) in re.sub(r"[^\w]", "", letters), fact


def test_a_thing_that_is_added_would_be_found() -> None:
    found = done(pages_of(ENGLISH[0]), Wish()).suggestion
    assert found is not None
    assert strange(found, "") != []
    assert strange(found, source_of(ENGLISH[0]).replace("£25", "£35")) == ["25"]


# ── weeks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _english_time(minutes: int, chance: random.Random) -> str:
    hour, minute = divmod(minutes, 60)
    half = "am" if hour < 12 else "pm"
    half = chance.choice((half, f" {half.upper()}", f" {half[0]}.m."))
    return f"{(hour - 1) % 12 + 1}{f':{minute:02}' if minute or chance.random() < 0.5 else ''}{half}"


def _german_time(minutes: int, chance: random.Random) -> str:
    hour, minute = divmod(minutes, 60)
    dot = chance.choice(":.")
    return f"{hour}{f'{dot}{minute:02}' if minute or chance.random() < 0.5 else ''}"


def _spans(times: Times, language: str, chance: random.Random) -> str:
    if not times.spans:
        return {"en": "closed", "de": "geschlossen"}[language]
    time: Callable[[int, random.Random], str] = _english_time if language == "en" else _german_time
    dash = chance.choice(("-", " - ", "–", " – ", " to " if language == "en" else " bis "))
    parts = [f"{time(span.opens, chance)}{dash}{time(span.closes, chance)}" for span in times.spans]
    between = chance.choice((", ", " and " if language == "en" else " und ", " & ", " / "))
    return between.join(parts) + (" Uhr" if language == "de" else "")


def _lines(week: Sequence[Times], language: str, chance: random.Random) -> list[tuple[str, str]]:
    """Days with their times; days that are alike and follow each other may be put together."""
    names = chance.choice(NAMES[language])
    dot = "." if names is NAMES["de"][1] and chance.random() < 0.3 else ""
    found: list[tuple[str, str]] = []
    at = 0
    while at < 7:
        end = at
        while end < 6 and week[end + 1] == week[at] and chance.random() < 0.9:
            end += 1
        dash = chance.choice(("-", " - ", "–", " bis " if language == "de" else " to "))
        days = f"{names[at]}{dot}" if end == at else f"{names[at]}{dot}{dash}{names[end]}{dot}"
        if end == at + 1:
            between = chance.choice((" & ", ", ", " und " if language == "de" else " and "))
            days = f"{names[at]}{dot}{between}{names[end]}{dot}"
        found.append((days, _spans(week[at], language, chance)))
        at = end + 1
    return found


def _week(chance: random.Random) -> list[Times]:
    def times() -> Times:
        if chance.random() < 0.2:
            return Times()
        opens = chance.randrange(6 * 60, 11 * 60, 30)
        if chance.random() < 0.3:
            noon = chance.randrange(12 * 60, 13 * 60, 30)
            return Times((Span(opens, noon), Span(noon + 60, chance.randrange(16 * 60, 20 * 60, 15))))
        return Times((Span(opens, chance.randrange(13 * 60, 23 * 60, 15)),))

    usual = times()
    return [usual if chance.random() < 0.7 else times() for _ in range(7)]


def _written(lines: Sequence[tuple[str, str]], language: str, chance: random.Random) -> str:
    heading = f"<h2>{'Opening hours' if language == 'en' else 'Öffnungszeiten'}</h2>"
    form = chance.choice(("p", "br", "table", "dl", "ul", "one line", "divs"))
    match form:
        case "table":
            return heading + "<table>" + "".join(f"<tr><td>{d}</td><td>{t}</td></tr>" for d, t in lines) + "</table>"
        case "dl":
            return heading + "<dl>" + "".join(f"<dt>{d}</dt><dd>{t}</dd>" for d, t in lines) + "</dl>"
        case "ul":
            return heading + "<ul>" + "".join(f"<li>{d}: {t}</li>" for d, t in lines) + "</ul>"
        case "br":
            return heading + "<p>" + "<br>".join(f"{d} {t}" for d, t in lines) + "</p>"
        case "one line":
            return heading + "<p>" + "; ".join(f"{d}: {t}" for d, t in lines) + "</p>"
        case "divs":
            return heading + "".join(f"<div>{d}</div><div>{t}</div>" for d, t in lines)
        case _:
            return heading + "".join(f"<p>{d}: {t}</p>" for d, t in lines)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_week_is_read_as_it_was_written(language: str) -> None:
    for seed in range(400):
        chance = random.Random(seed)
        week = _week(chance)
        body = _written(_lines(week, language, chance), language, chance)
        found = opening_of(
            [page("https://x.example/", html(f"<h1>House</h1>{body}", "House", language))], [], WORDS[language], "House"
        )
        read = {DAYS[day]: found.week.times.get(day) for day in range(7)}
        assert read == {DAYS[day]: week[day] for day in range(7)}, (seed, body)
        assert found.notes == [], (seed, body)
