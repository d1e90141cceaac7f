"""German numbers, times and days in the written form that `grounded_slots` reads: `halb acht` is `7:30`."""

import re
from typing import Final

_UNITS: Final = "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn".split()
_MORE: Final = "sechzehn siebzehn achtzehn neunzehn".split()
_TENS: Final = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_CENTURIES: Final = {"neunzehnhundert": 1900, "zweitausend": 2000}


def _numbers() -> dict[str, int]:
    small = [*_UNITS, *_MORE]
    found = {word: value for value, word in enumerate(small)}
    for ten, word in enumerate(_TENS, start=2):
        found[word] = 10 * ten
        found |= {f"{_UNITS[unit]}und{word}": 10 * ten + unit for unit in range(1, 10)}
    below = dict(found)
    for head, value in _CENTURIES.items():
        found[head] = value
        found |= {f"{head}{word}": value + number for word, number in below.items() if number}
    for hundreds in range(1, 10):
        head = f"{_UNITS[hundreds]}hundert"
        found[head] = 100 * hundreds
        found |= {f"{head}{word}": 100 * hundreds + number for word, number in below.items() if number}
    found |= {word.replace("ß", "ss"): value for word, value in found.items() if "ß" in word}
    return found | {"eins": 1, "zwo": 2, "hundert": 100}


NUMBERS: Final = _numbers()
_ONES: Final = frozenset("ein eine einen einem einer".split())
_ORDINALS: Final = {f"{word}{'te' if value < 20 else 'ste'}": value for word,
    value in NUMBERS.items() if 0 < value < 32} | {
    "erste": 1, "dritte": 3, "siebte": 7, "achte": 8,
}  # fmt: skip
_WORDS: Final = {
    "montag": "monday", "dienstag": "tuesday", "mittwoch": "wednesday", "donnerstag": "thursday", "freitag": "friday",
    "samstag": "saturday", "sonnabend": "saturday", "sonntag": "sunday", "januar": "january", "jänner": "january",
    "februar": "february", "märz": "march", "mai": "may", "juni": "june", "juno": "june", "juli": "july",
    "oktober": "october", "dezember": "december", "morgen": "tomorrow", "übermorgen": "day after tomorrow",
    "heute": "today", "um": "at", "gegen": "around", "ab": "from", "bis": "to", "am": "on", "der": "the", "den": "the",
    "und": "and", "minus": "dash", "strich": "dash", "bindestrich": "dash", "dann": "then", "doppel": "double",
    "doppelt": "double", "zweimal": "double", "dreimal": "triple", "vorwahl": "area code", "meine": "my", "ist": "is",
    "nummer": "number", "nachmittag": "afternoon", "nachmittags": "afternoon", "abend": "evening", "abends": "evening",
    "vormittag": "morning", "vormittags": "morning", "früh": "morning", "morgens": "morning", "nachts": "night",
    "mittag": "noon", "mittags": "noon", "mitternacht": "midnight", "heiligabend": "christmas eve",
    "weihnachten": "christmas", "silvester": "new year's eve", "neujahr": "new year's day", "personen": "people",
    "person": "person", "leute": "people", "leuten": "people", "gäste": "people", "erwachsene": "adults",
    "erwachsenen": "adults", "kinder": "children", "kind": "child", "für": "for", "fuer": "for", "tisch": "table",
    "kommenden": "coming", "kommender": "coming", "nächsten": "next", "nächster": "next", "nächste": "next",
    "diesen": "this", "dieser": "this", "tag": "day", "tagen": "days", "woche": "week", "wochen": "weeks",
    "etwa": "about", "ungefähr": "about", "wir": "we", "sind": "are", "komma": "point", "also": "so", "ja": "yes",
    "nein": "no", "doch": "", "so": "", "dezember.": "december",
}  # fmt: skip
_TOGETHER: Final = {
    "zu zweit": "2 people", "zu dritt": "3 people", "zu viert": "4 people", "zu fünft": "5 people",
    "zu sechst": "6 people", "zu siebt": "7 people", "zu acht": "8 people", "nur ich": "just me",
        "nur für mich": "just me",
    "meine frau und ich": "2 people", "mein mann und ich": "2 people", "guten morgen": " ", "guten tag": " ",
    "guten abend": " ", "am morgen": "morning", "am abend": "evening", "heute abend": "tonight",
    "heute nachmittag": "this afternoon", "morgen früh": "tomorrow morning", "erster weihnachtstag": "christmas day",
    "erste weihnachtstag": "christmas day", "ersten weihnachtstag": "christmas day",
}  # fmt: skip
_HALF: Final = re.compile(r"\bhalb (\d{1,2})\b")
_THREE_QUARTERS: Final = re.compile(r"\bdreiviertel (\d{1,2})\b")
_QUARTER: Final = re.compile(r"\bviertel (nach|vor|über|\d{1,2})\b")
_MINUTES: Final = re.compile(r"\b(\d{1,2})(?: minuten)? (nach|vor) (\d{1,2})\b")
_UHR: Final = re.compile(r"\b(\d{1,2}) uhr (\d{1,2})\b(?! personen| leute)")
_OCLOCK: Final = re.compile(r"\b(\d{1,2}) uhr\b")
_NTH_DIGITS: Final = re.compile(r"\b(\d{1,2})\.(?=\s|$)(?!\s*\d)")
_DAY_POINTS: Final = re.compile(r"\b(\d{1,2})\. ?(\d{1,2})\.")


def figures(text: str) -> str:
    """The text in lower case with English words of number and time, everything else as it was."""
    said = text[:2_000].casefold().replace("casefold", "").replace("’", "'")
    said = _DAY_POINTS.sub(r"\1.\2.", said)
    said = _NTH_DIGITS.sub(r"\1th ", said)
    said = re.sub(r"(?<!\d)[.:]|[.:](?!\d)|[^\w\s'.:/@+-]", " ", said)
    said = " ".join(said.split())
    for words, meant in _TOGETHER.items():
        said = re.sub(rf"\b{words}\b", meant, said)
    said = " ".join(_number(word) for word in said.split())
    said = _clock(said)
    return " ".join(_WORDS.get(word, word) for word in said.split())


def _number(word: str) -> str:
    # `casefold` writes ß as ss, and the tables of ordinals and numbers know both.
    if word in NUMBERS and word != "ein":
        return str(NUMBERS[word])
    if word[:-1] in _ORDINALS or word in _ORDINALS:
        return f"{_ORDINALS.get(word, _ORDINALS.get(word[:-1], 0))}th"
    return word


def _clock(said: str) -> str:
    said = _HALF.sub(lambda m: f"half past {(int(m[1]) - 2) % 12 + 1}", said)
    said = _THREE_QUARTERS.sub(lambda m: f"quarter to {m[1]}", said)
    said = _QUARTER.sub(
        lambda m: {"nach": "quarter past", "über": "quarter past", "vor": "quarter to"}.get(
            m[1], f"quarter past {(int(m[1]) - 2) % 12 + 1 if m[1].isdecimal() else ''}"
        ),
        said,
    )
    said = _MINUTES.sub(lambda m: f"{m[1]} {'past' if m[2] == 'nach' else 'to'} {m[3]}", said)
    said = _UHR.sub(lambda m: f"{m[1]}:{int(m[2]):02d}", said)
    return _OCLOCK.sub(r"\1 oclock", said)
