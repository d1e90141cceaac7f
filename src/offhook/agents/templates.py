"""Texts of the owner with `{variables}` in them, as tools use them for addresses, bodies and results.

A variable is a name or a path of names: `{order_id}`, `{call.caller}`, `{items.0.price}`; a variable of the agent,
which is filled in for each call, has two braces: `{{customer}}`. Any other brace is refused,
so that a misspelt variable is found when the file is read and not when a caller waits.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

CALL_FACTS: Final = ("call.id", "call.caller", "call.agent")
"""What a template may say of the call, beside the tool's own arguments."""
CALL_VARIABLES: Final = "call.variables."
"""`{{name}}`, a variable of the agent, is `{call.variables.name}` here."""
_OF_CALL: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_]{0,39})\s*\}\}")
_VARIABLE: Final = re.compile(r"\{([A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)\}")


def variables(template: str) -> list[str]:
    """The names in order. Raises `ValueError` for a brace that belongs to none."""
    template = unified(template)
    rest = _VARIABLE.sub("", template)
    if "{" in rest or "}" in rest:
        raise ValueError("a variable is a name in braces, such as {order_id}; there is another brace")
    return _VARIABLE.findall(template)


def unified(template: str) -> str:
    """The template with the agent's variables written as all others are."""
    return _OF_CALL.sub(lambda match: f"{{{CALL_VARIABLES}{match[1]}}}", template)


def check_variables(template: str, known: Iterable[str]) -> None:
    """Raises `ValueError` that names the variable which is none of `known`."""
    allowed = (*known, *CALL_FACTS)
    for name in variables(template):
        if name not in allowed and not (name.startswith(CALL_VARIABLES) and f"{{{name}}}" not in template):
            raise ValueError(f"{{{name}}} is no parameter of this tool; there are: {', '.join(allowed)}")


def render(template: str, value: Callable[[str], str]) -> str:
    """The text with each variable replaced; what is put in is not looked at again."""
    return _VARIABLE.sub(lambda match: value(match[1]), unified(template))


def texts_of(node: Any) -> Iterator[str]:
    """Every text inside a block, however deep; not its field names."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for inner in node.values():
            yield from texts_of(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from texts_of(inner)


def render_block(node: Any, value: Callable[[str], Any]) -> Any:
    """The block with its variables replaced. A text that is one variable and nothing else takes the value's type."""
    if isinstance(node, str):
        node = unified(node)
        whole = _VARIABLE.fullmatch(node)
        return value(whole[1]) if whole else render(node, lambda name: as_text(value(name)))
    if isinstance(node, dict):
        return {name: render_block(inner, value) for name, inner in node.items()}
    if isinstance(node, list | tuple):
        return [render_block(inner, value) for inner in node]
    return node


def as_text(value: Any) -> str:
    """A value as it stands in an address or a sentence; nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
