"""Gaps counted by length, so that those of a million calls add up: each count is a column.

A percentile of counts is an estimate: it lies in the right step of length, a sixth wide, and is put between its ends.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from offhook.store.tables.insight import GAP_BUCKETS

LEAST_MS: Final = 100.0
STEP: Final = 1.2
EDGES_MS: Final = tuple(LEAST_MS * STEP**number for number in range(GAP_BUCKETS - 1))
"""Where one step ends and the next begins: 0.1 s to 5.5 s. What is longer stands in the last."""
LONGEST_MS: Final = EDGES_MS[-1] * STEP


def counted(gaps_ms: Iterable[int]) -> list[int]:
    """How many gaps each step has."""
    counts = [0] * GAP_BUCKETS
    for gap in gaps_ms:
        counts[sum(gap >= edge for edge in EDGES_MS)] += 1
    return counts


def percentile(counts: Sequence[int], share: float) -> int | None:
    """About so long were so many of them at most, in milliseconds; None of none."""
    total = sum(counts)
    if not total:
        return None
    wanted, below = share * total, 0.0
    for number, count in enumerate(counts):
        if count and below + count >= wanted:
            begin = EDGES_MS[number - 1] if number else 0.0
            end = EDGES_MS[number] if number < len(EDGES_MS) else LONGEST_MS
            return round(begin + (end - begin) * (wanted - below) / count)
        below += count
    return round(LONGEST_MS)
