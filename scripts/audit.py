"""Looks for known flaws in the locked packages, and for releases that were withdrawn. `make audit` runs it.

Flaws are looked up at OSV (https://google.github.io/osv.dev/api/), which holds PyPA's and GitHub's advisories; where
OSV cannot be reached, in a copy of its data (`--database all.zip`, from its own storage: "PyPI/all.zip"). Withdrawn
releases (PEP 592) are told by the package index, through uv, with whatever index this machine is set to.

What cannot be asked is said and fails nothing, for a check of a commit must not depend on somebody else's server being
up; `--strict` makes it fail. What is found fails, unless requirements/accepted.toml names it with a reason and a day.
"""

import argparse
import datetime
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx2
import msgspec
from packaging.version import InvalidVersion, Version

from scripts.lockfile import BUILT_WITH, FOLDER, ROOT, SHIPPED, Pin, pins

OSV: Final = "https://api.osv.dev"
TIMEOUT_S: Final = 20.0
AT_ONCE: Final = 500
"""Of packages in one question; OSV takes 1,000."""
MOST_PAGES: Final = 100
YANKED: Final = re.compile(r'`([a-z0-9-]+)==(\S+)` is yanked(?: \(reason: "?(.*?)"?\)$)?', re.MULTILINE)
"""As uv warns of it."""


class Flaw(NamedTuple):
    """One advisory that fits a locked version."""

    package: str
    version: str
    name: str
    """Its id at OSV."""
    aliases: tuple[str, ...]
    says: str


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A flaw that does not matter here, or not yet."""

    name: str
    because: str
    until: datetime.date


class NotAsked(Exception):
    """Nobody could be asked: says why."""


# ── flaws ────────────────────────────────────────────────────────────────────────────────────────────────────────


def from_osv(wanted: Mapping[str, Pin], address: str = OSV) -> list[Flaw]:
    """Ask OSV's service. Raises `NotAsked`."""
    try:
        with httpx2.Client(base_url=address, timeout=TIMEOUT_S) as client:
            names = dict(_names(client, list(wanted.values())))
            advisories = {name: _get(client, f"/v1/vulns/{name}") for found in names.values() for name in found}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise NotAsked(f"OSV could not be asked ({type(error).__name__})") from error
    return [_flaw(wanted[package], advisories[name]) for package, found in names.items() for name in sorted(found)]


def _names(client: httpx2.Client, wanted: Sequence[Pin]) -> Iterator[tuple[str, set[str]]]:
    """Ids of advisories by package (`POST /v1/querybatch`); those with many are told page by page."""
    for start in range(0, len(wanted), AT_ONCE):
        some = {pin.name: _question(pin) for pin in wanted[start : start + AT_ONCE]}
        found: dict[str, set[str]] = {}
        for _ in range(MOST_PAGES):
            results = _post(client, {"queries": list(some.values())})["results"]
            if len(results) != len(some):
                raise ValueError("OSV has answered another question")
            some, asked = {}, some
            for (package, question), result in zip(asked.items(), results, strict=True):
                found.setdefault(package, set()).update(entry["id"] for entry in result.get("vulns", ()))
                if token := result.get("next_page_token"):
                    some[package] = {**question, "page_token": token}
            if not some:
                break
        else:
            raise ValueError("OSV's answer has no end")
        yield from found.items()


def _question(pin: Pin) -> dict[str, Any]:
    return {"package": {"ecosystem": "PyPI", "name": pin.name}, "version": pin.version}


def _post(client: httpx2.Client, body: object) -> dict[str, Any]:
    return dict(client.post("/v1/querybatch", json=body).raise_for_status().json())


def _get(client: httpx2.Client, path: str) -> dict[str, Any]:
    return dict(client.get(path).raise_for_status().json())


