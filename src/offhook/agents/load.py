"""Reads an agent from its file. Whatever is wrong with the file becomes one `ConfigurationError` that says where,
what was found, what was expected and, for a misspelt field, which one was probably meant.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from offhook.agents.core_tool_configs import HandoffConfig
from offhook.agents.model import Agent
from offhook.agents.yaml_document import Document, Place, dotted, read_document
from offhook.errors import ConfigurationError

SECRET: Final = re.compile(r"key|token|secret|password|credential", re.IGNORECASE)
HOMES: Final = ("opening", "turn_taking", "phrases")
"""Blocks whose fields have names of their own."""
MOST_TOLD: Final = 12
"""Problems of one file that are told at once."""
FOUND_CHARS: Final = 60
"""More of a wrong value does not help to find it."""

EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "text, in quotes if it looks like a number or a date",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "tuple_type": "a list: [one, two], or lines that begin with `- `",
    "list_type": "a list: [one, two], or lines that begin with `- `",
    "dict_type": "a block of `name: value` lines",
    "model_type": "a block of `name: value` lines",
    "model_attributes_type": "a block of `name: value` lines",
}


TEAM: Final = 20
"""Agents that one call can come to, by handing off again and again."""


def load_agent(path: Path) -> Agent:
    """The agent of a file; the files that it names are seen to exist. Raises `ConfigurationError` and nothing else."""
    document = read_document(path)
    try:
        agent = Agent.model_validate(document.data, context={"base_dir": path.resolve().parent})
    except ValidationError as error:
        raise _explain(document, error) from error
    for index, file in enumerate(agent.knowledge_paths()):
        _check_file(document, ("knowledge", index), file, "knowledge")
        if not agent.knowledge_anywhere:
            _check_inside(document, ("knowledge", index), file, agent.base_dir)
    for index, tool in enumerate(agent.tools):
        if isinstance(tool, HandoffConfig):
            for number, other in enumerate(tool.agents):
                if not other.file:
                    continue
                place = ("tools", index, "agents", number, "file")
                _check_file(document, place, agent.base_dir / other.file, "agent's")
    return agent


def load_team(path: Path) -> dict[Path, Agent]:
    """The agent of a file, and then all that a call of it can be handed to, by their resolved files.

    They may hand the call back and forth. Raises `ConfigurationError`.
    """
    team: dict[Path, Agent] = {}
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop(0)
        if file in team:
            continue
        if len(team) == TEAM:
            raise ConfigurationError(f"more than {TEAM} agents can come to be in charge of a call", file=str(path))
        team[file] = load_agent(file)
        waiting += [other.resolve() for other in team[file].handoff_files().values()]
    return team


def _check_file(document: Document, place: Place, file: Path, kind: str) -> None:
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):
            raise ValueError("it is no regular file")
        with file.open("rb") as opened:
            opened.read(1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"the {kind} file cannot be read: {reason}",
            file=document.where(place),
            field=dotted(place),
            found=repr(str(file)),
            expected="a file beside this one",
        ) from error


def _check_inside(document: Document, place: Place, file: Path, folder: Path) -> None:
    """What the file says is told to a vendor's model: it is to be what its owner has put beside the agent."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(
            "the knowledge file lies outside of this file's folder, or is a link to there",
            file=document.where(place),
            field=dotted(place),
            found=repr(str(file)),
            expected="a file inside the folder, or knowledge_anywhere: true",
        )


def _explain(document: Document, error: ValidationError) -> ConfigurationError:
    problems = error.errors(include_url=False)
    # A misspelt field is also a missing one: the spelling is what helps.
    problems.sort(key=lambda problem: problem["type"] != "extra_forbidden")
    errors = [_explained(document, problem) for problem in problems[:MOST_TOLD]]
    first = errors[0]
    if len(problems) == 1:
        return first
    lines = [str(one) for one in errors]
    if len(problems) > MOST_TOLD:
        lines.append(f"and {len(problems) - MOST_TOLD} more")
    every = ConfigurationError("\n".join([f"{document.path}: {len(problems)} things do not fit", *lines]))
    every.file, every.field, every.found, every.expected = first.file, first.field, first.found, first.expected
    return every


def _explained(document: Document, problem: ErrorDetails) -> ConfigurationError:
    place = _place(document.data, problem["loc"])
    return ConfigurationError(
        _message(document, problem, place),
        file=document.where(place),
        field=dotted(place),
        found=_found(problem, place),
        expected=_expected(problem, _schema_at(document, place)),
    )


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing in an agent's document that does not fit."""

    place: Place
    detail: str
    """In words: what is wrong, what was found and what was expected."""
    kind: str
    """`missing`, `extra_forbidden`, `value_error` and others of pydantic's."""


