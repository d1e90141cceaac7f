"""Parts of lists: `limit` and `after`, the last id of the part before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for."""

    limit: int
    after: str

    @property
    def ask(self) -> int:
        """Rows to ask the store for: one more tells whether something follows."""
        return self.limit + 1

    def next_of(self, rows: Sequence[Any]) -> str | None:
        """The cursor of the next part, given what the store gave for `ask`."""
        return str(rows[self.limit - 1].id) if len(rows) > self.limit else None


def part(
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = MOST,
    after: Annotated[
        str, Query(max_length=40, pattern="^[A-Za-z0-9_]*$", description="`next` of the part before.")
    ] = "",
) -> Part:
    """The dependency."""
    return Part(limit, after)
