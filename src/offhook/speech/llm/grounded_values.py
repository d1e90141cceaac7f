"""Reads the value of one slot from what a caller says, in the form that the tool's schema takes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from offhook.clock import Date
from offhook.speech.llm.grounded_days import birth_of, day_of
from offhook.speech.llm.grounded_language import Act, Grammar, Value
from offhook.speech.llm.grounded_schema import Kind, Option, Slot

FEWEST_CODE: Final = 3
"""Fewer digits said in passing are no order's number."""
EVENING: Final = 18
MOST_JOINED: Final = 3
"""Words that together are the first part of an e-mail address."""
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AT: Final = re.compile(r"\s+(?:at|ät|et|klammeraffe)\s+|\s*@\s*", re.IGNORECASE)
_DOT: Final = re.compile(r"\s+(?:dot|punkt|point)\s+", re.IGNORECASE)
_SIGNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"\s+(?:underscore|unterstrich)\s+", re.IGNORECASE), "_"),
    (re.compile(r"\s+(?:hyphen|dash|minus|bindestrich)\s+", re.IGNORECASE), "-"),
)
_DECIMAL: Final = re.compile(r"(?<![\d.])(\d+)(?:[.,](\d+)| point ((?:\d+ ?)+))?(?![\d:])")


def read(
    slot: Slot, text: str, grammar: Grammar, today: Date, *, asked: bool, spent: frozenset[str] = frozenset()
) -> Value | None:
    """The slot's value, or None; `asked` when that was the question, so that bare words are the answer. Stems that are
    `spent` name the wish, and half an option with them names no option."""
    for found in _found(slot, text, grammar, today, asked=asked, spent=frozenset() if asked else spent):
        value = fitting(slot, found)
        if value is not None:
            return value
    return None


def _found(
    slot: Slot, text: str, grammar: Grammar, today: Date, *, asked: bool, spent: frozenset[str]
) -> Iterator[Value | None]:
    labelled = grammar.labelled(_names(slot), text)
    if Act.NO in grammar.acts(labelled):
        # "The address is wrong."
        labelled = ""
    match slot.kind:
        case Kind.CHOICE:
            yield choice(slot, labelled or text, grammar, asked=asked, spent=spent)
        case Kind.SWITCH:
            yield _switch(slot, text, grammar, asked=asked)
        case Kind.DATE | Kind.BIRTH | Kind.DAY_SAID | Kind.TIME:
            yield _when(slot, labelled, text, grammar, today, asked=asked)
        case Kind.PEOPLE | Kind.COUNT | Kind.NUMBER | Kind.CODE | Kind.PHONE:
            yield from _figures(slot, labelled, text, grammar, asked=asked)
        case _:
            yield _words(slot, labelled, text, grammar, asked=asked)


def _when(slot: Slot, labelled: str, text: str, grammar: Grammar, today: Date, *, asked: bool) -> Value | None:
    if slot.kind is Kind.DAY_SAID:
        return grammar.day_said(text)
    if slot.kind is Kind.TIME:
        # The owner's example tells whether evenings are booked: "19:30".
        examples = re.findall(r"\b([01]\d|2[0-3]):[0-5]\d", f"{slot.description} {slot.schema.get('examples', '')}")
        return grammar.time(text, asked=asked, evening=any(int(hour) >= EVENING for hour in examples))
    is_birth = slot.kind is Kind.BIRTH
    if is_birth and not (asked or labelled):
        return None
    day = (birth_of if is_birth else day_of)(grammar.figures(text), today)
    return day.isoformat() if day else None


def _figures(slot: Slot, labelled: str, text: str, grammar: Grammar, *, asked: bool) -> Iterator[Value | None]:
    match slot.kind:
        case Kind.PEOPLE:
            yield grammar.people(text, asked=asked)
        case Kind.COUNT:
            yield _count(slot, labelled, grammar.figures(text), grammar, asked=asked)
        case Kind.NUMBER:
            yield _number(labelled or (text if asked else ""), grammar)
        case Kind.PHONE:
            yield grammar.phone(text)
        case _:
            yield from _codes(labelled, text, grammar, asked=asked)


def _words(slot: Slot, labelled: str, text: str, grammar: Grammar, *, asked: bool) -> str | None:
    bare = grammar.bare(text) if asked else None
    match slot.kind:
        case Kind.EMAIL:
            return email(bare or text, joins=asked)
        case Kind.NAME:
            return grammar.name(text, asked=asked)
        case Kind.ADDRESS:
            return labelled or grammar.address(text) or bare
        case Kind.MESSAGE:
            return labelled or grammar.message(text, asked=asked)
    return labelled or bare