def from_copy(wanted: Mapping[str, Pin], database: Path) -> list[Flaw]:
    """Look into a copy of OSV's data for PyPI: a zip with one JSON file for each advisory. Raises `NotAsked`."""
    flaws: list[Flaw] = []
    try:
        with zipfile.ZipFile(database) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    flaws += _fitting(msgspec.json.decode(archive.read(name)), wanted)
    except (OSError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise NotAsked(f"{database} cannot be read ({type(error).__name__})") from error
    return sorted(flaws)


def _fitting(advisory: dict[str, Any], wanted: Mapping[str, Pin]) -> Iterator[Flaw]:
    if advisory.get("withdrawn"):
        return
    fits = set()
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        pin = wanted.get(re.sub(r"[-_.]+", "-", str(package.get("name", ""))).lower())
        if pin is not None and package.get("ecosystem") == "PyPI" and _is_affected(pin.version, affected):
            fits.add(pin)
    yield from (_flaw(pin, advisory) for pin in fits)


def _is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """OSV's schema, "evaluation": named as it is, or between what introduced the flaw and what fixed it."""
    if version in affected.get("versions", ()):
        return True
    ranges = [entry for entry in affected.get("ranges", ()) if entry.get("type") in ("ECOSYSTEM", "SEMVER")]
    return any(_is_within(Version(version), entry.get("events", ())) for entry in ranges)


def _is_within(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    within = False
    for at, kind in sorted(_comparable(events)):
        if kind == "introduced" and version >= at:
            within = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            within = False
    return within


def _comparable(events: Sequence[Mapping[str, str]]) -> Iterator[tuple[Version, str]]:
    """What cannot be compared is told once too often: introduced before all versions, fixed by none."""
    for event in events:
        for kind, text in event.items():
            try:
                yield Version(text), kind
            except InvalidVersion:
                if kind == "introduced":
                    yield Version("0"), kind


def _flaw(pin: Pin, advisory: Mapping[str, Any]) -> Flaw:
    says = str(advisory.get("summary") or advisory.get("details") or "").strip().partition("\n")[0][:150]
    return Flaw(pin.name, pin.version, str(advisory["id"]), tuple(advisory.get("aliases", ())), says)


def accepted(flaws: Sequence[Flaw], entries: Sequence[Accepted], today: datetime.date) -> list[Flaw]:
    """The flaws that are left: an accepted one comes back on its day."""
    names = {entry.name for entry in entries if today <= entry.until}
    return [flaw for flaw in flaws if names.isdisjoint((flaw.name, *flaw.aliases))]


def load_accepted() -> tuple[Accepted, ...]:
    """requirements/accepted.toml."""
    document = tomllib.loads((FOLDER / "accepted.toml").read_text("utf-8"))
    return msgspec.convert(document.get("accepted", ()), tuple[Accepted, ...])


# ── withdrawn releases ───────────────────────────────────────────────────────────────────────────────────────────


def withdrawn(wanted: Mapping[str, Pin], options: Sequence[str] = ()) -> list[str]:
    """A line for each locked release that its maintainers have yanked; `options` are uv's. Raises `NotAsked`."""
    command = [sys.executable, "-m", "uv", "--color", "never", "pip", "compile", "--universal", "--no-deps"]
    command += ["--no-header", "--no-annotate", "--refresh", "--python-version", "3.11", *options, "-"]
    text = "".join(f"{pin}\n" for pin in wanted.values())
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAsked(f"the package index could not be asked ({type(error).__name__})") from error
    if done.returncode:
        # uv's own words may name an address of the owner's.
        raise NotAsked("the package index could not be asked, or lacks a locked release (`uv pip compile` shows why)")
    return [f"{name} {version} was withdrawn: {why or 'no reason given'}" for name, version, why in _told(done.stderr)]


def _told(stderr: str) -> list[tuple[str, str, str]]:
    return [(match[1], match[2], match[3] or "") for match in YANKED.finditer(stderr)]


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────


def run(ask_flaws: Callable[[], list[Flaw]], ask_withdrawn: Callable[[], list[str]], *, strict: bool) -> int:
    """Print what is found; the exit code."""
    wrong, unasked = 0, 0
    try:
        flaws = accepted(ask_flaws(), load_accepted(), datetime.datetime.now(datetime.UTC).date())
        for flaw in flaws:
            print(f"✗ {flaw.package} {flaw.version}: {', '.join((flaw.name, *flaw.aliases))}: {flaw.says}")
        wrong += len(flaws)
        print("✓ no known flaw" if not flaws else f"{len(flaws)} known flaws")
    except NotAsked as error:
        unasked += 1
        print(f"– NOT LOOKED FOR KNOWN FLAWS: {error}. Run `make audit` where the network has OSV.")
    try:
        lines = ask_withdrawn()
        print("\n".join(f"✗ {line}" for line in lines) or "✓ no withdrawn release")
        wrong += len(lines)
    except NotAsked as error:
        unasked += 1
        print(f"– NOT LOOKED FOR WITHDRAWN RELEASES: {error}.")
    return 1 if wrong or (strict and unasked) else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", type=Path, help="a copy of OSV's data for PyPI, in place of its service")
    parser.add_argument("--strict", action="store_true", help="fail when something could not be asked")
    options = parser.parse_args()
    wanted = pins(*SHIPPED, *BUILT_WITH)
    print(f"{len(wanted)} locked packages")
    ask = (lambda: from_copy(wanted, options.database)) if options.database else (lambda: from_osv(wanted))
    sys.exit(run(ask, lambda: withdrawn(wanted), strict=options.strict))


if __name__ == "__main__":
    main()
