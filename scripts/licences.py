"""Which licences the locked packages have, and whether a product that is sold may use them.

A package's own metadata says it (License-Expression, else the field License, else its classifiers). What it does not
say, and what is allowed, stands in requirements/licences.toml. `docs/reference/licences.md` is made of both.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import PurePosixPath
from typing import Final

import msgspec

from scripts.lockfile import BUILT_WITH, FOLDER, SHIPPED, pins

_CLASSIFIER: Final = "License :: OSI Approved :: "
_TOKEN: Final = re.compile(r"[()]|[^\s()]+")
_SHARED: Final = re.compile(r"^[^/]+\.libs/(lib[A-Za-z0-9_+]+?)(?:[-.].*)?$")
"""A library that a wheel brings with it (auditwheel), and its name without hash and version."""


class Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a package's metadata does not say, or says on another platform only."""

    package: str
    licence: str
    because: str


class Bundled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A library inside of a package's wheel."""

    package: str
    library: str
    licence: str
    use: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """requirements/licences.toml."""

    allowed: tuple[str, ...]
    """SPDX ids that a product that is sold may depend on as they are."""
    with_care: Mapping[str, str]
    """SPDX ids that it may depend on when they are used so."""
    words: Mapping[str, str]
    """SPDX expressions by what metadata says in their place."""
    stated: tuple[Stated, ...]
    bundled: tuple[Bundled, ...]


@cache
def table() -> Table:
    """The table as it stands in the repository."""
    return msgspec.convert(tomllib.loads((FOLDER / "licences.toml").read_text("utf-8")), Table)


def licence_of(package: str) -> str:
    """The SPDX expression of a locked package; empty when nobody says it."""
    by_hand = {entry.package: entry.licence for entry in table().stated}
    return by_hand.get(package) or told_by(package)


def told_by(package: str) -> str:
    """The SPDX expression in the metadata of an installed package; empty when there is none, or no such package."""
    try:
        metadata = distribution(package).metadata
    except PackageNotFoundError:
        return ""
    (expression, *_), (said, *_) = (metadata.get_all(name) or [""] for name in ("License-Expression", "License"))
    if expression:
        return str(expression)
    words = table().words
    if said in words or is_expression(said):
        return words.get(said, str(said))
    classifiers = [str(entry) for entry in metadata.get_all("Classifier") or ()]
    found = [entry.removeprefix(_CLASSIFIER) for entry in classifiers if entry.startswith(_CLASSIFIER)]
    return " AND ".join(words.get(entry, "unknown") for entry in found)


def is_expression(text: str) -> bool:
    """Whether it is made of SPDX ids that the table knows."""
    known = {*_ids(), "AND", "OR", "(", ")"}
    return bool(text) and all(token in known for token in _TOKEN.findall(_joined(text)))


@cache
def _ids() -> frozenset[str]:
    return frozenset(_joined(entry) for entry in (*table().allowed, *table().with_care))


def may_be_used(expression: str, ids: frozenset[str]) -> bool:
    """Whether `ids` are enough: each side of an AND, one of an OR (SPDX 2.3, annex D). Raises `ValueError`."""
    tokens = _TOKEN.findall(_joined(expression))
    value = _alternatives(tokens, ids)
    if tokens:
        raise ValueError(f"this is no licence expression: {expression!r}")
    return value


def _joined(expression: str) -> str:
    """An exception belongs to its licence: the two are one id."""
    return re.sub(r"\s+WITH\s+", "-WITH-", expression)


def _alternatives(tokens: list[str], ids: frozenset[str]) -> bool:
    value = _together(tokens, ids)
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        value = _together(tokens, ids) or value
    return value


def _together(tokens: list[str], ids: frozenset[str]) -> bool:
    value = _one(tokens, ids)
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        value = _one(tokens, ids) and value
    return value


def _one(tokens: list[str], ids: frozenset[str]) -> bool:
    if not tokens or tokens[0] in (")", "AND", "OR"):
        raise ValueError("a licence is missing in the expression")
    if tokens[0] != "(":
        return tokens.pop(0) in ids
    tokens.pop(0)
    value = _alternatives(tokens, ids)
    if not tokens or tokens.pop(0) != ")":
        raise ValueError("a bracket is open in the expression")
    return value


def refused(*locks: str) -> Iterator[str]:
    """A line for each package of these locks whose licence is not known or not allowed."""
    for package in pins(*locks):
        licence = licence_of(package)
        if not licence:
            yield f"{package}: its metadata names no licence: state it in requirements/licences.toml"
        elif not may_be_used(licence, _ids()):
            yield f"{package}: {licence} is not on the list of requirements/licences.toml"


def shared_libraries(package: str) -> frozenset[str]:
    """Names of the libraries that the wheel of an installed package brings with it."""
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        return frozenset()
    found = (_SHARED.match(PurePosixPath(file).as_posix()) for file in files)
    return frozenset(match[1] for match in found if match)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def page() -> Iterator[str]:
    """docs/reference/licences.md, line by line."""
    shipped, made_with = pins(*SHIPPED), pins(*BUILT_WITH)
    yield "# Licences\n"
    yield "Offhook is under Apache-2.0. These are the packages of the [locks](../../requirements), by what they say of"
    yield "themselves; a test fails when one has a licence that a product which is sold could not use. What is allowed,"
    yield "and what was looked up by hand, stands in [licences.toml](../../requirements/licences.toml). The models have"
    yield "a page of [their own](models.md).\n"
    yield "## What is installed\n"
    yield "Offhook with all its extras.\n"
    yield from _rows(shipped)
    yield "## What only builds and tests it\n"
    yield "Never installed with Offhook.\n"
    yield from _rows({name: pin for name, pin in made_with.items() if name not in shipped})
    yield "## Used with care\n"
    for name, use in table().with_care.items():
        yield f"- `{name}`: {use}"
    yield "\n## Libraries inside of wheels\n"
    yield "| package | library | licence | how it is used |"
    yield "| --- | --- | --- | --- |"
    for entry in table().bundled:
        yield f"| `{entry.package}` | `{entry.library}` | {entry.licence} | {entry.use} |"


def _rows(packages: Mapping[str, object]) -> Iterator[str]:
    reasons = {entry.package: entry.because for entry in table().stated}
    yield "| package | licence | looked up |"
    yield "| --- | --- | --- |"
    for name in packages:
        yield f"| `{name}` | {licence_of(name)} | {reasons.get(name, '')} |"
    yield ""


def main() -> None:
    """Say what may not be used; exit code 1 when there is something."""
    wrong = list(refused(*SHIPPED, *BUILT_WITH))
    print("\n".join(wrong) or f"{len(pins(*SHIPPED, *BUILT_WITH))} packages, every licence allowed")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
