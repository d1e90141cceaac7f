"""What is kept of one caller or one call, and taking it away: folders of calls, requests, lines of logs.

The other party of a call is its caller: whom a call came from, or whom we called. What cannot be reached from here is
for whoever erases to know: `beyond` names it as far as the records tell.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from offhook import clock
from offhook.call.records.folder import JOURNAL, SUMMARY
from offhook.tools.line_file import REQUESTS_FILE, take_lines

LIVE_DAYS: Final = 1
"""A record without an end is of a call that may be live, for so long."""
_FEWEST_DIGITS: Final = 7
"""Of a number that is looked for in texts: fewer would be found in anything."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose traces are looked for: one of the two is empty."""

    number: str = ""
    """As a person writes it, with its country's code; or an address of SIP."""
    call: str = ""
    """Offhook's id of the call, the carrier's, or the name of its folder."""
    names: frozenset[str] = frozenset()
    """Of calls that are known to be of it from elsewhere, Offhook's ids and the carrier's."""


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call of which something is kept."""

    folder: Path
    call: str
    carrier_call: str
    party: str
    """The number of the other side."""
    started: str
    files: int
    size: int
    is_over: bool
    vendors: frozenset[str]
    """Providers that heard or said something of it."""
    tools: frozenset[str]
    """Tools that were run in it: what they were told is with whoever stands behind them."""
    was_put_through: bool


@dataclass(frozen=True, slots=True)
class Traces:
    """All that was found."""

    calls: tuple[KeptCall, ...]
    unreadable: tuple[Path, ...]
    """Folders of which nobody can tell whose they are."""
    requests: int
    """Lines of `requests.jsonl`."""


def find(data_dir: Path, wanted: Wanted) -> Traces:
    """Look for them. Raises `OSError` for a folder of calls that cannot be read."""
    calls, unreadable = [], []
    for folder in _folders(data_dir / "calls"):
        try:
            head = _head(folder)
        except (OSError, ValueError):
            unreadable.append(folder)
            continue
        if _is_of(folder, head, wanted):
            calls.append(_kept(folder, head))
    requests = take_lines(data_dir / REQUESTS_FILE, _names_any(calls, wanted), keep=True)
    return Traces(tuple(calls), tuple(unreadable), len(requests))


def erase_requests(data_dir: Path, traces: Traces, wanted: Wanted) -> int:
    """Take their lines out of `requests.jsonl`; how many. Raises `OSError`."""
    return len(take_lines(data_dir / REQUESTS_FILE, _names_any(traces.calls, wanted)))


def erase_call(call: KeptCall) -> None:
    """Its folder with all that is in it. Raises `OSError`."""
    shutil.rmtree(call.folder)


def blot_log(log: Path, traces: Traces, wanted: Wanted) -> int:
    """Make every line of a log unreadable that names one of the calls or the number; how many. Raises `OSError`.

    In place and without changing the file's length, so that whoever writes it may go on.
    """
    names = _names(traces.calls, wanted)
    blotted = 0
    with log.open("r+b") as file:
        at = 0
        while line := file.readline():
            if _has_any(line, names):
                text = line.rstrip(b"\r\n")
                file.seek(at)
                file.write(b"-" * len(text))
                file.seek(at + len(line))
                blotted += 1
            at += len(line)
        file.flush()
        os.fsync(file.fileno())
    return blotted


def plain_number(number: str) -> str:
    """The digits of a number without what people write between or before them; an address of SIP as it is."""
    if "@" in number:
        return number.strip().lower().removeprefix("sip:")
    digits = re.sub(r"\D", "", number)
    return digits.removeprefix("00") if not number.strip().startswith("+") else digits


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _folders(calls: Path) -> Iterator[Path]:
    if calls.is_dir():
        yield from sorted(path for path in calls.iterdir() if path.is_dir() and not path.is_symlink())


def _head(folder: Path) -> dict[str, Any]:
    """The journal's first line, or the summary where there is none. Raises `OSError` and `ValueError`."""
    try:
        with (folder / JOURNAL).open("rb") as file:
            head = msgspec.json.decode(file.readline())
    except (OSError, msgspec.MsgspecError, RecursionError):
        head = msgspec.json.decode((folder / SUMMARY).read_bytes())
        head = {**head, "from_number": head.get("from", ""), "to_number": head.get("to", "")}
    if not isinstance(head, dict) or not isinstance(head.get("call"), str):
        raise ValueError("no call")
    return head


