"""What differs between two documents of an agent: field by field, and in words."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from offhook.platform.agent_documents import pointer
from offhook.platform.agent_schema import default_at, label_of, unit_of

Place = tuple[str | int, ...]
_MISSING: Final = object()
SHOWN: Final = 80
"""Characters of a value that are told."""
_NAMED: Final = ("name", "id", "type")
"""By these the entries of a list of blocks are known again."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs."""

    pointer: str
    before: Any
    """None: it was not there."""
    after: Any
    """None: it is not there any more."""
    words: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """All that differs, in the order of the document."""
    return list(_compared(dict(before), dict(after), (), ()))


def _compared(before: Any, after: Any, place: Place, said: tuple[str, ...]) -> Iterator[Difference]:
    """`place` points into what is new, `said` is how people call it."""
    if _same(before, after):
        return
    if len(place) == 1:
        before, after = _filled(before, after, place), _filled(after, before, place)
    if isinstance(before, dict) and isinstance(after, dict) and before.get("provider") == after.get("provider"):
        for name in dict.fromkeys((*before, *after)):
            inner = (*place, name)
            yield from _compared(before.get(name, _MISSING), after.get(name, _MISSING), inner, (*said, label_of(name)))
    elif _is_named(before) and _is_named(after):
        yield from _entries(before, after, place, said)
    elif isinstance(before, list) and isinstance(after, list) and _is_plain(before + after):
        yield Difference(pointer(place), before, after, f"{_said(said)}: {_list_words(before, after)}")
    else:
        yield Difference(pointer(place), _plain(before), _plain(after), _words(before, after, place, said))


def _filled(value: Any, other: Any, place: Place) -> Any:
    """What stands for a part of the document that is missing, so that the other side is told field by field."""
    if value is not _MISSING:
        return value
    if isinstance(other, dict) and "provider" not in other:
        return {}
    standing = default_at(place)
    return standing if _is_named(other) and isinstance(standing, list) else value


def _entries(before: list[Any], after: list[Any], place: Place, said: tuple[str, ...]) -> Iterator[Difference]:
    """Blocks of a list, known again by their names."""
    old, new = {_name(one): one for one in before}, {_name(one): one for one in after}
    kind = said[-1].removesuffix("s") if said else "entry"
    for name, value in old.items():
        if name not in new:
            at = (*place, before.index(value))
            yield Difference(pointer(at), value, None, f"the {kind} {name} was taken out")
    for index, value in enumerate(after):
        name = _name(value)
        at = (*place, index)
        if name not in old:
            yield Difference(pointer(at), None, value, f"the {kind} {name} was added")
        else:
            yield from _compared(old[name], value, at, (*said[:-1], f"{kind} {name}"))
    kept_before, kept_after = [n for n in old if n in new], [n for n in new if n in old]
    if kept_before != kept_after:
        yield Difference(pointer(place), list(old), list(new), f"{_said(said)} stand in another order")


def _is_named(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return isinstance(value, list)
    names = [_name(one) for one in value]
    return all(names) and len(set(names)) == len(names)


def _name(entry: Any) -> str:
    if not isinstance(entry, dict):
        return ""
    return next((str(entry[key]) for key in _NAMED if isinstance(entry.get(key), str)), "")


def _is_plain(values: list[Any]) -> bool:
    return all(not isinstance(value, dict | list) for value in values)


def _list_words(before: list[Any], after: list[Any]) -> str:
    gone = [_shown(one) for one in before if one not in after]
    come = [_shown(one) for one in after if one not in before]
    parts = [f"{', '.join(come[:5])}{_more(come)} added"] if come else []
    parts += [f"{', '.join(gone[:5])}{_more(gone)} taken out"] if gone else []
    return "; ".join(parts) or "another order"


def _more(values: list[str]) -> str:
    return f" and {len(values) - 5} more" if len(values) > 5 else ""


def _words(before: Any, after: Any, place: Place, said: tuple[str, ...]) -> str:
    name, unit = _said(said), unit_of(place)
    if _is_long(before) and _is_long(after):
        return f"{name} changed: {_text_words(before, after)}"
    if before is _MISSING:
        standing = default_at(place)
        was = f" (before: {_shown(standing)}{unit}, by default)" if standing not in (None, "", [], {}) else ""
        return f"{name} was set to {_shown(after)}{unit}{was}"
    if after is _MISSING:
        standing = default_at(place)
        now = f", now {_shown(standing)}{unit} by default" if standing not in (None, "", [], {}) else ""
        return f"{name} was taken out (it was {_shown(before)}{unit}{now})"
    if isinstance(before, dict) and isinstance(after, dict) and "provider" in before and "provider" in after:
        return f"{name} went from {before['provider']} to {after['provider']}"
    return f"{name} went from {_shown(before)} to {_shown(after)}{unit}"


def _text_words(before: str, after: str) -> str:
    """How two texts of several lines or sentences differ."""
    old, new = before.splitlines(), after.splitlines()
    changes = [line for line in difflib.ndiff(old, new) if line[:2] in ("+ ", "- ")]
    come, gone = sum(line[0] == "+" for line in changes), sum(line[0] == "-" for line in changes)
    first = next((line[2:] for line in changes if line[0] == "+" and line[2:].strip()), "")
    told = f"{come} line{'' if come == 1 else 's'} new, {gone} gone"
    return f"{told}; new: {_shown(first)}" if first else told


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and ("\n" in value or len(value) > SHOWN)


def _said(said: tuple[str, ...]) -> str:
    return ": ".join(said) or "the document"


def _same(before: Any, after: Any) -> bool:
    """True and 1 are not the same here, 1 and 1.0 are."""
    return before is after or (before == after and isinstance(before, bool) == isinstance(after, bool))


def _plain(value: Any) -> Any:
    return None if value is _MISSING else value


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:g}"
        case str():
            one = " ".join(value.split())
            return f"'{one if len(one) <= SHOWN else one[: SHOWN - 3] + '...'}'"
        case dict():
            return str(value.get("provider") or value.get("name") or "a block")
        case list():
            return (
                f"a list of {len(value)}" if len(value) > 3 or not _is_plain(value) else ", ".join(map(_shown, value))
            )
        case _:
            return str(value)[:SHOWN]
