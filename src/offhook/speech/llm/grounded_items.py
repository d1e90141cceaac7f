"""A list of things with amounts as a caller says it: `two large Margheritas, a small Hawaii and a coke without ice`.

The words are cut where a new thing begins; of each piece the choices are recognised, the number is the amount, and
what is left is the thing itself, when the schema takes any text for it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from offhook.speech.llm.grounded_language import Grammar, Value
from offhook.speech.llm.grounded_schema import Kind, Slot
from offhook.speech.llm.grounded_values import choice, ranked

Item = dict[str, Any]
_SPEAKING: Final = frozenset("item name product article title dish artikel produkt gericht what".split())
PLAIN: Final = ""
"""The key of the thing in a list without blocks."""
MOST_SAME: Final = 99
"""More of one thing are no amount but another number."""


def main_slot(slot: Slot) -> Slot:
    """The one that says what the thing is."""
    texts = [inner for inner in slot.inner if inner.kind in (Kind.CHOICE, Kind.TEXT, Kind.NAME, Kind.CODE)]
    texts = texts or list(slot.inner)
    named = [inner for inner in texts if set(inner.label.split()) & _SPEAKING]
    needed = [inner for inner in texts if inner.required]
    return (named or needed or texts)[0]


def amount_slot(slot: Slot) -> Slot | None:
    """The one that says how many."""
    counts = [inner for inner in slot.inner if inner.kind in (Kind.COUNT, Kind.PEOPLE, Kind.NUMBER)]
    return counts[0] if counts and slot.inner != (counts[0],) else None


def read_items(
    slot: Slot, text: str, grammar: Grammar, *, asked: bool, spent: frozenset[str] = frozenset()
) -> list[Item]:
    """The things that are named, each by its inner fields' names; `spent` stems belong to the wish, to no thing."""
    found: list[Item] = []
    main = main_slot(slot)
    for piece in _pieces(slot, text, grammar):
        item = _item(slot, main, piece, grammar, asked=asked, spent=spent)
        if main.name in item:
            found.append(item)
        elif item and found:
            # "... and one of them small" belongs to what was said before.
            found[-1] = {**found[-1], **{key: value for key, value in item.items() if key not in found[-1]}}
    return found


def _pieces(slot: Slot, text: str, grammar: Grammar) -> Iterator[str]:
    """Cut at commas and ands, and in front of each number or article that stands in the middle."""
    main = main_slot(slot)
    for part in grammar.listed(text):
        words = part.split()
        start = 0
        for i in range(1, len(words)):
            is_number = words[i].isdigit() or grammar.is_article(words[i])
            if is_number and (
                _names_one(main, " ".join(words[start:i]), grammar) or i == _first_number(words, grammar)
            ):
                yield " ".join(words[start:i])
                start = i
        yield " ".join(words[start:])


def _first_number(words: list[str], grammar: Grammar) -> int:
    return next((i for i, word in enumerate(words) if word.isdigit() or grammar.is_article(word)), -1)


def _names_one(main: Slot, text: str, grammar: Grammar) -> bool:
    return bool(ranked(main, text, grammar)) if main.kind is Kind.CHOICE else bool(grammar.stems(text))


def _item(slot: Slot, main: Slot, piece: str, grammar: Grammar, *, asked: bool, spent: frozenset[str]) -> Item:
    words = piece.split()
    numbers = [int(word) for word in words if word.isdecimal() and 0 < int(word) <= MOST_SAME]
    article = any(grammar.is_article(word) for word in words)
    item: Item = {}
    taken: set[str] = set(spent)
    for inner in slot.inner:
        if inner.kind is not Kind.CHOICE:
            continue
        value = choice(inner, piece, grammar)
        if value is not None:
            item[inner.name] = value
            (option,) = ranked(inner, piece, grammar)
            taken |= {stem for name in option.names for stem in grammar.stems(name)}
            # "A four seasons" is one.
            own = [int(word) for word in grammar.figures(option.names[0]).split() if word.isdecimal()]
            numbers = [number for number in numbers if number not in own]
    number = next(iter(numbers), None)
    if main.kind is not Kind.CHOICE and (number is not None or article or (asked and _is_bare(piece, grammar))):
        thing = grammar.thing(piece, taken)
        if thing:
            item[main.name] = thing
    for inner in slot.inner:
        if inner.kind is Kind.SWITCH and set(grammar.stems(inner.label)) <= set(grammar.stems(piece)):
            item[inner.name] = not grammar.is_negated(piece, inner.label)
    amount = amount_slot(slot)
    if amount is not None and (number is not None or main.name in item):
        item[amount.name] = number or 1
    return item


def _is_bare(piece: str, grammar: Grammar) -> bool:
    """True for a thing without a number: it is no name, time or address."""
    is_other = grammar.name(piece, asked=False) or grammar.time(piece, asked=False) or grammar.address(piece)
    return not is_other


def missing(slot: Slot, items: list[Item]) -> tuple[int, Slot] | None:
    """The first thing that lacks a field it needs, and that field."""
    for i, item in enumerate(items):
        for inner in slot.inner:
            if inner.required and inner.name not in item:
                return i, inner
    return None


def merged(slot: Slot, before: list[Item], found: list[Item], *, replaces: bool) -> list[Item]:
    """The list with what was said later: a thing that is already in it gets its new amount, another is added."""
    main, result = main_slot(slot), [dict(item) for item in before]
    amount = amount_slot(slot)
    for item in found:
        same = [i for i, other in enumerate(result) if _same(main, other, item)]
        if not same:
            result.append(item)
        elif replaces or amount is None:
            result[same[-1]] = {**result[same[-1]], **item}
        else:
            fits = [i for i in same if all(result[i].get(key, value) == value for key, value in item.items()
                                           if key != amount.name)]  # fmt: skip
            if fits:
                result[fits[-1]] = {**item, **result[fits[-1]]}
                result[fits[-1]][amount.name] += item[amount.name]
            else:
                result.append(item)
    return result


def without(slot: Slot, items: list[Item], dropped: list[Item]) -> list[Item]:
    """The list without the things that are named."""
    main = main_slot(slot)
    return [item for item in items if not any(_same(main, item, other) for other in dropped)]


def _same(main: Slot, one: Item, other: Item) -> bool:
    return bool(one.get(main.name) == other.get(main.name))


def built(slot: Slot, items: list[Item]) -> list[Any]:
    """As the schema wants it: blocks, or the bare values of a plain list."""
    if slot.inner and not slot.inner[0].path:
        return [item[PLAIN] for item in items]
    return [_nested(slot, item) for item in items]


def _nested(slot: Slot, item: Mapping[str, Value]) -> Item:
    found: Item = {}
    for inner in slot.inner:
        if inner.name in item:
            block = found
            for step in inner.path[:-1]:
                block = block.setdefault(step, {})
            block[inner.name] = item[inner.name]
    return found


def said(slot: Slot, items: list[Item], grammar: Grammar) -> str:
    """The list as it is read back: `2 large Margherita and 1 small Hawaii`."""
    main, amount = main_slot(slot), amount_slot(slot)
    parts = []
    for item in items:
        beside = [grammar.value_said(inner, item[inner.name]) for inner in slot.inner
                  if inner.name in item and inner not in (main, amount)]  # fmt: skip
        number = [str(item[amount.name])] if amount is not None and amount.name in item else []
        parts.append(" ".join([*number, *beside, grammar.value_said(main, item[main.name])]))
    return grammar.joined(parts)
