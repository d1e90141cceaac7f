"""What a test expects of a call: proposed from one that was, judged on one that was made for it. Pure: no I/O."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from offhook.core.builtin import CORE_TOOLS, HANDOFF, TRANSFER_CALL
from offhook.core.endings import EndReason
from offhook.platform.call_account import Told
from offhook.platform.call_turns import AGENT, Turn

MOST_SAID: Final = 8
"""Proposed."""
LONGEST: Final = 200
STEP_MS: Final = 500
LEAST_GAP_MS: Final = 1_500
PROPOSED_ENDS: Final = frozenset({
    EndReason.CALLER_HUNG_UP, EndReason.CALLER_SAID_GOODBYE, EndReason.CALLER_SILENT, EndReason.AGENT_ENDED,
    EndReason.AGENT_MAX_DURATION,
})  # fmt: skip
_TOOLS: Final = frozenset(CORE_TOOLS) - {TRANSFER_CALL, HANDOFF}
"""Carried out by the conversation, and seen in how it goes on."""
_TELLING: Final = re.compile(r"[$€£]?\d(?:[\w.:/-]|,(?=\d))*(?:\s\d(?:[\w.:/-]|,(?=\d))*)*(?:\s[^\W\d_][\w.]*)?")
"""A number, with the word behind it: `85 dollars`, `10 a.m.`"""


class Expects(StrEnum):
    """The kinds."""

    SAID = "said"
    """The agent says these words somewhere."""
    NOT_SAID = "not_said"
    TOOL = "tool"
    """It calls this tool with these arguments, others beside them do not matter."""
    NO_TOOL = "no_tool"
    ENDS = "ends"
    """The call ends for this reason."""
    GAP = "gap"
    """No reply comes later than so behind the caller's last word."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One of them."""

    kind: Expects
    text: str = ""
    """Words; the name of a tool; the reason of an end."""
    arguments: Mapping[str, Any] | None = None
    most_ms: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Expectation":
        """As the store has it."""
        return cls(Expects(kept["kind"]), kept.get("text", ""), kept.get("arguments"), kept.get("most_ms"))

    def told(self) -> dict[str, Any]:
        """For the store."""
        found: dict[str, Any] = {"kind": self.kind.value}
        if self.text:
            found["text"] = self.text
        if self.arguments is not None:
            found["arguments"] = dict(self.arguments)
        return found if self.most_ms is None else found | {"most_ms": self.most_ms}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one."""

    is_met: bool
    came: str = ""
    """What came in its place, or where it was found; empty: nothing like it."""
    at_ms: int | None = None
    """Where, on the clock of the call."""

    def told(self) -> dict[str, Any]:
        """For the store."""
        return {"is_met": self.is_met, "came": self.came, "at_ms": self.at_ms}


# ── proposing ────────────────────────────────────────────────────────────────────────────────────────────────────


def proposed(told: Told) -> list[Expectation]:
    """What this call would be held to, if it went well: for a person to look through."""
    found = [*_proposed_words(told.turns), *_proposed_tools(told.detail)]
    unkept = [promise for promise in told.promises if promise.kept_by is None]
    found += [Expectation(Expects.NOT_SAID, promise.said[:LONGEST]) for promise in unkept]
    if told.end_reason in PROPOSED_ENDS:
        found.append(Expectation(Expects.ENDS, str(told.end_reason)))
    gaps = [gap for _, gap in _gaps(told.turns)]
    if gaps:
        most_ms = max(LEAST_GAP_MS, -(-round(max(gaps) * 1.5) // STEP_MS) * STEP_MS)
        found.append(Expectation(Expects.GAP, most_ms=most_ms))
    return list({repr(one.told()): one for one in found}.values())


def _proposed_words(turns: Sequence[Turn]) -> list[Expectation]:
    """Numbers with what they count: another model says them in other words, and says them."""
    found = dict[str, Expectation]()
    for turn in turns:
        if turn.role != AGENT or turn.turn == 0:
            continue
        words = [_without_stop(match.group()) for match in _TELLING.finditer(turn.text)]
        telling = next((one for one in words if bare(one) not in found), None)
        if telling is not None:
            found[bare(telling)] = Expectation(Expects.SAID, telling[:LONGEST])
    return list(found.values())[:MOST_SAID]


def _without_stop(words: str) -> str:
    """`85 dollars.` without the end of its sentence; `10 a.m.` as it is."""
    bare_words = words.rstrip(".:/-")
    return words if "." in bare_words.rpartition(" ")[2] else bare_words


def _proposed_tools(detail: Mapping[str, Any]) -> Iterator[Expectation]:
    for tool in detail.get("tools", ()):
        if tool["name"] not in _TOOLS:
            arguments = {name: value for name, value in _read(tool["arguments"]).items() if not _is_hidden(value)}
            yield Expectation(Expects.TOOL, tool["name"], arguments)


def _is_hidden(value: object) -> bool:
    """What was masked, or stands for keys that nobody sees, is another one each time."""
    text = str(value)
    return "***" in text or "{keys-" in text


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────────────────


def judged(expected: Expectation, told: Told) -> Result:
    """Whether the call is as it was to be, and what came."""
    match expected.kind:
        case Expects.SAID | Expects.NOT_SAID:
            return _words(expected, told.turns)
        case Expects.TOOL | Expects.NO_TOOL:
            return _tool(expected, told.detail)
        case Expects.ENDS:
            came = str(told.end_reason or "")
            return Result(came == expected.text, came, round(told.ended_s * 1000))
        case Expects.GAP:
            at_ms, gap = max(_gaps(told.turns), key=lambda one: one[1], default=(None, 0))
            return Result(gap <= (expected.most_ms or 0), str(gap), at_ms)


def _words(expected: Expectation, turns: Sequence[Turn]) -> Result:
    wanted = bare(expected.text)
    said = [turn for turn in turns if turn.role == AGENT and turn.text]
    found = next((turn for turn in said if f" {wanted} " in f" {bare(turn.text)} "), None)
    if expected.kind is Expects.NOT_SAID:
        return Result(found is None, *(_place(found) if found is not None else ()))
    if found is not None:
        return Result(True, *_place(found))
    words = set(wanted.split())
    nearest = max(said, key=lambda turn: len(words & set(bare(turn.text).split())), default=None)
    is_near = nearest is not None and bool(words & set(bare(nearest.text).split()))
    return Result(False, *(_place(nearest) if nearest is not None and is_near else ()))


def _place(turn: Turn) -> tuple[str, int]:
    return turn.text[: 5 * LONGEST], round(turn.at_s * 1000)


def _tool(expected: Expectation, detail: Mapping[str, Any]) -> Result:
    calls = [tool for tool in detail.get("tools", ()) if tool["name"] == expected.text]
    fits = [tool for tool in calls if _holds(expected.arguments or {}, _read(tool["arguments"]))]
    shown = (fits or calls)[:1]
    came = (shown[0]["arguments"][: 5 * LONGEST], round(shown[0]["at_s"] * 1000)) if shown else ("", None)
    return Result(bool(fits) if expected.kind is Expects.TOOL else not fits, *came)


def _read(arguments: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(arguments or "{}")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _holds(wanted: object, given: object) -> bool:
    """`given` has all of `wanted`; texts count as they sound, and a number may be written as text."""
    match wanted, given:
        case dict(), dict():
            return all(name in given and _holds(value, given[name]) for name, value in wanted.items())
        case list(), list():
            return len(wanted) == len(given) and all(map(_holds, wanted, given))
        case (bool(), _) | (_, bool()) | (None, _) | (_, None):
            return wanted is given
        case (dict() | list(), _) | (_, dict() | list()):
            return False
        case _:
            return _plain(wanted) == _plain(given)


def _plain(value: object) -> str:
    try:
        return f"{float(str(value)):g}"
    except ValueError:
        return bare(str(value))


def _gaps(turns: Sequence[Turn]) -> list[tuple[int, int]]:
    """Where each reply began, and how long it was waited for, in milliseconds."""
    return [(round(turn.at_s * 1000), int(turn.latency["gap_ms"])) for turn in turns if turn.latency is not None]


def bare(text: str) -> str:
    """As it sounds: without case and marks. What they part is apart, but `a.m.` is one word and `1.50` one number."""
    whole = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.casefold().replace("_", " "))
    whole = re.sub(r"(?<=\d)[.,](?=\d)", "_", whole)
    whole = re.sub(r"(?<=[^\W\d_])[.'’](?=[^\W\d_])", "", whole)
    return " ".join("".join(sign if sign.isalnum() or sign == "_" else " " for sign in whole).split())
