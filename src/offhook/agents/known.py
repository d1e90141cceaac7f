"""What an agent knows, and where it stands: as much of it as fits in the system message, the rest is searched per turn.

The cut is after whole facts in the order of the owner's files, so that the same files give the same bytes and a model's
prompt cache holds them. Facts stand under their headings: "Eggs 12" means nothing without "Brunch (Sundays only)".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from offhook.speech.ports import Fact

KNOWLEDGE_CHARS: Final = 24_000
"""About 6000 tokens: more makes every reply slower, and what is at the end is read badly."""
MOST_KNOWLEDGE_CHARS: Final = 400_000
BETWEEN_HEADINGS: Final = " > "


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each fact stands."""

    text: str
    """What goes into the system message, a line for each fact and each change of headings."""
    told: int
    """The first so many facts stand in it."""
    searched: int
    """So many do not."""
    next_source: str = ""
    """File and headings of the first that does not."""


def placed(facts: Sequence[Fact], room: int) -> Placed:
    """Put as many of the facts as fit into `room` characters."""
    lines: list[str] = []
    before: Fact | None = None
    for told, fact in enumerate(facts):
        added = list(_lines(fact, before))
        room -= sum(len(line) + 1 for line in added)
        if room < 0:
            return Placed("\n".join(lines), told, len(facts) - told, fact.source)
        lines += added
        before = fact
    return Placed("\n".join(lines), len(facts), 0)


def by_itself(fact: Fact) -> str:
    """A fact as a model understands it without its neighbours."""
    return ": ".join(part for part in (BETWEEN_HEADINGS.join(fact.headings), _said(fact)) if part)


def _lines(fact: Fact, before: Fact | None) -> Iterator[str]:
    is_first = before is None and not fact.headings
    if not is_first and (before is None or _group(fact) != _group(before)):
        yield _group(fact)
    yield f"- {_said(fact)}"


def _group(fact: Fact) -> str:
    """The headings; the file's name where there is none, or its facts would stand under those of the one before it."""
    return BETWEEN_HEADINGS.join(fact.headings) or fact.source


def _said(fact: Fact) -> str:
    return " ".join(f"{fact.question} {fact.text}".split())
