"""The journal of a call: JSON lines, written as it happens. Its format is a public contract, version 2.

The first line is the header: `{"journal": 2, "call": ..., "agent": ..., "version": ..., "started": ...,
"behaviour": {...}, "script": {...}, ...}`. Every other line has a number, counted from 1 without a gap, and is one of

    {"n": 12, "at": 1.204311, "event": "SpeechStarted", "spurt": 1, "onset_at": 1.1}     an event that was taken
    {"n": 13, "at": 1.204311, "command": "DuckPlayout", ...}                            a command that was given
    {"n": 14, "at": 1.204311, "note": "Briefing", ...}                                  what the core never sees
    {"n": 15, "lost": 3}                                                                lines 15 to 17 are lost

in order; `at` is seconds on the call's clock. A line that ends in `"repaired": true` held something that JSON has no
form for (half of a character, a number that is none): that was replaced. The last line of a whole journal is the note
`Closed`; without one the process ended before the call's record did.
"""

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import msgspec

from offhook import __version__
from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import AnyCommand, Command, EndCall
from offhook.core.endings import EndReason
from offhook.core.events import AnyEvent, Event
from offhook.core.keeping import Kept
from offhook.errors import ConfigurationError

VERSION: Final = 2
"""Goes up when a journal can no longer be read by what was written for the one before."""
DIGEST_CHARS: Final = 16
LONGEST_LINE: Final = 16_000_000
FRONT_LINES: Final = 100
"""Among so many lines the header is looked for."""


class Note(msgspec.Struct, frozen=True, tag=True, tag_field="note"):
    """What the journal is told beside events and commands; the core never sees it."""


class ToolBrief(msgspec.Struct, frozen=True):
    """A tool as the model is told of it; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


class Briefing(Note, frozen=True):
    """What the model of the agent in charge is told beside the history, from here on."""

    agent: str
    system: str
    tools: tuple[ToolBrief, ...] = ()
    providers: dict[str, list[str]] = {}
    """By port; the first does the work, except where a `ProviderSwitched` says otherwise."""
    kept: Kept = Kept()
    """What is kept of the call from here on."""
    variables: dict[str, Any] = {}
    """What was filled in for this call."""
    filled_by: dict[str, str] = {}
    """Who gave it, by name: `call`, `pre_call`, `default`, `built_in`."""


class Closed(Note, frozen=True):
    """The journal is whole: nothing follows."""


AnyNote = Briefing | Closed

CUT_OFF: Final = "cut off"
"""The detail of the end of a call that the process did not wait for any longer."""


def ends_from_outside(command: Command) -> bool:
    """The conversation did not give this: it had a fault, or was cut off."""
    match command:
        case EndCall(reason=EndReason.OFFHOOK_ERROR):
            return True
        case EndCall(reason=EndReason.OFFHOOK_DRAINED, detail=detail):
            return detail == CUT_OFF
    return False


_encode: Final = msgspec.json.Encoder().encode
_decode_event: Final = msgspec.json.Decoder(AnyEvent).decode
_decode_command: Final = msgspec.json.Decoder(AnyCommand).decode
_decode_note: Final = msgspec.json.Decoder(AnyNote).decode
_HEADER_BEGINS: Final = b'{"journal":'
_UNENCODABLE: Final = (ValueError, TypeError, OverflowError, RecursionError, msgspec.MsgspecError)


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a call began with: enough to run it again."""

    journal: int = VERSION
    call: str
    """Offhook's own id of the call."""
    carrier_call: str = ""
    """The carrier's id of it."""
    agent: str
    version: str = __version__
    """Of the Offhook that has written it."""
    digest: str = ""
    """The same for the same rules and numbers: see `digest_of`."""
    started: str
    behaviour: Behaviour
    script: Script
    direction: str = "inbound"
    from_number: str = ""
    to_number: str = ""
    providers: dict[str, list[str]] = {}
    kept: Kept = Kept()
    """What the first agent's owner wants kept: the rest is left out of this journal."""

    def signed(self) -> Self:
        """The same with its digest."""
        return msgspec.structs.replace(self, digest=digest_of(self.behaviour, self.script, self.version))


def digest_of(behaviour: Behaviour, script: Script, version: str = __version__) -> str:
    """The same text for the same behaviour, script and rules, on every machine."""
    parts = (version.encode(), encoded(behaviour)[0], encoded(script)[0])
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:DIGEST_CHARS]


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def header_line(header: Header) -> bytes:
    """The first line. Never raises."""
    return encoded(header)[0] + b"\n"


def line(what: Event | Command | Note, at: float, n: int) -> bytes:
    """Line number `n`. Never raises: what cannot be written is replaced, and the line says so."""
    body, is_repaired = encoded(what)
    tail = b',"repaired":true}\n' if is_repaired else b"}\n"
    return b'{"n":%d,"at":%.6f,' % (n, at) + body[1:-1] + tail


def lost_line(n: int, lost: int) -> bytes:
    """Lines `n` to `n + lost - 1` are lost."""
    return b'{"n":%d,"lost":%d}\n' % (n, lost)


