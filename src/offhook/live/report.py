"""The report of a live day, for people and for programs. It can be attached to an issue: no key, number or path."""

import json
import platform
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from offhook import __version__, clock
from offhook.call.boundary import HIDDEN, Mask
from offhook.live.question import Result, Verdict

MARKS: Final = {
    Verdict.AS_EXPECTED: "✓",
    Verdict.DIFFERENT: "≠",
    Verdict.FAILED: "✗",
    Verdict.NOT_ANSWERED: "?",
    Verdict.NOT_ASKED: "–",
    Verdict.BY_HAND: "☎",
}
_PRIVATE: Final = re.compile(r"\b(?:AC|SK|CA|RE|PN)[0-9a-f]{32}\b|\+[1-9][0-9]{6,14}\b")
"""Twilio's ids, and telephone numbers."""


def as_document(results: Sequence[Result], dollars: float, mask: Mask) -> dict[str, Any]:
    """For JSON."""
    found = {
        "offhook": __version__,
        "day": clock.wall().date().isoformat(),
        "python": platform.python_version(),
        "dollars": round(dollars, 4),
        "verdicts": {verdict.value: count for verdict, count in counted(results).items()},
        "questions": [result.document() for result in results],
    }
    safe: dict[str, Any] = json.loads(private(json.dumps(found, ensure_ascii=False), mask))
    return safe


def as_markdown(results: Sequence[Result], dollars: float, mask: Mask) -> str:
    """For people: a line of figures, and a table for each vendor."""
    day = clock.wall().date().isoformat()
    lines = [f"# Live day of {day}", "", f"Offhook {__version__}, {summary(results, dollars)}.", ""]
    for vendor in dict.fromkeys(result.vendor for result in results):
        lines += [
            f"## {vendor}",
            "",
            "| | question | asked | expected | came | s | $ |",
            "| - | - | - | - | - | - | - |",
        ]
        for one in (result for result in results if result.vendor == vendor):
            cells = (
                f"{MARKS[one.verdict]} {one.verdict}", f"`{one.name}` {one.text}", one.asked, one.expected, one.came,
                f"{one.took_s:.1f}", f"{one.dollars:.4f}",
            )  # fmt: skip
            lines.append(f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |")
        lines.append("")
    return private("\n".join(lines), mask)


def summary(results: Sequence[Result], dollars: float) -> str:
    """How many came out how, and what it cost."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in counted(results).items())
    return f"{counts}; at most ${dollars:.3f}"


def counted(results: Sequence[Result]) -> dict[Verdict, int]:
    """How many came out how, only those that did."""
    found = Counter(result.verdict for result in results)
    return {verdict: found[verdict] for verdict in Verdict if found[verdict]}


def private(text: str, mask: Mask) -> str:
    """The text without keys, Twilio's ids and telephone numbers."""
    return _PRIVATE.sub(HIDDEN, mask(text))
