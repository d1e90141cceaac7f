"""As much of a Containerfile and of a .dockerignore as the house rules read (containers/common, Containerfile(5))."""

import json
import re
from dataclasses import dataclass, field
from fnmatch import translate

FLAG = re.compile(r"--([a-z-]+)=(\S+)\s+")


@dataclass(frozen=True)
class Step:
    """One instruction, continued lines joined."""

    name: str
    text: str
    flags: dict[str, str] = field(default_factory=dict)

    def command(self) -> list[str]:
        """The exec form: a list of words. Raises `ValueError` for the shell form."""
        words = json.loads(self.text)
        assert isinstance(words, list) and all(isinstance(word, str) for word in words)
        return words


@dataclass
class Stage:
    """From one FROM to the next."""

    base: str
    name: str
    steps: list[Step]

    def of(self, *names: str) -> list[Step]:
        """Its instructions of these kinds."""
        return [step for step in self.steps if step.name in names]

    def last(self, name: str) -> Step:
        """The one that counts."""
        return self.of(name)[-1]


def parse(text: str) -> tuple[dict[str, str], list[Stage]]:
    """The arguments in front of the first stage, and the stages."""
    lines = "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            base, _, stage = rest.partition(" AS ")
            for argument, value in arguments.items():
                base = base.replace(f"${{{argument}}}", value)
            stages.append(Stage(base, stage, []))
        elif not stages:
            assert name == "ARG", line
            argument, _, value = rest.partition("=")
            arguments[argument] = value
        else:
            stages[-1].steps.append(_step(name, rest))
    return arguments, stages


def _step(name: str, rest: str) -> Step:
    flags = {}
    while found := FLAG.match(rest):
        flags[found[1]], rest = found[2], rest[found.end() :]
    return Step(name, rest.strip(), flags)


def is_sent(path: str, ignore: str) -> bool:
    """Whether a file goes to the builder: the last pattern that holds for it, or a folder above it, decides."""
    parts = path.split("/")
    above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    is_out = False
    for line in ignore.splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        takes_back = pattern.startswith("!")
        if any(_holds(pattern.removeprefix("!").strip("/"), one) for one in above):
            is_out = not takes_back
    return not is_out


def _holds(pattern: str, path: str) -> bool:
    if pattern.startswith("**/"):
        return any(_holds(pattern[3:], path[at:]) for at in [0, *(m.end() for m in re.finditer("/", path))])
    # A star stands for no slash.
    return re.fullmatch(translate(pattern).replace(".*", "[^/]*"), path) is not None
