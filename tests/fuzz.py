"""Spoils a vendor's stream in every way that a wire, a bug or a new version can: seeded, and it says where it began.

A test gives the messages as the vendor would have sent them, and gets a `Case`: the messages as they arrive now, and
how many at the front are still as they were (`clean`). Whatever those say must not be lost, whatever follows may be
refused with a `ProviderError` and nothing else:

    for case in cases(2_000, MESSAGES):
        with case.told():                  # the seed and the faults stand under whatever fails inside
            heard = feed(decoder, case.frames)
            assert heard.startswith(words(MESSAGES[: case.clean]))

A message is a JSON document or binary audio. What a frame becomes on the wire (an event of SSE, a websocket frame) is
the test's part; `pieces` cuts bytes anywhere, also inside of a letter.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Document = dict[str, Any]
Message = Document | bytes
Place = tuple[Any, Any]
"""A container of a document, and a key or an index of it."""

HUGE_CHARS: Final = 300_000
"""More than any bound of ours on one field or event."""
DEEP: Final = 3_000
"""Lists in lists: more than a parser that calls itself can take."""


class Fault(StrEnum):
    """What befalls a stream; all but the last five befall one document."""

    NULL = "null"
    MISSING = "missing"
    UNKNOWN = "unknown"
    WRONG_TYPE = "wrong type"
    ODD_TEXT = "odd text"
    HUGE = "huge"
    DEEP = "deep"
    CUT_SHORT = "cut short"
    NOT_JSON = "not JSON"
    BAD_UTF8 = "bad UTF-8"
    FLIPPED = "flipped"
    SWAPPED = "swapped"
    DOUBLED = "doubled"
    DROPPED = "dropped"
    STRANGER = "stranger"
    ENDED = "ended"


HARMLESS: Final = frozenset({Fault.UNKNOWN})
"""Nothing at all may be lost: vendors add fields as they like."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A message as it arrives."""

    payload: bytes
    is_text: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One spoiled stream."""

    seed: int
    faults: tuple[Fault, ...]
    frames: tuple[Frame, ...]
    clean: int
    """So many frames at the front are as the vendor sent them."""

    @property
    def is_harmless(self) -> bool:
        """Everything that was sent must be understood."""
        return HARMLESS.issuperset(self.faults)

    def chance(self) -> random.Random:
        """For what the test itself draws: the same each time."""
        return random.Random(self.seed)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Names the case under whatever is raised inside."""
        try:
            yield
        except BaseException as error:
            error.add_note(f"seed {self.seed}, {', '.join(self.faults)}, clean {self.clean}: {_short(self.frames)}")
            raise


def cases(count: int, messages: Sequence[Message], first_seed: int = 0, most_faults: int = 3) -> Iterator[Case]:
    """So many spoiled streams; every fault is the first one of some, in turn."""
    kinds = tuple(Fault)
    for seed in range(first_seed, first_seed + count):
        yield case(seed, messages, kinds[seed % len(kinds)], most_faults)


def case(seed: int, messages: Sequence[Message], first: Fault, most_faults: int = 3) -> Case:
    """The stream of that seed: `first` befalls it, and up to two others."""
    chance = random.Random(seed)
    faults = [first]
    # One alone is half of all: what two together do may hide what one does.
    if chance.random() < 0.5:
        faults += chance.choices(tuple(Fault), k=chance.randint(0, most_faults - 1))
    stream = _Stream(chance, messages)
    for fault in faults:
        stream.spoil(fault)
    return Case(seed, tuple(faults), tuple(stream.frames), stream.clean)


def pieces(chance: random.Random, data: bytes) -> list[bytes]:
    """The bytes as a network may hand them over: whole, one by one, or cut anywhere."""
    way = chance.randrange(60)
    if way < 20 or len(data) < 2:
        return [data]
    if way == 20 and len(data) < 4_000:
        # Seldom: it takes far longer than all others.
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted(chance.sample(range(1, len(data)), min(len(data) - 1, chance.randint(1, 12))))
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def places(document: Any) -> list[Place]:
    """Every field and every entry, however deep."""
    found: list[Place] = []
    waiting = [document]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                waiting.append(container[key])
    return found


