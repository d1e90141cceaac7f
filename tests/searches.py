"""How far searches by chance go: a part of each with `make test`, the whole of each where `OFFHOOK_SEARCHES=whole`.

Continuous integration runs the whole. A part begins with the same seeds, so that what it finds is found again.
"""

import os
from typing import Final

PART: Final = 10
"""One in so many."""
IS_WHOLE: Final = os.environ.get("OFFHOOK_SEARCHES", "") == "whole"


def of(whole: int) -> int:
    """How many of so many are tried."""
    return whole if IS_WHOLE else max(1, whole // PART)