def misfits(data: dict[str, Any], error: ValidationError) -> list[Misfit]:
    """All that is wrong with a document that stands in no file."""
    document = Document(Path("agent"), data, {})
    problems = sorted(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
    return [_misfit(document, problem) for problem in problems]


def _misfit(document: Document, problem: ErrorDetails) -> Misfit:
    place = _place(document.data, problem["loc"])
    found, expected = _found(problem, place), _expected(problem, _schema_at(document, place))
    details = [f"found {found}"] if found else []
    details += [f"expected {expected}"] if expected else []
    message = _message(document, problem, place)
    return Misfit(place, f"{message} ({'; '.join(details)})" if details else message, problem["type"])


def _place(data: object, loc: tuple[int | str, ...]) -> Place:
    """The place in the file: pydantic puts the chosen provider's or tool's name between the keys."""
    place: list[int | str] = []
    for part in loc:
        if isinstance(data, dict) and part not in data and part in _tags(data):
            continue
        place.append(part)
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            data = None
    return tuple(part for part in place if part != "[key]")


def _tags(block: Mapping[str, Any]) -> tuple[object, ...]:
    """What tells which kind of block it is: of a provider, of a tool, of a built-in tool."""
    return (block.get("provider"), block.get("type"), block.get("name"))


def _message(document: Document, problem: ErrorDetails, place: Place) -> str:
    match problem["type"]:
        case "extra_forbidden":
            name = str(place[-1])
            near = difflib.get_close_matches(
                name, sorted(_schema_at(document, place[:-1]).get("properties", ())), n=1, cutoff=0.6
            )
            message = f"there is no field {name!r} here"
            if above := _blocks_with(document, name, place):
                return f"{message}: it belongs under {above}, indented"
            if near:
                return f"{message}: did you mean {near[0]!r}?"
            if SECRET.search(name):
                return f"{message}: secrets are set in the environment, never in this file"
            return message
        case "missing":
            return "the field is missing"
        case "union_tag_not_found":
            return "the block does not say which one it is"
        case "union_tag_invalid":
            return f"there is no such {'tool' if 'type' in problem['ctx']['discriminator'] else 'provider'}"
        case "value_error":
            return str(problem["ctx"]["error"])
        case _ if problem["input"] is None:
            return "there is nothing behind the colon: give a value, indent what belongs to it, or leave the field out"
        case _:
            return "the value does not fit"


def _blocks_with(document: Document, name: str, place: Place) -> str:
    """The blocks of the file in which a field that stands too far to the left has its place; empty when none has it."""
    if len(place) != 1:
        return ""
    blocks = (key for key, value in document.data.items() if value is None or isinstance(value, dict))
    found = [key for key in blocks if name in _schema_at(document, (key,)).get("properties", ())]
    found = found or [block for block in HOMES if name in _schema_at(document, (block,)).get("properties", ())]
    return " or ".join(found)


def _found(problem: ErrorDetails, place: Place) -> str:
    if problem["type"] in ("missing", "extra_forbidden", "value_error", "union_tag_not_found"):
        return ""
    if any(SECRET.search(str(part)) for part in place):
        return "a value that is not shown"
    value = problem["input"]
    if value is None:
        return ""
    if problem["type"] == "union_tag_invalid":
        value = problem["ctx"]["tag"]
    return _shown(value)


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return f"{str(value).lower()} (a yes/no value)"
        case dict():
            return "a block"
        case list() | tuple():
            return f"a list of {len(value)}"
        case int() | float():
            return f"the number {value!r}"[:FOUND_CHARS]
        case str():
            return repr(value if len(value) <= FOUND_CHARS else f"{value[:FOUND_CHARS]}...")
        case _:
            return f"{type(value).__name__} {value}"[:FOUND_CHARS]


def _expected(problem: ErrorDetails, schema: Mapping[str, Any]) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in EXPECTED:
        return EXPECTED[kind]
    if kind in ("extra_forbidden", "value_error", "missing"):
        return ""
    if {"minimum", "maximum"} <= schema.keys():
        return f"a number from {schema['minimum']:g} to {schema['maximum']:g}"
    if "min_length" in context or "max_length" in context:
        shortest, longest = context.get("min_length", 0), context.get("max_length", "any number")
        unit = "characters" if kind.startswith("string") else "entries"
        return f"at least {shortest} {unit}" if "min_length" in context else f"at most {longest} {unit}"
    if kind == "union_tag_invalid":
        return str(context["expected_tags"])
    if kind == "union_tag_not_found":
        return f"{context['discriminator']}: one of the known names".replace("'", "")
    if kind == "string_pattern_mismatch":
        return "a language tag such as en-US" if problem["loc"][-1:] == ("language",) else "text of one line"
    return problem["msg"].removeprefix("Input should be ")


@cache
def _schema() -> dict[str, Any]:
    """Made once: it takes tens of milliseconds, and each problem of a file asks for it several times."""
    return Agent.model_json_schema()


def _schema_at(document: Document, place: Place) -> dict[str, Any]:
    """The part of the agent's JSON schema that describes a place of the file; empty where there is none."""
    schema = _schema()
    node: dict[str, Any] = _resolve(schema, schema, document.data)
    data: Any = document.data
    for part in place:
        data = data[part] if _holds(data, part) else None
        node = node.get("items", {}) if isinstance(part, int) else node.get("properties", {}).get(part, {})
        node = _resolve(schema, node, data)
    return node


def _holds(data: object, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _resolve(schema: dict[str, Any], node: dict[str, Any], data: object) -> dict[str, Any]:
    if "discriminator" in node:
        chosen = node["discriminator"]
        # A built-in tool has no type beside its name.
        tag = data.get(chosen["propertyName"], data.get("name")) if isinstance(data, dict) else None
        node = {"$ref": chosen["mapping"].get(str(tag), "")}
    if "$ref" in node:
        return dict(schema["$defs"].get(node["$ref"].rpartition("/")[2], {}))
    return node