class _Stream:
    """The frames, while they are being spoiled."""

    def __init__(self, chance: random.Random, messages: Sequence[Message]) -> None:
        self._chance = chance
        self.frames = [_frame(message) for message in messages]
        self.clean = len(self.frames)

    def spoil(self, fault: Fault) -> None:
        """Let it befall the stream; a fault that finds nothing to spoil does nothing."""
        if not self.frames:
            return
        at = self._chance.randrange(len(self.frames))
        if fault in _IN_DOCUMENT:
            self._document(at, _IN_DOCUMENT[fault])
        elif fault in _IN_BYTES:
            frame = self.frames[at]
            self._put(at, Frame(_IN_BYTES[fault](self._chance, frame.payload), frame.is_text))
        else:
            self._order(at, fault)

    def _put(self, at: int, *frames: Frame, instead_of: int = 1) -> None:
        self.frames[at : at + instead_of] = frames
        self.clean = min(self.clean, at)

    def _document(self, at: int, change: Callable[[random.Random, Place], None]) -> None:
        frame = self.frames[at]
        try:
            document = json.loads(frame.payload)
        except (ValueError, RecursionError):
            return  # Binary, or spoiled already.
        found = places(document) if isinstance(document, dict | list) else []
        if found:
            change(self._chance, self._chance.choice(found))
            self._put(at, Frame(_bytes(document), frame.is_text))

    def _order(self, at: int, fault: Fault) -> None:
        chance = self._chance
        match fault:
            case Fault.SWAPPED:
                other = chance.randrange(len(self.frames))
                first, second = sorted((at, other))
                moved = self.frames[first], self.frames[second]
                self.frames[second], self.frames[first] = moved
                self.clean = min(self.clean, first)
            case Fault.DOUBLED:
                # Itself, where it stands or later.
                self._put(chance.randint(at + 1, len(self.frames)), self.frames[at], instead_of=0)
            case Fault.DROPPED:
                self._put(at)
            case Fault.STRANGER:
                strangers = (_bytes({"type": "news_of_2031", "data": {"text": None}}), b"[]", b"null", b'""', b"")
                self._put(at, Frame(chance.choice(strangers)), instead_of=0)
            case Fault.ENDED:
                self._put(at, instead_of=len(self.frames))


def _null(_: random.Random, place: Place) -> None:
    container, key = place
    container[key] = None


def _missing(_: random.Random, place: Place) -> None:
    container, key = place
    del container[key]


def _unknown(chance: random.Random, place: Place) -> None:
    container, _ = place
    if isinstance(container, dict):
        container[f"new_{chance.randrange(1000)}"] = _value(chance)


def _wrong_type(chance: random.Random, place: Place) -> None:
    container, key = place
    was = type(container[key])
    values = (value for _ in iter(int, 1) if type(value := _value(chance)) is not was)
    container[key] = next(values)


def _odd_text(chance: random.Random, place: Place) -> None:
    container, key = place
    container[key] = chance.choice(ODD_TEXTS)


def _huge(chance: random.Random, place: Place) -> None:
    container, key = place
    container[key] = chance.choice(("x" * HUGE_CHARS, [0] * 50_000, 10**300, -(10**300)))


def _deep(_: random.Random, place: Place) -> None:
    container, key = place
    container[key] = DEEP_MARK


def _value(chance: random.Random) -> Any:
    return chance.choice((None, True, 0, -1, 7, 2**70, 0.5, 1e308, "", "text", "12", [], [None], ["a"], {}, {"a": 1}))


def _cut_short(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _not_json(chance: random.Random, data: bytes) -> bytes:
    tails = (data + b"}", data[1:], b"<html>busy</html>", b"NaN", data.replace(b'"', b"'"), b"\xef\xbb\xbf" + data)
    return chance.choice(tails)


def _bad_utf8(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f")) + data[at:]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if spoiled:
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


_IN_DOCUMENT: Final[dict[Fault, Callable[[random.Random, Place], None]]] = {
    Fault.NULL: _null,
    Fault.MISSING: _missing,
    Fault.UNKNOWN: _unknown,
    Fault.WRONG_TYPE: _wrong_type,
    Fault.ODD_TEXT: _odd_text,
    Fault.HUGE: _huge,
    Fault.DEEP: _deep,
}
_IN_BYTES: Final[dict[Fault, Callable[[random.Random, bytes], bytes]]] = {
    Fault.CUT_SHORT: _cut_short,
    Fault.NOT_JSON: _not_json,
    Fault.BAD_UTF8: _bad_utf8,
    Fault.FLIPPED: _flipped,
}
ODD_TEXTS: Final = (
    "", " ", "\n\n", "\r\ndata: x\n\n", "\x00", "\ud800", "\udfff x", "\u2028", "NaN", "-1", "1e999", "²", "é" * 70_000,
    "=", "====", "AA", "A" * 7, "[DONE]", "error",
)  # fmt: skip
"""Among them a lone half of a letter, the signs between events, and what is no base64."""
DEEP_MARK: Final = "<deep>"


def _frame(message: Message) -> Frame:
    return Frame(message, is_text=False) if isinstance(message, bytes) else Frame(_bytes(message))


def _bytes(document: Any) -> bytes:
    # Python's own writer would call itself as deep.
    return json.dumps(document).replace(f'"{DEEP_MARK}"', "[" * DEEP + "]" * DEEP).encode()


def _short(frames: Sequence[Frame]) -> str:
    return " | ".join(repr(frame.payload[:300])[2:-1] for frame in frames)[:4_000]