def _names(slot: Slot) -> tuple[str, ...]:
    plain = re.sub(r"\s+", " ", slot.name.replace("_", " ")).casefold()
    return tuple(dict.fromkeys((slot.label.casefold(), plain)))


# ── choices and switches ─────────────────────────────────────────────────────────────────────────────────────────


def choice(
    slot: Slot, text: str, grammar: Grammar, *, asked: bool = False, spent: frozenset[str] = frozenset()
) -> Value | None:
    """The option that is named; None when several fit alike or none does."""
    best = ranked(slot, text, grammar, spent)
    if len(best) == 1:
        value = best[0].value
        if not asked and grammar.acts(best[0].names[0]) & {Act.YES, Act.NO}:
            # A reason that is called "wrong" is not given by "that's wrong".
            return None
        return value if isinstance(value, str | int | float) else None
    if asked and best == () and all(isinstance(option.value, int) for option in slot.options):
        number = re.search(r"\d+", grammar.figures(text))
        return next((o.value for o in slot.options if number and o.value == int(number[0])), None)
    return None


def ranked(slot: Slot, text: str, grammar: Grammar, spent: frozenset[str] = frozenset()) -> tuple[Option, ...]:
    """The options whose names are said; of those that say more of the same, the longest alone."""
    said = {*grammar.stems(text), *text.casefold().split()}
    telling = set(grammar.telling(text)) - spent
    best: tuple[Option, ...] = ()
    most = 0.0
    for option in slot.options:
        names = [form for name in option.names for form in dict.fromkeys((name, grammar.figures(name)))]
        share = max(_share(_stems(name, grammar), said, telling) for name in names)
        if share > most:
            best, most = (option,), share
        elif share == most and share:
            best = (*best, option)
    return best


def _stems(name: str, grammar: Grammar) -> list[str]:
    """Also of a name that is nothing but a word without a topic: `now`."""
    return grammar.stems(name) or name.casefold().split()


def _share(name: list[str], said: set[str], telling: set[str]) -> float:
    """How surely the name was said: all of it, more words counting more; half of a longer one counts a little."""
    hits = sum(stem in said for stem in name)
    if hits == len(name):
        return hits + 1.0
    told = sum(stem in telling and not stem.isdigit() for stem in name)
    return told / len(name) if told * 2 >= len(name) else 0.0


def _switch(slot: Slot, text: str, grammar: Grammar, *, asked: bool) -> bool | None:
    said = set(grammar.stems(text))
    label = set(grammar.stems(slot.label)) - set(grammar.stems("is has wants with needs"))
    if label and label <= said:
        return not grammar.is_negated(text, slot.label)
    if not asked:
        return None
    acts = grammar.acts(text)
    if (Act.YES in acts) != (Act.NO in acts):
        return Act.YES in acts
    return None


# ── numbers and codes ────────────────────────────────────────────────────────────────────────────────────────────


def _count(slot: Slot, labelled: str, figures: str, grammar: Grammar, *, asked: bool) -> int | None:
    for text in (labelled and grammar.figures(labelled), _beside(slot, figures, grammar), figures if asked else ""):
        number = re.search(r"(?<![\d:.])\d{1,9}(?![\d:]|th\b)", text or "")
        if number:
            return int(number[0])
    if asked and re.search(r"\b(?:a|an|one|just me|ein|eine|einen)\b", figures):
        return 1
    return None


def _beside(slot: Slot, figures: str, grammar: Grammar) -> str:
    """A number in front of a word of the slot's: `3 nights`."""
    words = set(grammar.stems(f"{slot.label} {slot.description}")) - set(grammar.stems("number count amount many"))
    for match in re.finditer(r"(\d{1,9}) (?:[^\W\d]+ )?([^\W\d]+)", figures):
        if words & set(grammar.stems(match[0])):
            return match[1]
    return ""


def _number(text: str, grammar: Grammar) -> float | None:
    match = _DECIMAL.search(grammar.figures(text)) if text else None
    if match is None:
        return None
    behind = (match[2] or match[3] or "").replace(" ", "")
    return float(f"{match[1]}.{behind}") if behind else float(match[1])


def _codes(labelled: str, text: str, grammar: Grammar, *, asked: bool) -> Iterator[Value | None]:
    for source in (labelled, text):
        code = code_in(source, grammar) if source else ""
        if code and (asked or source == labelled or sum(c.isdigit() for c in code) >= FEWEST_CODE):
            yield code