def encoded(what: msgspec.Struct | dict[str, Any]) -> tuple[bytes, bool]:
    """A JSON object, and whether anything in it had to be replaced. Never raises."""
    try:
        body = _encode(what)
    except _UNENCODABLE:
        body = b"null"
    # A number that is none is encoded as null, and would not be read back.
    if b"null" not in body:
        return body, False
    plain, is_repaired = _repaired(msgspec.to_builtins(what, str_keys=True))
    return _encode(plain), is_repaired


def _repaired(value: Any) -> tuple[Any, bool]:
    """Plain data that JSON has a form for, and whether it is another than it was."""
    match value:
        case str():
            # Two halves of one character become it, a half alone the replacement character.
            text = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            return text, text != value
        case float() if not math.isfinite(value):
            return 0.0, True
        case int() if not -(2**63) <= value < 2**64:
            return 0, True
        case dict():
            pairs = [(_repaired(key), _repaired(entry)) for key, entry in value.items()]
            return {key[0]: entry[0] for key, entry in pairs}, any(key[1] or entry[1] for key, entry in pairs)
        case list() | tuple():
            entries = [_repaired(entry) for entry in value]
            return [entry for entry, _ in entries], any(was for _, was in entries)
        case _:
            return value, False


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Line(msgspec.Struct, frozen=True):
    """One line: what was taken, given or noted, and when."""

    at: float
    what: Event | Command | Note
    n: int = 0
    is_repaired: bool = False


class Gap(msgspec.Struct, frozen=True):
    """Lines are missing here, from number `n` on."""

    n: int
    lost: int
    """How many; 0: nobody knows, for nothing that can be read follows."""
    why: str


def read_header(path: Path) -> Header:
    """The first line of a journal. Raises `ConfigurationError`.

    Where the disk had no room for it at first, pieces of it stand before the one that is whole.
    """
    try:
        with path.open("rb") as file:
            heads = [_head(file.readline(LONGEST_LINE)) for _ in range(FRONT_LINES)]
    except OSError as cause:
        raise ConfigurationError(f"cannot be read: {cause.strerror}", file=str(path)) from cause
    expected = f"a journal of version {VERSION}"
    head = next((head for head in heads if head is not None), None)
    if head is None:
        raise ConfigurationError("is not a journal", file=str(path), field="line 1", expected=expected)
    if (found := head.get("journal")) != VERSION:
        version = "no version" if found is None else f"version {found}"
        message = "is not a journal that this Offhook can read"
        raise ConfigurationError(message, file=str(path), field="line 1", found=version, expected=f"version {VERSION}")
    try:
        return msgspec.convert(head, Header)
    except msgspec.MsgspecError as cause:
        raise ConfigurationError(
            "is not a journal", file=str(path), field="line 1", found=str(cause), expected=expected
        ) from cause


def _head(raw: bytes) -> dict[str, Any] | None:
    """A JSON object that stands first, or None."""
    try:
        head = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return head if isinstance(head, dict) else None


def read_lines(path: Path) -> Iterator[Line | Gap]:
    """All lines but the header, and a `Gap` wherever some are missing. Raises `ConfigurationError`.

    Nothing that stands in a journal makes the rest of it unreadable: a line that is none counts as lost. A last line
    that was cut off by a crash is left out.
    """
    try:
        with path.open("rb") as file:
            yield from _lines(file)
    except OSError as cause:
        raise ConfigurationError(f"cannot be read: {cause.strerror}", file=str(path)) from cause


def _lines(file: BinaryIO) -> Iterator[Line | Gap]:
    expected, why = 1, ""
    """The next number, and what is wrong with what stands before it."""
    for place, raw in enumerate(file, start=1):
        if not raw.endswith(b"\n"):
            break
        if raw.startswith(_HEADER_BEGINS):
            why = ""
            continue
        try:
            found = parse_line(raw)
        except (msgspec.MsgspecError, ValueError, KeyError, TypeError, RecursionError) as cause:
            why = why or f"line {place} of the file is not a journal line: {cause}"
            continue
        first, behind = (found.n, found.n + found.lost) if isinstance(found, Gap) else (found.n, found.n + 1)
        if isinstance(found, Gap) and behind > expected:
            yield Gap(expected, behind - expected, why or found.why)
        elif isinstance(found, Line) and first >= expected:
            if first > expected:
                yield Gap(expected, first - expected, why or "numbers are missing")
            yield found
        expected, why = max(expected, behind), ""
    if why:
        yield Gap(expected, 0, why)


def parse_line(raw: bytes) -> Line | Gap:
    """One line of a journal. Raises `msgspec.MsgspecError`, `KeyError`, `TypeError` or `ValueError`."""
    head: dict[str, Any] = msgspec.json.decode(raw)
    n = int(head["n"])
    if "lost" in head:
        return Gap(n, int(head["lost"]), "they could not be written in time")
    return Line(float(head["at"]), _what(head, raw), n, bool(head.get("repaired")))


def _what(head: dict[str, Any], raw: bytes) -> Event | Command | Note:
    decode = _decode_event if "event" in head else _decode_command if "command" in head else _decode_note
    what: Event | Command | Note = decode(raw)
    return what
