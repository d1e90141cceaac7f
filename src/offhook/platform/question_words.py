"""By which words of a language a question is told: what kind of answer it wants, and which words say nothing of its
topic. A new language is one more table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What kind of answer is wanted; yes and no, places and persons are told apart by their topics alone."""

    PRICE = "price"
    TIME = "time"
    """On the clock or in the calendar."""
    LENGTH = "length"
    """Of time or of a way."""
    OTHER = ""


class Edge(StrEnum):
    """Of a question about a time: which end of it."""

    BEGIN = "begin"
    END = "end"
    WHOLE = ""


class Side(StrEnum):
    """Whose thing it is that is asked about."""

    THEIRS = "theirs"
    """The caller brings it, or sells it."""
    OURS = "ours"
    """The business has it, or takes money for it."""
    NOBODYS = ""


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Of one language."""

    kinds: tuple[tuple[Kind, re.Pattern[str]], ...]
    """The first that is found holds."""
    edges: tuple[tuple[Edge, re.Pattern[str]], ...]
    sides: tuple[tuple[Side, re.Pattern[str]], ...]
    opening: re.Pattern[str]
    """Words for being open: that is what a question about a time is about that names nothing else."""
    spent: Mapping[Kind, str]
    """Words that say the kind, and are no topic of such a question."""
    soft: str
    """Words that are in questions about anything."""
    without: re.Pattern[str]
    days: re.Pattern[str]
    """Words for days and hours that the search for facts has no use for, and that make two questions of one."""
    same_topics: float
    """So near in meaning have two questions to be whose topics are the same words,"""
    related_topics: float
    """and so near where some of them are other words for it."""
    related: tuple[str, ...]
    """Words that mean the same, beside those that facts are found by."""
    opposed: tuple[tuple[str, str], ...]
    """Words of the same field that are no less than different things."""


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})")


_NOT_FREE: Final = "".join(
    f"(?<!{what}[ -])" for what in ("gluten", "lactose", "sugar", "dairy", "smoke", "nut", "meat")
)

ENGLISH: Final = QuestionWords(
    kinds=(
        (Kind.LENGTH, _any(
            r"how long\b", r"how far\b", r"how much time\b", r"how many (?:minutes|hours|days|miles)\b",
        )),
        (Kind.PRICE, _any(
            r"how much\b", r"costs?\b", r"pric", r"how expensive\b", r"charges?\b(?= for| me|\?|$)", r"do you charge\b",
            r"fees?\b", r"rates\b", r"(?:have|need) to pay\b", r"what (?:do|does|would|will) [^?]*\bpay\b",
            r"for free\b", r"free of charge\b", rf"{_NOT_FREE}free\?",
        )),
        (Kind.TIME, _any(
            r"when\b", r"what time\b", r"how late\b", r"how early\b", r"(?:opening|what) (?:hours|times)\b",
            r"your hours\b",
        )),
    ),
    edges=(
        (Edge.END, _any(r"until\b", r"till\b", r"how late\b", r"clos(?:e|es|ing)\b", r"last\b", r"latest\b", r"ends?\b",
                        r"stops?\b")),
        (Edge.BEGIN, _any(r"from (?:when|what time)\b", r"how early\b", r"earliest\b", r"first\b", r"starts?\b",
                          r"begins?\b", r"opens\b", r"do(?:es)? (?:you|\w+ \w+|it|they) (?:guys )?open\b")),
    ),
    sides=(
        (Side.THEIRS, _any(
            r"bring\b", r"my own\b", r"our own\b", r"(?:do|would|will) you (?:guys )?(?:buy|purchase)\b",
        )),
        (Side.OURS, _any(
            r"do you (?:guys )?(?:have|sell|serve|offer|carry|rent)\b", r"(?:is|are) there\b",
            r"can (?:i|we) (?:buy|rent|get)\b", r"rent\b",
        )),
    ),
    opening=_any(r"open", r"clos", r"hours\b"),
    spent={
        Kind.PRICE: "cost price charge fee rate pay free expensive cheap dollar money",
        Kind.TIME: "open opening close closing hour time start begin end stop late early last first latest earliest",
        Kind.LENGTH: "long far take minute hour day mile time plan wait",
    },
    soft="allow bring come offer provide serve accept work use place shop store salon practice clinic hotel guy own "
    "available availability somebody anybody chance way happen people put leave let fine kind service menu possibility "
    "sell carry house treat see buy museum restaurant "
    "whether ask tell information info hope moment minute quick",
    without=_any(r"without\b", r"no\b", r"not\b", r"\w+n't\b"),
    days=_any(r"today\b", r"tonight\b", r"tomorrow\b"),
    same_topics=0.45,
    related_topics=0.6,
    related=("hurt pain painful", "heat heated warm hot", "braces orthodontics", "gym fitness", "windshield windscreen",
             "photography photo picture"),
    opposed=(
        ("buy purchase", "sell sold"), ("men man gentlemen male", "women woman ladies lady female"),
        ("son", "daughter"), ("dog dogs puppy", "cat cats"), ("breakfast", "morning"), ("dinner supper", "evening"),
        ("pickup collect", "dropoff deliver delivery"), ("arrive arrival checkin", "leave depart checkout departure"),
        ("cash", "card credit visa mastercard debit"), ("before", "after"), ("vegan", "vegetarian"),
        ("photo", "camera"), ("lost", "found"), ("coat jacket", "locker"), ("train", "station"), ("bus", "stop"),
    ),
)  # fmt: skip

GERMAN: Final = QuestionWords(
    kinds=(
        (Kind.TIME, _any(
            r"wann\b", r"um wie ?viel uhr\b", r"wie lange (?:haben|habt|hat|sind|seid|ist|gibt|kann man)\b",
            r"öffnungszeiten\b", r"wie spät\b",
        )),
        (Kind.LENGTH, _any(
            r"wie lange\b", r"wie weit\b", r"wie ?viel zeit\b", r"wie viele (?:minuten|stunden|tage)\b",
        )),
        (Kind.PRICE, _any(
            r"kost", r"teuer\b", r"(?:was|wie ?viel) (?:nehmen|nimmt|verlang|berechne)", r"\w*preise?\b",
            r"\w*gebühr", r"gratis\b", r"umsonst\b", r"muss (?:ich|man) [^?]*zahlen\b",
        )),
    ),
    edges=(
        (Edge.END, _any(
            r"bis wann\b", r"wie lange\b", r"wie spät\b", r"zu(?=[?.!]|$)", r"schließ", r"spätest", r"endet\b",
            r"letzte",
        )),
        (Edge.BEGIN, _any(r"ab wann\b", r"öffne[nt]\b", r"auf(?=[?.!]|$)", r"beginn", r"fäng", r"frühest", r"erste")),
    ),
    sides=(
        (Side.THEIRS, _any(r"mitbring", r"mitnehmen\b", r"eigene", r"(?<!ver)kaufen sie\b", r"kauft ihr\b")),
        (Side.OURS, _any(
            r"haben sie\b", r"habt ihr\b", r"gibt es\b", r"verkauf", r"biete", r"vermiet",
            r"kann (?:ich|man) [^?]*(?<!ver)(?:kaufen|mieten|leihen)\b",
        )),
    ),
    opening=_any(r"offen\b", r"geöffnet\b", r"öffn", r"auf\b", r"zu\b", r"geschlossen\b", r"schließ"),
    spent={
        Kind.PRICE: "kosten kostet kostenlos preis teuer gebühr gebühren gratis umsonst zahlen bezahlen wieviel euro "
        "geld nehmen verlangen berechnen fallen anfallen etwas",
        Kind.TIME: "ab auf zu offen geöffnet öffnen öffnet öffnungszeiten schließen schließt geschlossen uhr beginnt "
        "endet ende anfang lange spät früh bis wann",
        Kind.LENGTH: "lange weit dauert dauern brauche laufe fahre gehe minuten stunden tage zeit",
    },
    soft="erlaubt mitbringen mitnehmen kommen vorbeikommen bieten anbieten angebot möglich möglichkeit machen nehmen "
    "verfügbar vorhanden haus da dürfen lassen auch bitte fallen an man kann "
    "fragen frage wissen sagen information informationen hoffe moment kurz",
    without=_any(r"ohne\b", r"kein", r"nicht\b", ),
    days=_any(r"heute\b", r"morgen\b"),
    same_topics=0.3,
    related_topics=0.4,
    related=("chippen chip", "kaufen verkaufen"),
    opposed=(
        ("hund hunde", "katze katzen"), ("herren männer", "damen frauen"), ("sohn", "tochter"),
        ("bar", "karte kartenzahlung kreditkarte ec"), ("vegan", "vegetarisch fleischlos"), ("bahn", "haltestelle"),
        ("abholen", "bringen"), ("essen", "speisekarte"), ("vor", "nach"),
    ),
)  # fmt: skip

TABLES: Final[Mapping[str, QuestionWords]] = {"en": ENGLISH, "de": GERMAN}