def code_in(text: str, grammar: Grammar) -> str:
    """Letters and digits that are dictated: `A B 4 7 double one`, `ab-4711`; the run with the most digits."""
    runs: list[str] = [""]
    times = 1
    for word in grammar.figures(text).replace(".", " ").replace("/", " ").split():
        repeated = {"double": 2, "triple": 3}.get(word)
        if repeated:
            times = repeated
            continue
        word = "0" if word in ("oh", "o") else word
        is_part = word.isalnum() and (any(c.isdigit() for c in word) or len(word) == 1) and not word.endswith("th")
        hyphened = re.fullmatch(r"[^\W_]{1,6}(?:-[^\W_]{1,8}){1,3}", word) and any(c.isdigit() for c in word)
        if is_part or hyphened or (word.isalpha() and len(word) <= 3 and word.upper() in text.split()):
            runs[-1] += word * times
        elif word not in ("dash", "minus", "hyphen", "bindestrich"):
            runs.append("")
        times = 1
    best = max(runs, key=lambda run: (sum(c.isdigit() for c in run), len(run)))
    return best.upper() if any(c.isdigit() for c in best) else ""


def email(text: str, *, joins: bool = False) -> str | None:
    """An address as it is typed or dictated: `anna dot brown at example dot com`; with `joins` the text is "
    "nothing else,
    and words in front of the at are parts of it."""
    text = _DOT.sub(".", text[:400])
    for sign, mark in _SIGNS:
        text = sign.sub(mark, text)
    text = _AT.sub("@", text)
    name, at, rest = text.partition("@")
    words = re.sub(r".*\b(?:is|ist|lautet|it's)\b", "", name, flags=re.IGNORECASE).split()
    if joins and at and 1 < len(words) <= MOST_JOINED and all(word.isalnum() for word in words):
        text = f"{''.join(words)}@{rest}"
    found = _EMAIL.search(text)
    return found[0].strip(".").lower() if found else None


# ── what the schema takes ────────────────────────────────────────────────────────────────────────────────────────


def fitting(slot: Slot, found: Value | None) -> Value | None:
    """The value in the schema's own form, or None when it has none. Bounds of numbers are told, not judged, here."""
    if found is None or found == "":
        return None
    schema = slot.schema
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "integer" in kinds and isinstance(found, str) and slot.kind is not Kind.CHOICE:
        return int(found) if found.isdecimal() and len(found) <= 18 else None
    if "number" in kinds and isinstance(found, float) and found.is_integer():
        return int(found)
    if not isinstance(found, str) or slot.kind in (Kind.CHOICE, Kind.SWITCH):
        return found
    for form in _forms(slot, found):
        if _takes(schema, form):
            return form
    return None


def _takes(schema: Mapping[str, Any], text: str) -> bool:
    pattern = schema.get("pattern")
    longest, shortest = int(schema.get("maxLength", 4_000)), int(schema.get("minLength", 0))
    if not shortest <= len(text) <= longest:
        return False
    try:
        return not isinstance(pattern, str) or re.search(pattern, text) is not None
    except re.error:
        # The pattern is of another dialect: the tool judges.
        return True


def _forms(slot: Slot, text: str) -> Iterator[str]:
    """Ways to write it down: the first that the pattern takes is used."""
    match slot.kind:
        case Kind.DATE | Kind.BIRTH:
            year, month, day = text.split("-")
            shown = str(slot.schema.get("pattern", "")) + slot.description.casefold()
            if "dd.mm" in shown or "tt.mm" in shown:
                yield f"{day}.{month}.{year}"
            yield text
            yield from (
                f"{day}.{month}.{year}",
                f"{day}/{month}/{year}",
                f"{month}/{day}/{year}",
                f"{year}{month}{day}",
            )
        case Kind.TIME:
            if slot.schema.get("format") == "time":
                yield f"{text}:00"
            yield text
            yield from (f"{text}:00", text.replace(":", ""), text.lstrip("0"))
        case Kind.PHONE:
            yield text
            yield f"+{text}"
            yield f"+{text.removeprefix('00')}"
        case Kind.CODE:
            yield text
            bare = text.replace("-", "")
            apart = re.sub(r"(?<=[A-Z])(?=\d)", "-", bare)
            yield from (bare, apart, text.lower(), bare.lower(), re.sub(r"\D", "", text))
            if prefix := re.match(r"\^?([A-Z]{1,5}-?)", str(slot.schema.get("pattern", ""))):
                # "Order four seven one one", where all begin with the same letters.
                yield f"{prefix[1]}{text}"
        case _:
            yield text


def bound(slot: Slot, value: Value) -> tuple[str, object] | None:
    """The bound of the schema that a number breaks: `("most", 12)` or `("least", 1)`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    schema = slot.schema
    if "maximum" in schema and value > schema["maximum"]:
        return "most", schema["maximum"]
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        return "most", schema["exclusiveMaximum"] - 1
    if "minimum" in schema and value < schema["minimum"]:
        return "least", schema["minimum"]
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        return "least", schema["exclusiveMinimum"] + 1
    return None
