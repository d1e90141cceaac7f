"""Makes docs/reference from the code. `make docs` writes the pages; tests/house fails when they are not up to date."""

import ast
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import msgspec
import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.core import TyperArgument

from offhook.agents import tool_configs
from offhook.agents.model import Agent, Opening
from offhook.agents.records_block import RecordsBlock
from offhook.agents.turn_taking import PhrasesBlock
from offhook.cli.main import COMMANDS, load_command
from offhook.core.behaviour import PRESETS, Behaviour
from offhook.core.endings import ENDINGS
from offhook.speech.registry import BLOCKS, Kind, providers

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # Run by its path, it does not know its neighbours.
from scripts import licences, models_page  # noqa: E402

FOLDER = ROOT / "docs/reference"
NOTE = "<!-- Made from the code by `make docs`: change the code, not this page. -->\n"
PORTS = {Kind.STT: "speech-to-text", Kind.LLM: "the brain", Kind.TTS: "the voice"}


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    makers: dict[str, Callable[[], Iterator[str]]] = {
        "agent.md": _agent_page,
        "behaviour.md": _behaviour_page,
        "cli.md": _cli_page,
        "environment.md": _environment_page,
        "events.md": _events_page,
        "licences.md": licences.page,
        "models.md": models_page.page,
    }
    return {name: NOTE + "\n" + "\n".join(make()).rstrip() + "\n" for name, make in makers.items()}


# ── AGENT.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────


def _agent_page() -> Iterator[str]:
    yield "# AGENT.yaml\n"
    yield "One file is one agent. A field that is not listed here is refused; every field but `name` has a default."
    yield "How to write one: [your own business](../howto/own-business.md).\n"
    yield from _model_table(Agent)
    yield "## opening\n"
    yield from _model_table(Opening)
    for kind, what in PORTS.items():
        yield f"## {kind}\n"
        yield f"The block of {what}: `{kind}: {{provider: NAME, ...}}`. Beside the provider's own fields it takes:\n"
        yield from _model_table(BLOCKS[kind])
        for name, found in providers(kind).items():
            yield f"### {kind}: {name}\n"
            yield f"{_sentence(found.config)}\n"
            yield from _model_table(found.config, leave_out=("provider",))
    yield "## turn_taking\n"
    yield "`preset` (`snappy`, `balanced`, `patient`; default `balanced`) and any field of"
    yield "[the behaviour](behaviour.md).\n"
    yield "## tools\n"
    yield "A list of blocks. A built-in is told by its `name`, the others by their `type`:"
    yield "[how to use them](../howto/tools.md). Default: `[{name: end_call}]`.\n"
    for config in _tool_configs():
        kind = config.model_fields["type"].default
        is_builtin = issubclass(config, tool_configs.BuiltinConfig)
        yield f"### {kind if is_builtin else f'type: {kind}'}\n"
        yield f"{_sentence(config)}\n"
        yield from _model_table(config, leave_out=("name", "type") if is_builtin else ("type",))
        for name, entry in _blocks_in(config):
            yield f"Each of `{name}`:\n"
            yield from _model_table(entry)
    yield "## records\n"
    yield "What is kept of calls: [consent and retention](../howto/consent.md).\n"
    yield from _model_table(RecordsBlock)
    yield "## phrases\n"
    yield "Each of these takes the place of the language's own. `opening.text` is the greeting.\n"
    yield from _model_table(PhrasesBlock)


def _tool_configs() -> list[type[BaseModel]]:
    found = [entry for entry in vars(tool_configs).values() if isinstance(entry, type) and issubclass(entry, BaseModel)]
    return [entry for entry in found if "name" in entry.model_fields]