def _party(head: dict[str, Any]) -> str:
    return str(head.get("to_number" if head.get("direction") == "outbound" else "from_number", ""))


def _is_of(folder: Path, head: dict[str, Any], wanted: Wanted) -> bool:
    if head["call"] in wanted.names:
        return True
    if wanted.call:
        return wanted.call in (head["call"], head.get("carrier_call"), folder.name)
    return bool(party := _party(head)) and plain_number(party) == plain_number(wanted.number)


def _kept(folder: Path, head: dict[str, Any]) -> KeptCall:
    files = [path for path in folder.rglob("*") if path.is_file()]
    vendors, tools, was_put_through = _handed_on(folder / JOURNAL, head)
    return KeptCall(
        folder=folder,
        call=head["call"],
        carrier_call=str(head.get("carrier_call", "")),
        party=_party(head),
        started=str(head.get("started", "")),
        files=len(files),
        size=sum(path.stat().st_size for path in files),
        is_over=_is_over(folder),
        vendors=vendors,
        tools=tools,
        was_put_through=was_put_through,
    )


def _is_over(folder: Path) -> bool:
    if (folder / SUMMARY).exists():
        return True
    began = clock.stamped(folder.name[:15])
    return began is not None and (clock.wall() - began).days >= LIVE_DAYS


def _handed_on(journal: Path, head: dict[str, Any]) -> tuple[frozenset[str], frozenset[str], bool]:
    """Who else was told something, by the journal as far as it can be read."""
    lines = [head, *_notable(journal)]
    listed = [line["providers"] for line in lines if isinstance(line.get("providers"), dict)]
    labels = [str(label) for providers in listed for labels in providers.values() for label in labels]
    tools = [str(line.get("name", "")) for line in lines if line.get("command") == "RunTool"]
    return (
        frozenset(label.split(" ")[0] for label in labels if label),
        frozenset(tools),
        any(line.get("command") == "TransferCall" for line in lines),
    )


def _notable(journal: Path) -> Iterator[dict[str, Any]]:
    try:
        with journal.open("rb") as file:
            for line in file:
                if b'"RunTool"' in line or b'"TransferCall"' in line or b'"Briefing"' in line:
                    try:
                        yield msgspec.json.decode(line, type=dict[str, Any])
                    except (msgspec.MsgspecError, RecursionError):
                        continue
    except OSError:
        return


# ── lines of files ───────────────────────────────────────────────────────────────────────────────────────────────


def _names(calls: Sequence[KeptCall], wanted: Wanted) -> tuple[re.Pattern[bytes], ...]:
    ids = {name for call in calls for name in (call.call, call.carrier_call) if name}
    ids |= wanted.names
    patterns = [rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])" for name in sorted(ids)]
    plain = plain_number(wanted.number)
    if "@" in plain:
        patterns.append(b"(?i:" + re.escape(plain.encode()) + b")")
    elif plain:
        patterns += [_in_groups(digits) for digits in (plain, _national(plain)) if len(digits) >= _FEWEST_DIGITS]
    return tuple(map(re.compile, patterns))


def _in_groups(digits: str) -> bytes:
    """Behind a plus or two zeros too, but never a part of a longer number."""
    return rb"(?<!\d)(?:00)?" + rb"[ ().\-/]{0,2}".join(b"%c" % digit for digit in digits.encode()) + rb"(?!\d)"


def _national(digits: str) -> str:
    """As it is dialled in its own country; empty when it is no such number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return ""
    return re.sub(r"\D", "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))


def _has_any(line: bytes, names: Sequence[re.Pattern[bytes]]) -> bool:
    return any(name.search(line) for name in names)


def _names_any(calls: Sequence[KeptCall], wanted: Wanted) -> Callable[[bytes], bool]:
    names = _names(calls, wanted)
    return lambda line: _has_any(line, names)
