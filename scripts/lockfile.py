"""The lock files of `requirements/`: what is installed, by version and hash."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "requirements"
SHIPPED: Final = ("runtime", "mcp", "otel", "local-llm")
"""What runs where Offhook is installed: the base and each extra."""
BUILT_WITH: Final = ("build", "dev")
"""What only makes and tests it."""
_PIN: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? ?(?:\\|$)")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock."""

    name: str
    version: str
    marker: str
    """Where it is installed, as in PEP 508; empty: everywhere."""
    hashes: tuple[str, ...]
    """SHA-256 of every file of this version, in hex."""

    def __str__(self) -> str:
        return f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")


def pins(*locks: str) -> dict[str, Pin]:
    """The packages of these locks by name. Raises `ValueError` when two locks want different versions of one."""
    found: dict[str, Pin] = {}
    for lock in locks:
        for pin in read((FOLDER / f"{lock}.lock").read_text("utf-8")):
            known = found.setdefault(pin.name, pin)
            if known.version != pin.version:
                raise ValueError(f"{lock}.lock wants {pin}, and another lock {known}: run `make lock`")
            if known.marker and not pin.marker:
                found[pin.name] = pin  # What one lock wants in places, another wants everywhere.
    return dict(sorted(found.items()))


def read(text: str) -> Iterator[Pin]:
    """The packages of a lock, in its order. Raises `ValueError` for a line that is no pin with hashes."""
    for entry in re.split(r"^(?=[^ #\n])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE):
        if not entry.strip():
            continue
        head = _PIN.match(entry)
        hashes = tuple(_HASH.findall(entry))
        if head is None or not hashes:
            raise ValueError(f"this is no locked package: {entry.splitlines()[0]}")
        yield Pin(head["name"], head["version"], (head["marker"] or "").strip(), hashes)
