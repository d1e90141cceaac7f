"""What a tool gave, as speech: a text as it is, of a JSON document its fields in words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_schema import tokens

LONGEST_SAID: Final = 320
"""Characters: nobody keeps more of an answer in mind."""
MOST_FIELDS: Final = 8
MOST_OF_LIST: Final = 5
DEEPEST: Final = 3
_TEXTS: Final = ("message", "text", "summary", "answer", "speech", "nachricht", "detail")
"""A field of such a name is written to be read: it is said alone."""
_GOOD: Final = ("ok", "success", "successful", "succeeded")
_BAD: Final = ("error", "errors", "fehler")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(?::\d{2})?")


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool's answer says."""

    text: str
    failed: bool = False
    """The tool ran, and its answer says that it could not do it."""


def told(result: str, given: Mapping[str, Any], language: Language) -> Told:
    """The answer in words; what only repeats the arguments `given` is left out."""
    text = result.strip()
    if text[:1] not in ("{", "["):
        return Told("" if text.startswith("done (") else _cut(text))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # It was cut for being too long: half a document is no answer.
        return Told("")
    if isinstance(document, dict):
        failed = any(document.get(name) is False for name in _GOOD) or any(document.get(name) for name in _BAD)
        if failed:
            reason = next((document[name] for name in (*_BAD, *_TEXTS) if isinstance(document.get(name), str)), "")
            return Told(_cut(str(reason)), failed=True)
        for name in _TEXTS:
            if isinstance(document.get(name), str) and " " in document[name].strip():
                return Told(_cut(document[name].strip()))
    repeated = {json.dumps(value, sort_keys=True) for value in given.values()}
    return Told(_cut(_document(document, repeated, language)))


def _document(document: Any, repeated: set[str], language: Language) -> str:
    if isinstance(document, list):
        return _list(document, language, 0)
    if not isinstance(document, dict):
        return str(document)
    fields = []
    for name, value in document.items():
        if name in _GOOD or value in (None, "", [], {}) or json.dumps(value, sort_keys=True) in repeated:
            continue
        if said := _value(value, language, 0):
            label = " ".join(tokens(name))
            fields.append(f"{label[:1].upper()}{label[1:]}: {said.rstrip('.')}.")
    return " ".join(fields[:MOST_FIELDS])


def _value(value: Any, language: Language, depth: int) -> str:
    match value:
        case bool():
            return language.sentences.yes if value else language.sentences.no
        case dict() if depth < DEEPEST:
            pairs = [f"{' '.join(tokens(name))} {said}" for name, inner in value.items()
                     if (said := _value(inner, language, depth + 1))]  # fmt: skip
            return ", ".join(pairs[:MOST_FIELDS])
        case list() if depth < DEEPEST:
            return _list(value, language, depth)
        case str():
            return _text(value.strip(), language)
        case int() | float():
            return str(value)
    return ""


def _list(values: list[Any], language: Language, depth: int) -> str:
    if values and all(isinstance(value, dict) for value in values):
        said = [", ".join(filter(None, (_value(inner, language, depth + 2) for inner in value.values())))
                for value in values]  # fmt: skip
        return "; ".join(said[:MOST_OF_LIST])
    return language.grammar.joined([_value(value, language, depth + 1) for value in values][:MOST_OF_LIST])


def _text(text: str, language: Language) -> str:
    if match := _DAY.fullmatch(text):
        day = language.grammar.day_spoken(match[1])
        return f"{day}, {language.grammar.time_spoken(match[2])}" if match[2] else day
    if _CLOCK.fullmatch(text):
        return language.grammar.time_spoken(text[:5])
    # `out_for_delivery` is a machine's word for it; `AB_12` is a name.
    return text.replace("_", " ") if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", text) else text


def _cut(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_SAID:
        cut = max(text.rfind(". ", 0, LONGEST_SAID), text.rfind("; ", 0, LONGEST_SAID))
        text = text[: cut + 1] if cut > 0 else text[: text.rfind(" ", 0, LONGEST_SAID)]
        text = text.rstrip(";, ")
    text = text[:1].upper() + text[1:]
    return f"{text}." if text and text[-1] not in ".!?" else text
