"""Paths as they are meant."""

import difflib
from collections.abc import Sequence
from typing import Final

NEAR: Final = 0.6


def canonical(path: str) -> str:
    """A path as it is meant: no slash too much, no space at its ends, small letters."""
    return "/" + "/".join(part for part in path.strip().lower().split("/") if part.strip())


def nearest(path: str, known: Sequence[str]) -> str:
    """The known path that was probably meant: the one with the same end (`/voice`), or the most like it; or none."""
    last = path.rpartition("/")[2]
    same_end = [one for one in known if last and one.rpartition("/")[2] == last]
    if same_end:
        return same_end[0]
    found = difflib.get_close_matches(path[:100], list(known), n=1, cutoff=NEAR)
    return found[0] if found else ""