def _blocks_in(config: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The fields that are lists of blocks, and what a block is."""
    for name, field in config.model_fields.items():
        for entry in get_args(field.annotation):
            if isinstance(entry, type) and issubclass(entry, BaseModel):
                yield name, entry


def _model_table(model: type[BaseModel], leave_out: tuple[str, ...] = ()) -> Iterator[str]:
    schema = model.model_json_schema()
    schema = schema["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    rows = [(name, field) for name, field in schema["properties"].items() if name not in leave_out]
    if not rows:
        yield "No further fields.\n"
        return
    yield "| field | what | takes | default |"
    yield "| --- | --- | --- | --- |"
    for name, field in rows:
        default = "required" if name in schema.get("required", ()) else _default(model, name, field)
        what = model.model_fields[name].description or field.get("description", "")
        yield f"| `{name}` | {_cell(what)} | {_cell(_takes(field))} | {_cell(default)} |"
    yield ""


def _default(model: type[BaseModel], name: str, field: dict[str, Any]) -> str:
    if model is PhrasesBlock:
        return "the language's"
    if "$ref" in field or "oneOf" in field:
        value = model.model_fields[name].get_default(call_default_factory=True)
        chosen = getattr(value, "provider", None)
        return f"`{{provider: {chosen}}}`" if chosen else "see below"
    if name == "tools":
        return "see below"
    value = model.model_fields[name].default
    return "none" if value in (None, "", (), [], PydanticUndefined) else f"`{_yaml(value)}`"


def _yaml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _takes(field: dict[str, Any]) -> str:
    choices = [part for part in field.get("anyOf", ()) if part.get("type") != "null"]
    if choices:
        return _takes(choices[0])
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    low, high = field.get("minimum"), field.get("maximum")
    bounds = f" from {low:.12g} to {high:.12g}" if low is not None and high is not None else ""
    match field.get("type"):
        case "integer":
            return f"whole number{bounds}"
        case "number":
            return f"number{bounds}"
        case "boolean":
            return "`true` or `false`"
        case "array":
            return f"list of {_takes(field['items'])}" if "type" in field["items"] else "list of blocks"
        case "string":
            return "text"
        case _:
            return "block"


# ── behaviour ────────────────────────────────────────────────────────────────────────────────────────────────────


def _behaviour_page() -> Iterator[str]:
    yield "# Behaviour\n"
    yield "The numbers of a conversation, set under `turn_taking` in [AGENT.yaml](agent.md). A call keeps the numbers"
    yield "that it started with, and its journal begins with them. `_s` is seconds, `_db` decibels.\n"
    yield "| field | what | takes | snappy | balanced | patient |"
    yield "| --- | --- | --- | --- | --- | --- |"
    schema = msgspec.json.schema(Behaviour)["$defs"]["Behaviour"]["properties"]
    for name, field in schema.items():
        values = " | ".join(f"`{_yaml(getattr(preset, name))}`" for preset in PRESETS.values())
        yield f"| `{name}` | {_cell(field.get('description', ''))} | {_takes(field)} | {values} |"


# ── events, commands, history, endings ───────────────────────────────────────────────────────────────────────────


def _events_page() -> Iterator[str]:
    yield "# Events, commands, history, endings\n"
    yield "A call is a pure function of its events: `Conversation.receive(event, at)` gives the commands. Both are the"
    yield "lines of a call's journal, named by `event` or `command`; times and places are seconds on the call's clock."
    yield "How to read one: [read a journal](../howto/read-a-journal.md).\n"
    yield "## Events\n"
    yield from _classes_of("src/offhook/core/events.py")
    yield "## Commands\n"
    yield from _classes_of("src/offhook/core/commands.py")
    yield "## History\n"
    yield "What both sides know of, in order: each `Remember` adds an entry, named by `entry`. What a model is asked is"
    yield "a stretch of it, and an `Ask`.\n"
    yield from _classes_of("src/offhook/core/history.py")
    yield "## Notes\n"
    yield "Lines of a journal, named by `note`, that the conversation never sees.\n"
    yield from _classes_of("src/offhook/call/journal.py", ("ToolBrief", "Briefing", "Closed"))
    yield "## Endings\n"
    yield "Why a call ended: `end_reason` in `call.json`, and the `reason` of `EndCall`. The first word says who or"
    yield "what ended it. With an apology, the caller was left in the middle of it: when the line still stands, the"
    yield "carrier's voice says sorry, or the caller is put through to `OFFHOOK_FALLBACK_NUMBER`. What else is known"
    yield "stands beside the reason as `end_detail`.\n"
    yield "| reason | what happened | apology | what you can do |"
    yield "| --- | --- | --- | --- |"
    for reason, ending in ENDINGS.items():
        told = "yes" if ending.apologise else "no"
        yield f"| `{reason}` | {_cell(ending.says)} | {told} | {_cell(ending.advice)} |"


def _classes_of(path: str, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Every class of a file that no other is made from, or these."""
    classes = [node for node in ast.parse((ROOT / path).read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    bases = {ast.unparse(base) for node in classes for base in node.bases}
    for node in classes:
        if node.name in bases or (names and node.name not in names):
            continue
        yield f"### {node.name}\n"
        yield f"{_plain(ast.get_docstring(node) or '')}\n"
        fields = [*_fields_of(node), *_values_of(node)]
        for name, kind, text in fields:
            yield f"- `{name}`: " + ". ".join(part for part in (kind, text) if part) if kind or text else f"- `{name}`"
        if fields:
            yield ""


def _values_of(node: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Each value of an enum, and its docstring."""
    for entry, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(entry, ast.Assign) and isinstance(entry.value, ast.Constant):
            text = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
            yield str(entry.value.value), "", _plain(text)


def _fields_of(node: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type and docstring of each annotated field."""
    for name, entry in _annotated(node.body).items():
        position = node.body.index(entry) + 1
        after = node.body[position] if position < len(node.body) else None
        text = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
        yield name, ast.unparse(entry.annotation), _plain(text)


def _annotated(body: list[ast.stmt]) -> dict[str, ast.AnnAssign]:
    """`name: type = value` lines by their name."""
    found = (entry for entry in body if isinstance(entry, ast.AnnAssign))
    return {entry.target.id: entry for entry in found if isinstance(entry.target, ast.Name)}


# ── environment ──────────────────────────────────────────────────────────────────────────────────────────────────


def _environment_page() -> Iterator[str]:
    yield "# Environment\n"
    yield "Read once, when the process starts. An empty variable counts as unset.\n"
    yield "| variable | what | default |"
    yield "| --- | --- | --- |"
    tree = ast.parse((ROOT / "src/offhook/settings.py").read_text("utf-8"))
    settings = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    described = {name: text for name, _, text in _fields_of(settings)}
    defaults = {name: ast.unparse(entry.value or entry.target) for name, entry in _annotated(settings.body).items()}
    constants = {
        name: ast.literal_eval(entry.value)
        for name, entry in _annotated(tree.body).items()
        if isinstance(entry.value, ast.Constant)
    }
    for field, variable in _variables(settings):
        default = constants.get(defaults[field], _readable(defaults[field]))
        yield f"| `{variable}` | {_cell(described[field] or field.replace('_', ' '))} | {_cell(default)} |"
    for kind, what in PORTS.items():
        for name, found in providers(kind).items():
            for variable in found.keys(found.config.model_construct()):
                role = "Key" if variable.endswith("_KEY") else "Setting"
                yield f"| `{variable}` | {role} of {name}, {what}. | none |"


def _variables(settings: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for node in ast.walk(settings):
        if isinstance(node, ast.keyword) and node.arg:
            texts = [
                inner.value
                for inner in ast.walk(node.value)
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value.isupper()
            ]
            if texts:
                yield node.arg, texts[0]


def _readable(expression: str) -> str:
    """A field's default as a person would write it."""
    if "Path.home()" in expression:
        return f"`~/{expression.partition(' / ')[2].strip(')').strip(chr(39))}`"
    if expression in ("''", "", "field(default_factory=dict)") or "Secret('')" in expression:
        return "none"
    return {"False": "`0`", "True": "`1`"}.get(expression, f"`{expression.strip(chr(39))}`")


# ── command line ─────────────────────────────────────────────────────────────────────────────────────────────────


def _cli_page() -> Iterator[str]:
    yield "# Command line\n"
    yield "Exit codes: 0 done, 1 something is wrong with what was looked at, 2 the command could not be run (one line"
    yield "on standard error says why; `./offhook --debug ...` shows where).\n"
    yield "In a clone it is `./offhook`; where it is installed, `offhook`.\n"
    for name, entry in COMMANDS.items():
        if find_spec(f"offhook.cli.{entry.module}") is None:
            continue
        command = load_command(entry)
        subcommands = getattr(command, "commands", None)
        if subcommands:
            yield f"## offhook {name}\n"
            yield f"{_plain(command.help or entry.help)}\n"
            for inner_name, inner in subcommands.items():
                yield from _command(f"{name} {inner_name}", inner, "###")
        else:
            yield from _command(name, command, "##")


def _command(name: str, command: Any, heading: str) -> Iterator[str]:
    usage = " ".join(_usage(parameter) for parameter in command.params if parameter.name != "help")
    yield f"{heading} offhook {name}\n"
    yield f"{_plain(command.help or '')}\n"
    yield f"    ./offhook {name} {usage}".rstrip() + "\n"
    options = [parameter for parameter in command.params if parameter.name != "help"]
    for parameter in options:
        text = _plain(getattr(parameter, "help", None) or "")
        default = parameter.default
        shown = "" if default in (None, False, (), []) or callable(default) else f" Default: `{default}`."
        label = parameter.name.upper() if isinstance(parameter, TyperArgument) else ", ".join(parameter.opts)
        yield f"- `{label}`: {text}{shown}"
    if options:
        yield ""


def _usage(parameter: Any) -> str:
    if isinstance(parameter, TyperArgument):
        text = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
        return text if parameter.required else f"[{text}]"
    value = "" if parameter.is_flag else f" {(parameter.name or '').upper()}"
    return f"[{parameter.opts[0]}{value}]"


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sentence(model: type) -> str:
    return _plain(model.__doc__ or "")


def _cell(text: object) -> str:
    return _plain(str(text)).replace("|", "\\|")


def main() -> None:
    """Write the pages; with `--check`, only say which are not up to date."""
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    typer.echo(f"docs/reference: {', '.join(stale) or 'nothing'} {'is stale' if '--check' in sys.argv else 'written'}")
    sys.exit(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    main()
