"""What a model sends, in the type that the schema wants, where only one value can be meant: `"12.50"` for a number,
`"true"` for a switch, a list as text. Whatever is not certain stays as it was given, and the model is asked again: a
wrong booking is worse than a pause.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from offhook.tools.number_words import number_words, switch_words

MOST_VALUES: Final = 200
"""In all arguments together: nobody says so many, and each may be compared with a schema's thousand parts."""
LONGEST: Final = 60
"""Characters of a text that may be a number."""
POINT_LANGUAGES: Final = frozenset({"en", "he", "hi", "ja", "ko", "ms", "th", "zh"})
"""Where `1,200` is twelve hundred. Elsewhere it may be one and a fifth."""
_PLAIN: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,20})?")
_EXPONENT: Final = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?[eE][+-]?[0-9]{1,2}")
_THREES: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_GROUPED: Final = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?P<mark>[ ',.])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,4}(?:(?P<point>[.,])[0-9]{1,20})?"
)
_COMMA: Final = re.compile(r"[+-]?(?:0,[0-9]{1,20}|[0-9]{1,40},(?:[0-9]{1,2}|[0-9]{4,20}))")
"""Decimals: thousands stand in threes, and behind a zero there are none."""
_CURRENCY: Final = (
    r"(?:[A-Z]{0,3}[$\u00a2-\u00a5\u20a0-\u20cf]|(?i:usd|eur|gbp|chf|jpy|cad|aud|nzd|mxn|brl|inr|sek|nok|dkk|pln|czk"
    r"|euros?|dollars?|bucks|pounds?|francs?|franken|pesos?|d\u00f3lares|libras|d[o\u00f3]lar|yen|rupees?|z\u0142|kr\.?|fr\.))"
)
_AMOUNT: Final = re.compile(
    rf"(?P<sign>[+-]?)(?:{_CURRENCY} ?(?P<inner>[+-]?)(?P<front>[0-9][0-9 ',.]*[0-9]|[0-9])(?:[.,]-)?"
    rf"|(?P<behind>[0-9][0-9 ',.]*[0-9]|[0-9])(?:[.,]-)? ?{_CURRENCY})"
)
"""A number with its currency in front or behind."""
_SPACES: Final = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u066c": "'", "\u2212": "-", "\ufe63": "-", "\uff0d": "-"})


def nearly_right(schema: Any, value: object, language: str = "en") -> object:
    """The value as the schema wants it, all the way down; unchanged where that is not certain or not needed."""
    if not isinstance(schema, Mapping):
        return value
    chosen = _chosen(schema, value)
    if chosen is None:
        return value
    kind, schema = chosen
    match kind:
        case "string":
            return _as_choice(schema, _as_text(schema, value))
        case "integer" | "number":
            return _as_number(value, language, is_whole=kind == "integer")
        case "boolean":
            return _as_switch(value, language)
        case "array":
            return _as_list(schema, value, language)
        case "object":
            return _as_object(schema, value, language)
    return value


def _chosen(schema: Mapping[str, Any], value: object) -> tuple[str, Mapping[str, Any]] | None:
    """The one type that can be meant, with its schema; None: several can, or the value has one of several already."""
    found = [(kind, part) for kind, part in _kinds(schema) if kind != "null"]
    if value is None:
        return None
    if len(found) > 1:
        fitting = [(kind, part) for kind, part in found if _has_type(value, kind)]
        # Alternatives of one type (two forms of an object) cannot be told apart here.
        return fitting[0] if len(fitting) == 1 else None
    return found[0] if found else None


