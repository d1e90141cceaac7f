"""How a plain value of YAML is read: by the core schema of YAML 1.2 (10.3.2), and never as something less than what its
owner typed.

PyYAML reads by YAML 1.1, where `NO` is false, `9:30` is 570 and `2024-05-01` is a day. Two departures from the core
schema: a number that begins with a zero (`01234`) or with a plus (`+15550100200`) is a code or a telephone number, and
stays text. A block's names are text, whatever they look like.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

NULL: Final = re.compile(r"~|null|Null|NULL|")
SWITCH: Final = re.compile(r"true|True|TRUE|false|False|FALSE")
WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
FRACTION: Final = re.compile(
    r"-?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
LONGEST_NUMBER: Final = 1_000
"""Digits: Python reads no more than a few thousand, and nobody means a number by them."""

_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final = (("null", NULL), ("bool", SWITCH), ("int", WHOLE), ("float", FRACTION))
_FIRST: Final = "~nNtTfF-+.0123456789"
"""First characters of what is not text; an empty value has none."""


class CoreLoader(yaml.SafeLoader):
    """A loader that knows the core schema and nothing else; a value that cannot be meant as a number is text."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge keys are of YAML 1.1: nothing is merged. A block's names are what stands there."""
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = f"{_TAG}str"


def parse(text: str | bytes) -> Any:
    """The values of a document of one's own. Raises `yaml.YAMLError`, `ValueError`, `RecursionError`."""
    loader = CoreLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class CoreDumper(yaml.SafeDumper):
    """Writes what `CoreLoader` reads back as it was: a text that it would take for a number is put in quotes."""


def _resolvers(before: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """PyYAML's table by first characters, with the core's rules behind those that stood in it before."""
    table = {first: list(rules) for first, rules in before.items()}
    for kind, pattern in _KINDS:
        whole = re.compile(rf"(?:{pattern.pattern})\Z")
        for first in ("", *_FIRST):
            table.setdefault(first, []).append((f"{_TAG}{kind}", whole))
    return table


def _whole_number(loader: CoreLoader, node: yaml.ScalarNode) -> int | str:
    text = str(loader.construct_scalar(node))
    if len(text) > LONGEST_NUMBER:
        return text
    if not WHOLE.fullmatch(text):
        raise yaml.constructor.ConstructorError(None, None, f"{text[:60]!r} is no whole number", node.start_mark)
    # `int` with base 0 knows 0o17 and 0x1F as YAML writes them.
    return int(text, 0)


def _fraction(loader: CoreLoader, node: yaml.ScalarNode) -> float | str:
    text = str(loader.construct_scalar(node))
    if not FRACTION.fullmatch(text):
        raise yaml.constructor.ConstructorError(None, None, f"{text[:60]!r} is no number", node.start_mark)
    if text[-3:].lower() in ("inf", "nan"):
        return float(text.replace(".", ""))
    number = float(text)
    # 7E400 is too large to be a number: it is a code.
    return text if number in (float("inf"), float("-inf")) else number


def _switch(loader: CoreLoader, node: yaml.ScalarNode) -> bool:
    return str(loader.construct_scalar(node)).lower() == "true"


# Tables of the class: PyYAML's own way to say which rules there are.
CoreLoader.yaml_implicit_resolvers = _resolvers({})
CoreLoader.yaml_constructors = dict(yaml.SafeLoader.yaml_constructors)
CoreLoader.add_constructor(f"{_TAG}int", _whole_number)
CoreLoader.add_constructor(f"{_TAG}float", _fraction)
CoreLoader.add_constructor(f"{_TAG}bool", _switch)
for _foreign in ("timestamp", "binary", "set", "omap", "pairs"):
    del CoreLoader.yaml_constructors[f"{_TAG}{_foreign}"]
CoreDumper.yaml_implicit_resolvers = _resolvers(yaml.SafeDumper.yaml_implicit_resolvers)
