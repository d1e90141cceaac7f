"""The words of each language: what pages call things, what is no fact on them, and the fixed sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Topic(StrEnum):
    """What callers ask about, in the order in which it is told."""

    ABOUT = "about"
    HOURS = "hours"
    CONTACT = "contact"
    WAY = "way"
    OFFER = "offer"
    PRICES = "prices"
    BOOKING = "booking"
    PAYMENT = "payment"
    QUESTIONS = "questions"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """Of one language."""

    tag: str
    hours: re.Pattern[str]
    """Opening hours, in a heading or a line."""
    place: re.Pattern[str]
    """A heading under which hours may stand without being named: contact, visit us, find us."""
    small: frozenset[str]
    """Beside them in such a heading, these mean nothing."""
    other_hours: re.Pattern[str]
    """Hours of something that is not the business."""
    topics: Mapping[Topic, re.Pattern[str]]
    titles: Mapping[Topic, str]
    """What a group of facts is headed where the page has no heading for it."""
    greeting: str
    prompt: str
    about: str
    telephone: str
    email: str
    address: str


def _words(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{text})", re.IGNORECASE)


_EN: Final = Words(
    "en",
    hours=_words(r"opening\s+(?:hours|times)|hours\b|open\b|opened\b|opens\b|closed\b|trading\s+hours"),
    place=_words(r"contact|visit|find|location|where|address|get\s+in\s+touch|reach|footer|home\b|welcome|about|"
                 r"stop\s+by"),
    small=frozenset(
        "our the we are us to and of a in at you me here for by your is business office shop store & -".split()
    ),
    other_hours=_words(
        r"kitchen|bar\b|phone|telephone|delivery|happy\s+hour|breakfast|lunch|dinner|brunch|check[- ]?in|check[- "
        r"]?out|winter|"
        r"summer|season|emergenc|reception|pool\b|gym\b|spa\b|sauna|class|course|lesson|workshop|market|parking|"
        r"holiday\s+hours|"
        r"christmas|easter|last\s+orders|service\s+times|pick-?up|drive-"
    ),
    topics={
        Topic.PRICES: _words(r"price|pricing|rates?\b|fees?\b|cost|tariff|menu\b|how much"),
        Topic.BOOKING: _words(r"book|appointment|reserv|cancel|schedul|walk-?in|consultation"),
        Topic.PAYMENT: _words(r"payment|pay\b|card|cash|insurance|invoice|financ"),
        Topic.WAY: _words(r"parking|park\b|direction|find us|getting here|bus\b|train|tram|subway|station|wheelchair|"
                          r"access"),
        Topic.QUESTIONS: _words(r"faq|frequently|questions"),
        Topic.OFFER: _words(r"service|treatment|product|what we (?:do|offer)|offer|class|course|repair|special|dish|"
                            r"room|brand"),
        Topic.ABOUT: _words(r"about|who we are|our story|welcome|history|team|mission"),
        Topic.CONTACT: _words(r"contact|get in touch|reach us|address|phone|e-?mail"),
    },
    titles={
        Topic.ABOUT: "About us", Topic.HOURS: "Opening hours", Topic.CONTACT: "How to reach us",
        Topic.WAY: "How to find us",
        Topic.OFFER: "What we offer", Topic.PRICES: "Prices", Topic.BOOKING: "Appointments", Topic.PAYMENT: "Payment",
        Topic.QUESTIONS: "Questions", Topic.OTHER: "Good to know",
    },
    greeting="Hello, this is {name}. How can I help you?",
    prompt="You answer the telephone of {name}. You are friendly and brief. Say what the facts say and nothing else. "
           "What "
    "they do not say you do not know: say so, and offer to take a message, so that somebody calls back.",
    about="{text}",
    telephone="Our telephone number is {text}.",
    email="You can write to us at {text}.",
    address="Our address is {text}.",
)  # fmt: skip
_DE: Final = Words(
    "de",
    hours=_words(
        r"(?:\w*)(?:öffnungszeit|geschäftszeit|sprechzeit|sprechstunde|bürozeit|servicezeit|ladenzeit)|\w+zeiten\b|"
        r"geöffnet|geschlossen|"
        r"offen\b|wann\s+wir|ruhetag|betriebszeit"
    ),
    place=_words(
        r"kontakt|besuch|anfahrt|standort|adresse|so\s+finden|wo\s+|hier\s+finden|über\s+uns|willkommen|impressum|"
        r"start|"
        r"herzlich|anschrift"
    ),
    small=frozenset("unsere unser die der das wir sind sie uns und zu so in für bei im & - am unseren von".split()),
    other_hours=_words(
        r"küche|telefon|liefer|happy|frühstück|mittags?tisch|abend|brunch|check|winter|sommer|saison|notdienst|"
        r"notfall|bar\b|"
        r"schwimm|sauna|kurs|markt|park|feiertag|weihnacht|ostern|abhol|werkstatt|gottesdienst|verwaltung|"
        r"bereitschaft|ferien"
    ),
    topics={
        Topic.PRICES: _words(r"preis|kosten|gebühr|tarif|honorar|speisekarte|karte\b|was kostet"),
        Topic.BOOKING: _words(r"termin|reserv|buch|absag|storn|anmeld|beratung"),
        Topic.PAYMENT: _words(r"zahl|bezahl|ec-|bar\b|kreditkarte|krankenkasse|versicherung|rechnung|kasse"),
        Topic.WAY: _words(r"park|anfahrt|so finden|bus\b|bahn|haltestelle|u-bahn|s-bahn|barrierefrei|rollstuhl|aufzug|"
                          r"wegbeschreibung"),
        Topic.QUESTIONS: _words(r"faq|häufig|fragen"),
        Topic.OFFER: _words(r"leistung|angebot|behandlung|produkt|sortiment|service|kurs|reparatur|was wir|gericht|"
                            r"zimmer|marken|spezial"),
        Topic.ABOUT: _words(r"über uns|wer wir|willkommen|geschichte|team|philosophie"),
        Topic.CONTACT: _words(r"kontakt|adresse|anschrift|erreichen|telefon|e-?mail"),
    },
    titles={
        Topic.ABOUT: "Über uns", Topic.HOURS: "Öffnungszeiten", Topic.CONTACT: "Kontakt", Topic.WAY: "Anfahrt",
        Topic.OFFER: "Was wir anbieten", Topic.PRICES: "Preise", Topic.BOOKING: "Termine", Topic.PAYMENT: "Bezahlung",
        Topic.QUESTIONS: "Fragen", Topic.OTHER: "Gut zu wissen",
    },
    greeting="Guten Tag, hier ist {name}. Wie kann ich Ihnen helfen?",
    prompt="Sie sind am Telefon von {name}. Sie sind freundlich und fassen sich kurz. Sagen Sie, was die Fakten "
           "sagen, und "
    "nichts anderes. Was dort nicht steht, wissen Sie nicht: Sagen Sie das, und bieten Sie an, eine Nachricht "
    "aufzunehmen, "
    "damit jemand zurückruft.",
    about="{text}",
    telephone="Unsere Telefonnummer ist {text}.",
    email="Sie können uns schreiben an {text}.",
    address="Unsere Adresse ist {text}.",
)  # fmt: skip
WORDS: Final[Mapping[str, Words]] = {"en": _EN, "de": _DE}

NOISE: Final = re.compile(
    r"cookie|javascript|\bconsent\b|einwilligung|newsletter|all rights reserved|alle rechte vorbehalten|©|"
    r"\(c\)\s*\d{4}|"
    r"copyright|powered by|webdesign|web design|skip to (?:main )?content|zum inhalt springen|privacy policy|"
    r"datenschutz|"
    r"terms (?:of|and)|\bagb\b|nutzungsbedingungen|ust-?id|umsatzsteuer|handelsregister|registergericht|haftung|"
    r"streitbeilegung|\bvat\b|recaptcha|captcha|browser|sign up for|subscribe|abonnier|follow us|folge(?:n sie)? uns|"
    r"\blog ?in\b|\banmelden\b$|warenkorb|shopping cart|\bcheckout\b$|lorem ipsum|404",
    re.IGNORECASE,
)
"""A line with one of these is about the page, not about the business."""
BARE: Final = re.compile(
    r"(?:read more|learn more|more|mehr(?: erfahren| lesen)?|weiterlesen|weiter|details|home|startseite|start|"
    r"contact(?: us)?|"
    r"kontakt|impressum|imprint|menu|menü|menue|navigation|search|suche|back to top|nach oben|top|close|schließen|"
    r"book now|"
    r"jetzt buchen|order now|jetzt bestellen|call now|jetzt anrufen|shop|blog|news|aktuelles|gallery|galerie|facebook|"
    r"instagram|"
    r"twitter|x|youtube|linkedin|tiktok|whatsapp|google maps?|maps|route planen|get directions|facebook instagram|"
    r"deutsch|"
    r"english|de|en|privacy|agb|sitemap|karriere|careers|jobs|team|about(?: us)?|über uns|leistungen|services|"
    r"angebot(?:e)?|"
    r"anfahrt|faq|preise|prices|öffnungszeiten|opening hours|home page|welcome|willkommen|herzlich willkommen|"
    r"send(?: message)?|absenden|submit|name|e-?mail|message|nachricht|telefon|phone|address|adresse|anschrift)"
    r"[\s!.:>»→›]*$",
    re.IGNORECASE,
)
"""A line that is nothing but this says nothing."""
OTHERS_VOICES: Final = re.compile(
    r"review|testimonial|what (?:our )?(?:customers|clients|guests|patients|people) say|bewertung|kundenstimmen|"
    r"rezension|"
    r"das sagen|referenzen|gästestimmen|erfahrungen",
    re.IGNORECASE,
)
"""Under such a heading others speak."""
STALE: Final = re.compile(
    r"\bblog\b|\bnews\b|aktuelles|neuigkeiten|veranstaltung|events?\b|job|karriere|career", re.IGNORECASE
)
"""Under such a heading stands what is over soon."""
LEGAL: Final = re.compile(r"impressum|imprint|legal[- ]?notice|anbieterkennzeichnung", re.IGNORECASE)
NEVER: Final = re.compile(
    r"datenschutz|privacy|cookie|agb\b|terms|conditions|login|sign-?in|account|konto|cart|warenkorb|checkout|widerruf|"
    r"wp-admin|\bfeed\b|/tag/|/author/|logout|register",
    re.IGNORECASE,
)
"""Pages that hold nothing for callers."""
WORTH: Final = (
    _words(r"kontakt|contact|öffnungszeit|oeffnungszeit|opening|hours|sprechzeit|find-?us|visit"),
    _words(r"preis|price|pricing|rates|tarif|menu|speisekarte|kosten|fees"),
    _words(r"faq|fragen|questions"),
    _words(r"leistung|service|angebot|treatment|behandlung|offer|what-?we-?do|zimmer|rooms"),
    _words(r"anfahrt|direction|location|standort|parking|parken"),
    _words(r"über|ueber|about|wir\b|who-?we-?are"),
    _words(r"impressum|imprint|legal-?notice"),
    _words(r"termin|booking|appointment|reserv|buchen"),
)
"""Pages that are worth reading, by their address or by the words that lead there: the best first."""
