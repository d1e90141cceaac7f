"""Judges arguments by a JSON schema within bounds: neither a schema of somebody else nor what a caller has a model
write stops the event loop.

Each keyword that is looked at is a step, and steps are counted. Patterns are found by a linear engine
(`agents.patterns`), and equal entries of a list by their text, not each against each.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from offhook.agents.patterns import PATTERN_TEXT, compiled

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MOST_STEPS: Final = 5_000
"""A tool with ten fields takes some thirty; so many take less than 50 ms."""
_steps: Final[ContextVar[int]] = ContextVar("steps")


class _TooMuch(Exception):
    """More steps than `MOST_STEPS`."""


def first_error(schema: Mapping[str, Any], values: object) -> "ValidationError | None":
    """The rule that is broken and says most; None when all hold. Raises `ValueError` in words that follow a name."""
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    token = _steps.set(0)
    try:
        # An empty registry: a schema's references are never fetched.
        found: ValidationError | None = best_match(_validator()(schema, registry=Registry()).iter_errors(values))
        return found
    except (Unresolvable, RecursionError) as cause:
        raise ValueError("cannot be used: its own schema is broken") from cause
    except _TooMuch as cause:
        raise ValueError("cannot judge so many values: give fewer") from cause
    finally:
        _steps.reset(token)


@cache
def _validator() -> Any:
    # 150 ms: only who has such a tool pays for it.
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    own = {"pattern": _pattern, "uniqueItems": _unique_items}
    keywords = {**Draft202012Validator.VALIDATORS, **own}
    counted = {name: _counted(judge) for name, judge in keywords.items()}
    return extend(Draft202012Validator, counted)  # type: ignore[no-untyped-call]


def _counted(judge: Callable[..., Any]) -> Callable[..., Iterator["ValidationError"]]:
    def counted(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator["ValidationError"]:
        # A choice is compared with each, a list of needed names looked through.
        steps = _steps.get() + (1 + len(wanted) // 8 if isinstance(wanted, list) else 1)
        if steps > MOST_STEPS:
            raise _TooMuch
        _steps.set(steps)
        yield from judge(validator, wanted, instance, schema) or ()

    return counted


def _pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator["ValidationError"]:
    from jsonschema.exceptions import ValidationError

    if not isinstance(instance, str):
        return
    if len(instance) > PATTERN_TEXT:
        yield ValidationError(f"at most {PATTERN_TEXT} characters are taken where a pattern is asked for")
    elif not compiled(wanted)(instance):
        yield ValidationError(f"{instance[:60]!r} does not match {wanted!r}")


def _unique_items(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator["ValidationError"]:
    from jsonschema.exceptions import ValidationError

    if wanted and isinstance(instance, list):
        texts = {json.dumps(entry, sort_keys=True) for entry in instance}
        if len(texts) < len(instance):
            yield ValidationError("an entry stands twice")
