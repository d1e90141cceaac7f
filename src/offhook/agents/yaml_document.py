"""Reads a YAML file of the owner into plain data, and remembers on which line each value stands.

Stricter than YAML: a key stands once, there is one document, no aliases (they can blow a small file up to gigabytes)
and no deep nesting. What a value is, `yaml_values` says. Everything wrong is a `ConfigurationError` with file and line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from offhook.agents.yaml_values import CoreLoader
from offhook.agents.yaml_words import in_words
from offhook.errors import ConfigurationError

MAX_BYTES: Final = 1 << 20
"""An agent is a page or two; a file this large is another file."""
MAX_DEPTH: Final = 20
MAX_VALUES: Final = 10_000
"""Keys and values, blocks and lists: reading so many takes a second, and a file may hold fifty times as many."""
MERGE: Final = "<<"

Place = tuple[str | int, ...]
"""Keys and indexes from the top of the document."""


@dataclass(frozen=True, slots=True)
class Document:
    """The data of a file and the lines, counted from 1, of its values."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Place, int] = field(repr=False)

    def line(self, place: Place) -> int:
        """The line of a value; of the nearest block around it when it is not there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def where(self, place: Place) -> str:
        """File and line for a message."""
        return f"{self.path}:{self.line(place)}"


def read_document(path: Path) -> Document:
    """Read a file whose top is a mapping. Raises `ConfigurationError`."""
    return parsed_document(path, _read_text(path))


def parsed_document(path: Path, text: str) -> Document:
    """As `read_document`, of a text that is at hand; `path` is what messages call it. Raises `ConfigurationError`."""
    try:
        _check_events(path, text)
        loader = CoreLoader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise ConfigurationError("the file is empty", file=str(path), expected="an agent: name, prompt, ...")
            lines = dict(_lines(path, node, ()))
            data = loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _not_yaml(path, text, error) from error
    if not isinstance(data, dict):
        raise ConfigurationError(
            "this is no agent", file=str(path), found=_kind(data), expected="lines of the form `name: value`"
        )
    return Document(path, data, lines)


def _read_text(path: Path) -> str:
    try:
        # A named pipe would be waited for without an end.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ConfigurationError("this is no regular file", file=str(path), expected="a YAML file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigurationError("there is no such file", file=str(path)) from error
    except IsADirectoryError as error:
        raise ConfigurationError("this is a folder", file=str(path), expected="a YAML file") from error
    except OSError as error:
        raise ConfigurationError(f"the file cannot be read: {error.strerror or error}", file=str(path)) from error
    if len(raw) > MAX_BYTES:
        raise ConfigurationError(
            "the file is too large", file=str(path), found="more than 1 MiB", expected="an agent's page or two"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            "the file is not text in UTF-8", file=f"{path}:{line}", found=f"the byte 0x{raw[error.start]:02x}"
        ) from error


def _check_events(path: Path, text: str) -> None:
    """Refuse what must not even be built in memory."""
    depth = documents = values = 0
    for event in yaml.parse(text, Loader=CoreLoader):
        where = f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)
        if isinstance(event, yaml.AliasEvent):
            raise ConfigurationError("aliases (*name) are not allowed: write the value out", file=where)
        values += isinstance(event, yaml.NodeEvent)
        if values > MAX_VALUES:
            raise ConfigurationError(f"the file has more than {MAX_VALUES:,} keys and values", file=where)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if documents > 1:
            raise ConfigurationError("there is a second document (---)", file=where, expected="one agent per file")
        if depth > MAX_DEPTH:
            raise ConfigurationError("the file is nested too deeply", file=where)


def _lines(path: Path, node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            yield from _lines(path, entry, (*place, index))
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConfigurationError("a field's name must be text", file=f"{path}:{line}")
            key = str(key_node.value)
            if key == MERGE and key_node.style is None:
                raise ConfigurationError("merge keys (<<) are not allowed: write the fields out", file=f"{path}:{line}")
            if key in seen:
                raise ConfigurationError(
                    f"the field stands twice, first on line {seen[key]}",
                    file=f"{path}:{line}",
                    field=dotted((*place, key)),
                )
            seen[key] = line
            for inner, inner_line in _lines(path, value_node, (*place, key)):
                yield inner, line if inner == (*place, key) else inner_line


def dotted(place: Place) -> str:
    """A field's path as a person writes it: `tools[0].name`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _not_yaml(path: Path, text: str, error: yaml.YAMLError) -> ConfigurationError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        return ConfigurationError(in_words(error.problem or error.context or "this is not YAML"), file=where)
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, int(error.position)) + 1
        found = f"the character {chr(error.character) if isinstance(error.character, int) else error.character!a}"
        return ConfigurationError("there is a character that YAML forbids", file=f"{path}:{line}", found=found)
    return ConfigurationError(f"this is not YAML: {error}".splitlines()[0], file=str(path))


def _kind(data: object) -> str:
    return "a list" if isinstance(data, list) else f"{str(data)[:60]!r}"
