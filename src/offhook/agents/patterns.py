"""Patterns of an owner's schema, judged by an engine whose time grows with the text and no faster.

Python's own engine tries one way after the other: `^([a-z]+)*$` on thirty letters that a caller chose takes an hour,
and all calls of the process wait for it. Pydantic's core has Rust's engine in it (the crate `regex`), which tries none
twice. What only the other kind of engine can do (looking around, pointing back) is refused when the file is read.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

PATTERN_CHARS: Final = 500
PATTERN_TEXT: Final = 1_000
"""Characters that a pattern looks at: counted repetitions cost a step for each of them and each count."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern is found somewhere in a text of at most `PATTERN_TEXT` characters. Raises `ValueError`."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    if len(pattern) > PATTERN_CHARS:
        raise ValueError(f"the pattern is longer than {PATTERN_CHARS} characters")
    try:
        engine = SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError as error:
        # The last line has the reason; those before it draw the place.
        reason = str(error).strip().splitlines()[-1].strip().removeprefix("error: ")
        raise ValueError(f"the pattern {pattern[:60]!r} cannot be used: {reason[:120]}") from error
    return lambda text: engine.isinstance_python(text[:PATTERN_TEXT])
