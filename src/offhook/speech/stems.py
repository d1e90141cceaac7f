"""Words as the overlap counts them: stems, words that say nothing, and words that mean the same to a caller.

One table per language; a language without one is compared word for word, with the embedding model to help.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
LONGEST_QUERY: Final = 64
"""Words of a question that are looked at; a longer turn is a story."""


@dataclass(frozen=True, eq=False)
class WordTable:
    """What is particular to one language."""

    stop: frozenset[str] = frozenset()
    """Words that carry no topic: they are in every question."""
    endings: tuple[str, ...] = ()
    """Stripped from the end of a word, the first that fits; what is left keeps at least three letters."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """Words that are one when they stand together, as transcribers do not write them."""
    related: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Stem to the stems that a business writes where a caller says this."""

    @lru_cache(maxsize=50_000)  # noqa: B019 - tables are made once and never freed
    def stem(self, word: str) -> str:
        """The word without its ending."""
        word = word.removesuffix("'s").replace("'", "")
        for ending in self.endings:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)]
                break
        # "swimm" of swimming, "cancell" of cancellation.
        if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeious":
            word = word[:-1]
        return word.removesuffix("e") if len(word) > 3 else word

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words that say something."""
        found = []
        text = text.casefold().replace("’", "'")
        for apart, together in self.phrases.items():
            text = text.replace(apart, together)
        # "Wi-Fi" is one word, "check-in" is two: each is looked up in all of its forms.
        for word in _TOKEN.findall(text):
            if word in self.stop:
                continue
            parts = [part for part in word.split("-") if part not in self.stop]
            joined = [self.stem(word.replace("-", ""))] if "-" in word else []
            found += [self.stem(part) for part in parts] + joined
        return found


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _groups(*lines: str) -> dict[str, frozenset[str]]:
    """Words of a line mean the same, each way."""
    table: dict[str, set[str]] = {}
    for line in lines:
        stems = {_PLAIN_ENGLISH.stem(word) for word in line.split()}
        for one in stems:
            table.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in table.items()}


_ENGLISH_STOP: Final = _words(
    """a about actually again ah also am an and any anybody anyone anything are as ask at available be because been
    before being but by calling called can can't could couldn't did didn't do does doesn't doing don't during
    else er even ever every for from get gets getting give go going got guys had has have haven't having he
    hello her here hey hi his how i i'd i'll i'm i've if in into is isn't it it's its just kind know let like
    little long look looking lot many may maybe me mean mine more most much my need needs no not now of off oh
    ok okay on once one only or other our ours out over please possible possibly question quick quickly really
    right said same say see several she should so some somebody someone something soon sort sorry still such
    sure take takes tell than thank thanks that that's the their them then there there's these they they're
    thing things think this those through till time times to too policy today tomorrow uh um under until up upon
    us use very want wanted wants was we we'd we'll we're we've well were what what's whats when when's where
    where's which while who who's whose why will with wonder wondering would yeah yes you you're your yours"""
)
_ENGLISH_ENDINGS: Final = (
    "ations", "ation", "ings", "ing", "ities", "ies", "ments", "ment", "ible", "able", "ly", "ers", "er", "ed", "es",
    "s", "y",
)  # fmt: skip
_PLAIN_ENGLISH: Final = WordTable(_ENGLISH_STOP, _ENGLISH_ENDINGS)

ENGLISH: Final = WordTable(
    _ENGLISH_STOP,
    _ENGLISH_ENDINGS,
    {
        "check in": "check-in",
        "checking in": "check-in",
        "check out": "check-out",
        "checking out": "check-out",
        "wi fi": "wi-fi",
        "e mail": "e-mail",
        "x ray": "x-ray",
        "air con": "aircon",
        "opening times": "opening hours",
    },
    _groups(
        "address located location street road directions find",
        "lift elevator",
        "wifi internet wireless",
        "swim swimming pool",
        "kid kids child children baby babies toddler family",
        "bike bikes bicycle bicycles cycling",
        "dog dogs pet pets puppy animal animals",
        "cat cats pet pets animal animals",
        "car cars vehicle park parking garage",
        "cost costs price prices fee charge expensive rate rates pay dollars",
        "cheap price prices cost",
        "cancel cancellation refund",
        "cash card credit visa mastercard debit payment pay",
        "cheque check",
        "instalment installment",
        "breakfast morning",
        "food menu kitchen dish dishes meal meals eat dining",
        "dinner supper evening",
        "wedding weddings married marry",
        "conference meeting meetings",
        "music band concert jazz live",
        "gym fitness workout exercise",
        "wheelchair disabled accessible accessibility ramp handicapped",
        "luggage bag bags baggage suitcase suitcases",
        "lost found forgot left",
        "laundry wash clothes ironing",
        "reception desk lobby",
        "phone telephone number",
        "email mail",
        "smoke smoking smoker cigarette",
        "train railway station",
        "bus stop",
        "arrive arrival checkin",
        "leave departure depart checkout",
        "closed holiday closing",
        "open opening hours",
        "hurt hurts pain ache toothache emergency emergencies",
        "tooth teeth dental",
        "insurance coverage insured",
        "appointment appointments visit",
        "book booking reserve reservation",
        "vegan vegetarian vegans vegetarians",
        "gluten coeliac celiac",
        "office practice clinic",
        "staff employee employees",
        "fix repair repairs",
        "deliver delivery shipping ship",
        "return returns refund",
        "doctor physician dentist",
        "rent rental rentals",
        "bathroom toilet restroom shower",
        "aircon air conditioning",
        "couple two double",
    ),
)
TABLES: Final[Mapping[str, WordTable]] = {"en": ENGLISH}


def table_for(language: str) -> WordTable:
    """The table of a language tag such as `en-US`."""
    return TABLES.get(language.partition("-")[0].casefold(), WordTable())
