"""Keeps a long conversation within what a model is asked at once, pure and the same for the same conversation.

What tools have answered is shortened first, from the oldest on; then the oldest messages are left out behind a note. A
call and its answer are never torn apart. What is taken away grows in steps, not with every turn, so that the beginning
of a request stays the same for many turns and a vendor's prompt cache holds it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from offhook.speech.ports import Message, ToolCall

Group = tuple[Message, ...]
"""Messages that stand or fall together."""

BUDGET_CHARS: Final = 80_000
"""About 20,000 tokens: half an hour of talk, beside the system's message."""
STEPS: Final = 5
"""A step is this part of the budget."""
SHORT_RESULT: Final = 300
SHORT_ARGUMENTS: Final = 300
SHORTENED: Final = " ... (shortened to save room)"
LEFT_OUT: Final = "the beginning of this call was left out to save room"


def trimmed(groups: Sequence[Group], budget: int) -> list[Group]:
    """The groups within `budget` characters; from the caller's last turn on they are the last to suffer."""
    kept = list(groups)
    excess = _size(kept) - budget
    if excess <= 0:
        return kept
    step = max(budget // STEPS, 1)
    wanted = -(-excess // step) * step
    last = max((at for at, group in enumerate(kept) if group[0].role == "user"), default=len(kept) - 1)
    older, newest = kept[:last], kept[last:]
    older, wanted = _shorten(older, wanted)
    if wanted > 0:
        sizes = accumulate(map(_size_of, older))
        gone = next((count for count, size in enumerate(sizes, 1) if size >= wanted), len(older))
        older = [(Message("note", LEFT_OUT),), *older[gone:]] if gone else older
    room = budget - _size(older)
    return [*older, *_within(newest, room)]


def _within(newest: list[Group], room: int) -> list[Group]:
    """The last turn and what was done for it: shortened from the oldest on, left out behind the turn, at last cut."""
    newest, _ = _shorten(newest, _size(newest) - room)
    while len(newest) > 2 and _size(newest) > room:
        del newest[1]
    excess = _size(newest) - room
    if excess <= 0:
        return newest
    (first, *rest), *others = newest
    return [(replace(first, text=first.text[: max(len(first.text) - excess, 0)]), *rest), *others]


def _shorten(groups: list[Group], wanted: int) -> tuple[list[Group], int]:
    """The groups with the answers of the oldest tools shortened, and what is still wanted."""
    kept: list[Group] = []
    for at, group in enumerate(groups):
        if wanted <= 0:
            return [*kept, *groups[at:]], wanted
        size = _size_of(group)
        short = tuple(map(_shortened, group)) if size > SHORT_RESULT else group
        saved = size - _size_of(short)
        kept.append(short if saved > 0 else group)
        wanted -= max(saved, 0)
    return kept, wanted


def _shortened(message: Message) -> Message:
    if message.role == "tool" and len(message.text) > SHORT_RESULT + len(SHORTENED):
        return replace(message, text=message.text[:SHORT_RESULT] + SHORTENED)
    if any(len(call.arguments) > SHORT_ARGUMENTS for call in message.tool_calls):
        return replace(message, tool_calls=tuple(map(_short_call, message.tool_calls)))
    return message


def _short_call(call: ToolCall) -> ToolCall:
    """Arguments stay JSON."""
    if len(call.arguments) <= SHORT_ARGUMENTS:
        return call
    return replace(call, arguments=json.dumps({"shortened": call.arguments[: SHORT_ARGUMENTS // 2]}))


def _size(groups: Iterable[Group]) -> int:
    return sum(map(_size_of, groups))


def _size_of(group: Group) -> int:
    size = 0
    for message in group:
        size += len(message.text)
        for call in message.tool_calls:
            size += len(call.name) + len(call.arguments)
    return size
