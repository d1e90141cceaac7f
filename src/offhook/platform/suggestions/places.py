"""In which language a business speaks, and where it is: its country, its time zone."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from offhook.platform.suggestions.source import Page

LANGUAGES: Final = ("en", "de")
"""In which pages are understood."""
_TELLING: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset(
        "the and of to our is are for with you we your on in at from by or can not open this that have all".split()
    ),
    "de": frozenset(
        "der die das und ist sind für mit wir sie unser unsere auf im von bei oder nicht uhr ein eine zu den".split()
    ),
    "fr": frozenset("le la les des et est sont pour avec nous vous notre nos sur du une ou pas chez aux votre".split()),
    "es": frozenset("el los las y es son para con nosotros usted nuestro nuestra del una o no por que su sus".split()),
    "it": frozenset("il gli le e è sono per con noi voi nostro nostra del della una o non di che dal alla".split()),
    "nl": frozenset("de het een en is zijn voor met wij u onze op van bij of niet naar ook uw te".split()),
    "pt": frozenset("o os as e é são para com nós nosso nossa do da uma ou não em que por seu sua".split()),
    "pl": frozenset("i w na z do jest są nasz nasza dla oraz się nie od po przez".split()),
    "sv": frozenset("och att det som en på är för med vi har till av inte hos oss".split()),
    "da": frozenset("og at det som en på er for med vi har til af ikke hos os".split()),
    "tr": frozenset("ve bir bu için ile olarak da de en çok bizim".split()),
}  # fmt: skip
FEWEST_WORDS: Final = 4
_ZONES: Final[Mapping[str, str]] = {
    "DE": "Europe/Berlin", "AT": "Europe/Vienna", "CH": "Europe/Zurich", "LI": "Europe/Vaduz",
    "LU": "Europe/Luxembourg",
    "GB": "Europe/London", "IE": "Europe/Dublin", "NZ": "Pacific/Auckland", "FR": "Europe/Paris",
    "NL": "Europe/Amsterdam",
    "BE": "Europe/Brussels", "DK": "Europe/Copenhagen", "SE": "Europe/Stockholm", "NO": "Europe/Oslo",
    "FI": "Europe/Helsinki",
    "PL": "Europe/Warsaw", "CZ": "Europe/Prague", "IT": "Europe/Rome", "ZA": "Africa/Johannesburg",
    "IN": "Asia/Kolkata",
    "SG": "Asia/Singapore", "HK": "Asia/Hong_Kong",
}  # fmt: skip
"""Of countries with one zone, or with one in which nearly all of them live."""
_EASTERN: Final = "America/New_York"
_STATES: Final[Mapping[str, str]] = {
    **dict.fromkeys("CT DE DC FL GA MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV IN KY".split(), _EASTERN),
    **dict.fromkeys("AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI".split(), "America/Chicago"),
    **dict.fromkeys("CO MT NM UT WY ID".split(), "America/Denver"), "AZ": "America/Phoenix",
    **dict.fromkeys("CA NV OR WA".split(), "America/Los_Angeles"), "AK": "America/Anchorage", "HI": "Pacific/Honolulu",
}  # fmt: skip
"""Where a state has two, the one of most of its people."""
_PROVINCES: Final[Mapping[str, str]] = {
    "ON": "America/Toronto", "QC": "America/Toronto", "BC": "America/Vancouver", "AB": "America/Edmonton",
    "MB": "America/Winnipeg", "SK": "America/Regina", "NS": "America/Halifax", "NB": "America/Moncton",
    "PE": "America/Halifax", "NL": "America/St_Johns",
}  # fmt: skip
_AUSTRALIAN: Final[Mapping[str, str]] = {
    "NSW": "Australia/Sydney", "ACT": "Australia/Sydney", "VIC": "Australia/Melbourne", "QLD": "Australia/Brisbane",
    "WA": "Australia/Perth", "SA": "Australia/Adelaide", "TAS": "Australia/Hobart", "NT": "Australia/Darwin",
}  # fmt: skip
_BY_REGION: Final = {"US": _STATES, "CA": _PROVINCES, "AU": _AUSTRALIAN}
_TAGS: Final = {
    "en": {"US": "en-US", "GB": "en-GB", "AU": "en-AU", "IE": "en-GB", "NZ": "en-AU"},
    "de": {"DE": "de-DE", "AT": "de-AT", "CH": "de-CH"},
}
_USUAL: Final = {"en": "en-US", "de": "de-DE"}
_PREFIXES: Final = {"+49": "DE", "+43": "AT", "+41": "CH", "+44": "GB", "+353": "IE", "+61": "AU", "+64": "NZ"}


def language_of(pages: Sequence[Page]) -> str:
    """The primary tag of what most of its words are; by what the pages say of themselves where words are few. Empty
    when nothing tells it."""
    words = re.findall(r"[^\W\d_]+", " ".join(page.markdown for page in pages)[:60_000].lower())
    counts = Counter({tag: sum(word in telling for word in words) for tag, telling in _TELLING.items()})
    (best, most), (_, second) = counts.most_common(2)
    named = [page.language.partition("-")[0].lower() for page in pages if page.language]
    if most >= FEWEST_WORDS and most > 1.3 * second:
        return best
    if named:
        return named[0]
    return best if most > second else ""


def tag_of(language: str, country: str, named: str) -> str:
    """The agent's language: `named` is what the pages say of themselves."""
    region = named.partition("-")[2].upper()
    return _TAGS[language].get(country) or _TAGS[language].get(region) or _USUAL[language]


def zone_of(country: str, region: str, address: str) -> str:
    """The time zone of a place; empty when it is not told."""
    states = _BY_REGION.get(country)
    if states is None:
        return _ZONES.get(country, "")
    if region.upper() in states:
        return states[region.upper()]
    named = [word for word in re.findall(r"\b[A-Z]{2,3}\b", address) if word in states]
    return states[named[-1]] if named else ""


def country_of_number(number: str) -> str:
    """By its prefix, where that is one country's; the number as it is written."""
    plain = re.sub(r"[^\d+]", "", number)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    return next((country for prefix, country in _PREFIXES.items() if plain.startswith(prefix)), "")