def _kinds(schema: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Types that the schema takes, each with the part of it that says more."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return [(kind, schema)]
    if isinstance(kind, list):
        return [(one, schema) for one in kind if isinstance(one, str)]
    for name in ("anyOf", "oneOf"):
        parts = schema.get(name)
        if isinstance(parts, list):
            return [pair for part in parts if isinstance(part, Mapping) for pair in _kinds(part)]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices and all(isinstance(choice, str) for choice in choices):
        return [("string", schema)]
    return []


def _has_type(value: object, kind: str) -> bool:
    match value:
        case bool():
            return kind == "boolean"
        case int():
            return kind in ("integer", "number")
        case float():
            return kind == "number"
        case str():
            return kind == "string"
        case list():
            return kind == "array"
        case dict():
            return kind == "object"
    return False


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_text(schema: Mapping[str, Any], value: object) -> object:
    match value:
        case bool():
            words = ("true", "yes") if value else ("false", "no")
            return next((word for word in words if word in _choices(schema)), value)
        case int() | float():
            return str(value)
        case str():
            return " ".join(value.split())
    return value


def _as_choice(schema: Mapping[str, Any], value: object) -> object:
    """One of the choices in other letters: `Late` for `late`, `next-day` for `next_day`."""
    choices = _choices(schema)
    if not isinstance(value, str) or not choices or value in choices:
        return value
    bare = _bare(value)
    same = [choice for choice in choices if _bare_choice(choice) == bare]
    return same[0] if len(same) == 1 else value


def _choices(schema: Mapping[str, Any]) -> Sequence[str]:
    choices = schema.get("enum")
    return [choice for choice in choices if isinstance(choice, str)] if isinstance(choices, list) else []


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


@lru_cache(maxsize=4_096)
def _bare_choice(choice: str) -> str:
    """Those of a schema, which come again and again."""
    return _bare(choice)


# ── numbers and switches ─────────────────────────────────────────────────────────────────────────────────────────


def _as_number(value: object, language: str, *, is_whole: bool) -> object:
    if isinstance(value, float) and is_whole and value.is_integer():
        return int(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        return value
    number = _number(_without_currency(_in_ascii(value)), language, is_whole=is_whole)
    if number is None:
        return value
    if not is_whole:
        return number
    return int(number) if float(number).is_integer() else value


def _in_ascii(text: str) -> str:
    """Digits of any script as 0 to 9, one kind of space, minus and apostrophe."""
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    return _SPACES.sub(" ", text.translate(_APOSTROPHES)).strip()


def _without_currency(text: str) -> str:
    """The number of an amount, `$12.50`, `EUR 12,50`, `12.50 euros`: a field for a number takes no currency. Another
    unit may not be left out, since the field may be meant in another one."""
    match = _AMOUNT.fullmatch(text)
    return f"{match['sign'] or match['inner'] or ''}{match['front'] or match['behind']}" if match else text


def _number(text: str, language: str, *, is_whole: bool) -> int | float | None:
    has_point = language in POINT_LANGUAGES
    if _PLAIN.fullmatch(text):
        if _THREES.fullmatch(text) and not has_point:
            # In German `1.200` is twelve hundred for a person and 1.2 for a machine.
            return int(text.replace(".", "")) if is_whole else None
        return float(text) if "." in text else int(text)
    if match := _GROUPED.fullmatch(text):
        return _ungrouped(text, match["mark"], match["point"], is_clear=has_point or is_whole)
    if _EXPONENT.fullmatch(text):
        return float(text)
    if _COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    return number_words(language).get(text.casefold())


def _ungrouped(text: str, mark: str, point: str | None, *, is_clear: bool) -> int | float | None:
    """A number in groups of three, `1,200.50` or `1 200 000`; with `is_clear` one comma alone is no decimal sign."""
    if point == mark or (mark == "," and point is None and text.count(mark) == 1 and not is_clear):
        return None
    plain = text.replace(mark, "")
    return float(plain.replace(",", ".")) if point else int(plain)


def _as_switch(value: object, language: str) -> object:
    if isinstance(value, str):
        return switch_words(language).get(value.strip().casefold(), value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value in (0, 1):
        return value == 1
    return value


# ── lists and blocks ─────────────────────────────────────────────────────────────────────────────────────────────


def _as_list(schema: Mapping[str, Any], value: object, language: str) -> object:
    value = _parsed(value, list)
    items = schema.get("items", {})
    if isinstance(value, list) and len(value) > MOST_VALUES:
        return value
    if isinstance(value, list):
        return [nearly_right(items, entry, language) for entry in value]
    kinds = {kind for kind, _ in _kinds(items)} if isinstance(items, Mapping) else set()
    is_one = isinstance(value, str | int | float) and len(kinds) == 1 and not kinds & {"array", "object"}
    if is_one and not (isinstance(value, str) and re.search(r"[,;\n]", value)):
        # A single thing is a list of one; what may be several things is not guessed at.
        return [nearly_right(items, value, language)]
    return value


def _as_object(schema: Mapping[str, Any], value: object, language: str) -> object:
    value = _parsed(value, dict)
    if not isinstance(value, dict):
        return value
    return fields_of(schema, value, language)


def fields_of(schema: Mapping[str, Any], given: Mapping[str, object], language: str) -> dict[str, object]:
    """The fields of a block by the schema's names. A field with nothing in it is left out where nothing may not be
    said: models leave a field out by writing null."""
    fields = schema.get("properties")
    fields = fields if isinstance(fields, Mapping) else {}
    found: dict[str, object] = {}
    for name, value in _renamed(fields, schema, given).items():
        inner = fields.get(name, {})
        takes_null = isinstance(inner, Mapping) and "null" in [kind for kind, _ in _kinds(inner)]
        if value is None and not takes_null:
            continue
        found[name] = nearly_right(inner, value, language)
    return found


def _renamed(fields: Mapping[str, Any], schema: Mapping[str, Any], given: Mapping[str, object]) -> Mapping[str, object]:
    """`orderId` and `Order ID` are `order_id` where there is no field of that name."""
    if schema.get("additionalProperties") is not False or all(name in fields for name in given):
        return given
    found: dict[str, object] = {}
    by_letters: dict[str, list[str]] = {}
    for field in fields:
        if field not in given:
            by_letters.setdefault(_letters(field), []).append(field)
    for name, value in given.items():
        near = by_letters.get(_letters(name), [])
        found[near[0] if name not in fields and len(near) == 1 and near[0] not in found else name] = value
    return found


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _parsed(value: object, kind: type[list[Any]] | type[dict[str, Any]]) -> object:
    """A list or a block that was written as JSON text."""
    if not isinstance(value, str) or value.strip()[:1] not in ("[", "{"):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, kind) else value
