"""Agent files mutated from the examples: an agent comes of it or an error that names the place, soon and in bounds.

A case is a file, line by line, so that lines can be left out of one that fails. What loads is taken through what a
start does with it: the behaviour, the script, the tools, what `offhook doctor` says of it.
"""

import os
import random
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from offhook.agents.load import load_agent, load_team
from offhook.agents.prompt import system_message
from offhook.checks.agent import of_agent
from offhook.errors import ConfigurationError
from offhook.settings import Settings
from tests.fuzzers import values
from tests.fuzzers.engine import Figures, Late, Steps

MOST_S: Final = 2.0
"""Of processor time."""
MOST_MB: Final = 200.0
HANGS_S: Final = 30
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
PIECES: Final = (
    "a: &x [1, 2]", "b: *x", "<<: {name: x}", "? [a, b]\n: c", "!!python/object/apply:os.system ['true']", "--- ",
    "...",
    "%YAML 9.9", "%TAG ! tag:x,2000:", "- - - - - -", "key: |2\n  a\n b", "key: >-\n\n\n  folded", "'", '"', "{", "[",
    "}", "]",
    "\t", "\ufeff", "# comment", "!!binary aGk=", "!!set {a, b}", "!!float x", "=: 1", "? ", "x: 1:59:59.5", "x: 0o17",
    "x: .inf",
    "x: 2001-12-14t21:59:43.10-05:00", "x: 1_000", "x: ~", "x: yes", "x: 0b101", "x: " + "9" * 5_000, "x: 1e999999",
    "x: -.NaN",
    "x: \"\\ud800\"", "x: \"\\x00\"", "x: \u0085", "x: \u2028y", '"\\U0010ffff": 1', "x: !<tag:yaml.org,2002:str> 5",
    "@a", "`a",
    "x: - y", "x: y: z", "x: {y: {z: [a, {b: c}]}}", "- x", "name: name", "* ", "& ", "| ", "> ", ": ", ",",
    "x: &a &b c",
)  # fmt: skip
PLACES: Final = (
    "facts.md",
    "../facts.md",
    "/etc/hostname",
    "pipe",
    ".",
    "link.md",
    "no.md",
    "x\x00y",
    "a" * 300,
    "agent.yaml",
    "",
)
HTTP: Final[dict[str, Any]] = {
    "type": "http", "name": "look_up", "description": "Looks something up.", "method": "GET",
    "url": "https://shop.example.com/{id}", "headers": {"Authorization": "Bearer ${SHOP_TOKEN}"}, "result": "{a.b}",
    "parameters": {
        "type": "object", "required": ["id"],
        "properties": {"id": {"type": "string", "pattern": "^[0-9]+$"}, "when": {"$ref": "#/$defs/when"}},
        "$defs": {"when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}},
    },
}  # fmt: skip
MCP: Final[dict[str, Any]] = {
    "type": "mcp", "name": "shop", "url": "https://mcp.example.com/mcp", "only": ["a"], "pinned": {"a": "0" * 16},
    "filler": {"a": ["Wait."]}, "promises": {"a": ["I have ... booked"]}, "confirm": {"a": True},
}  # fmt: skip
MORE: Final[dict[str, Any]] = {
    "records": {"recording": False, "keep_days": 3}, "country": "DE", "phrases": {"filler": ["One moment."]},
    "lexicon": {"Quay": "key", "Żubr": "/ʐubr/"}, "turn_taking": {"preset": "patient", "idle_s": 5, "max_call_s": 60},
    "tts": {"provider": "local", "fallback": [{"provider": "deepgram", "model": "aura-2-thalia-en"}]},
    "llm": {"provider": "openai", "model": "gpt-4o", "base_url": "http://127.0.0.1:1/v1",
    "fallback": [{"provider": "grounded"}]},
}  # fmt: skip
SCHEMA_WORDS: Final[tuple[Any, ...]] = (
    {"pattern": "^(a+)+$"}, {"pattern": "("}, {"pattern": "a" * 5_000}, {"pattern": "\\p{L}{1,99999}"}, {"$ref": "#"},
    {"$ref": "https://x.test/s"}, {"allOf": [{"$ref": "#/properties/id"}] * 3}, {"enum": []},
    {"enum": list(range(5_000))},
    {"type": "strang"}, {"type": []}, {"type": ["string", None]}, {"properties": []}, {"required": [1]}, {"$defs": 5},
    {"minimum": "a"}, {"maxLength": -1}, {"maxLength": 1e400}, {"multipleOf": 0}, {"patternProperties": {"(": {}}},
    True, [], None,
    {"not": {"not": {}}}, {"items": [{}]}, {"if": {}, "then": {"$ref": "#/$defs/when"}}, {"$dynamicRef": "#a"},
    {"const": 10**400},
)  # fmt: skip


@dataclass
class AgentsFuzzer:
    """In this process: what is measured is what loading adds."""

    name: str = "agents"
    figures: Figures = field(default_factory=Figures)
    _folder: "tempfile.TemporaryDirectory[str] | None" = None

    def __post_init__(self) -> None:
        self._texts = [path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*/agent.yaml"))]

    async def open(self) -> None:
        """A folder as an owner's, with odd files in it."""
        self._folder = tempfile.TemporaryDirectory(prefix="offhook-fuzz-")
        folder = Path(self._folder.name)
        shutil.copy(EXAMPLES / "full-stack" / "facts.md", folder)
        (folder / "link.md").symlink_to("/etc/hostname")
        os.mkfifo(folder / "pipe")

    async def close(self) -> None:
        """The folder goes."""
        if self._folder is not None:
            self._folder.cleanup()

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """A file: changed as data, as text, or as bytes."""
        kind = chance.choice(("data", "data", "schemas", "text", "text", "bytes", "sizes"))
        text = chance.choice(self._texts)
        if kind in ("data", "schemas"):
            document = yaml.safe_load(text)
            for name in chance.sample(list(MORE), chance.randint(0, 3)):
                document[name] = MORE[name]
            document["tools"] = [*document.get("tools", []), *chance.sample([HTTP, MCP], chance.randint(0, 2))]
            document = yaml.safe_load(yaml.safe_dump(document))
            text = spoiled_schema(chance, document) if kind == "schemas" else spoiled_data(chance, document)
        elif kind == "text":
            text = spoiled_text(chance, text)
        elif kind == "sizes":
            text = large(chance, text)
        data = text.encode("utf-8", "surrogatepass")
        if kind == "bytes":
            data = values.spoiled(chance, data, 3)
        return kind, [{"line": line} for line in data.decode("latin-1").split("\n")]

    async def play(self, steps: Steps) -> None:
        """Load it, and what a start does."""
        assert self._folder is not None
        path = Path(self._folder.name) / "agent.yaml"
        path.write_bytes("\n".join(step["line"] for step in steps).encode("latin-1"))
        begun_at, held_mb = time.process_time(), highest_mb(is_new=True)
        with no_longer_than(HANGS_S):
            take_in(path)
        spent_s, more_mb = time.process_time() - begun_at, highest_mb() - held_mb
        self.figures.answered(spent_s)
        self.figures.holds(more_mb)
        if spent_s > MOST_S or more_mb > MOST_MB:
            raise Late(f"it took {spent_s:.1f} s of processor time and {more_mb:.0f} MB")


def take_in(path: Path) -> None:
    """Raises whatever is not a `ConfigurationError` that says where."""
    try:
        agent = load_agent(path)
        load_team(path)
    except ConfigurationError as error:
        check_words(error)
        return
    agent.behaviour()
    agent.script()
    system_message(agent, None).encode("utf-8")
    for check in of_agent(agent, Settings()):
        f"{check.name} {check.found} {check.advice}".encode()


def check_words(error: ConfigurationError) -> None:
    """It says where, and is text for people."""
    text = str(error)
    assert error.file or error.field, f"it does not say where: {text}"
    assert len(text) < 20_000 and "Traceback" not in text, text[:500]
    text.encode()


def spoiled_data(chance: random.Random, document: Any) -> str:
    """One to three places are something else."""
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.15 and isinstance(document, dict):
            document["knowledge"] = [chance.choice(PLACES) for _ in range(chance.randint(1, 3))]
        document = values.put_anywhere(chance, document)
    return dumped(document)


def spoiled_schema(chance: random.Random, document: Any) -> str:
    """The parameters of a tool are another schema."""
    tools = [tool for tool in document["tools"] if isinstance(tool, dict) and "parameters" in tool]
    schema = tools[0]["parameters"] if tools else {"type": "object", "properties": {"id": {"type": "string"}}}
    if not tools:
        document["tools"].append({**HTTP, "parameters": schema})
    for _ in range(chance.randint(1, 3)):
        values.put_anywhere(chance, schema, chance.choice(SCHEMA_WORDS))
    return dumped(document)


def dumped(document: Any) -> str:
    """As YAML; a document that YAML cannot write is written as JSON would be."""
    try:
        return yaml.safe_dump(document, allow_unicode=True, width=200)
    except (yaml.YAMLError, ValueError, UnicodeError):
        return repr(document)


def spoiled_text(chance: random.Random, text: str) -> str:
    """Lines moved, doubled, indented another way, and things of YAML between them."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                lines.insert(at, " " * chance.randint(0, 8) + chance.choice(PIECES))
            case 1:
                lines[at] = " " * chance.randint(0, 6) + lines[at].lstrip()
            case 2:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 3:
                del lines[at : at + chance.randint(1, 5)]
            case 4:
                lines[at] = re.sub(r": .*", lambda _: f": {chance.choice(PIECES)}", lines[at], count=1)
            case 5:
                lines[at] = re.sub(r": .*", lambda _: f": {values.text(chance)}", lines[at], count=1)
            case _:
                lines[at] += chance.choice(PIECES)
        lines = lines or [""]
    return "\n".join(lines)


def large(chance: random.Random, text: str) -> str:
    """Much of something."""
    count = chance.choice((100, 3_000, 40_000))
    return text + "\n" + chance.choice((
        "x: " + "[" * count, "x: " + "{a: " * count, "x: " + "[" * 15 + "]" * 15, "- " * count,
        "x:\n" + "  - y\n" * count,
        "vocabulary: [" + "word, " * count + "]", "y: \"" + "\\u0041" * count + '"', "z: '" + "''" * count + "'",
        "\n".join(f"k{at}: v" for at in range(count)), "\n".join(f"&a{at} x{at}: 1" for at in range(count)),
        "tools:\n" + "  - name: end_call\n" * count, "? " * count, "x: " + "a: " * count, "#" * count * 20,
        "lexicon: {" + ", ".join(f"w{at}: v" for at in range(count)) + "}", "x: " + "!" * count, "x: " + "&" * count,
        " " * count,
        "x: " + "9" * count, "prompt: |\n" + "  word word\n" * count, "x: >\n" + "\n" * count, "x: 0x" + "f" * count,
        "knowledge: [" + "facts.md, " * count + "]", "x: 1" + ":59" * count + ".5", "x: " + "1_" * count,
        "x: " + "-" * count,
    ))  # fmt: skip


def highest_mb(*, is_new: bool = False) -> float:
    """The most that this process has held, from the last time that it was asked anew (Linux: `VmHWM`)."""
    if is_new:
        Path("/proc/self/clear_refs").write_text("5")
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Whatever hangs in here ends with an error: so much of the processor's time, or ten times as long of waiting."""

    def overdue(*_: object) -> None:
        raise AssertionError(f"it hangs: more than {seconds} s")

    before = {kind: signal.signal(kind, overdue) for kind in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for kind, handler in before.items():
            signal.signal(kind, handler)
