"""The master key: 32 bytes under which every secret's own key lies. From the environment, or a file of ours.

The file is `master.key` in the data folder, 64 hexadecimal digits, for its owner alone. While it is being changed
there are `master.key.new` and `master.key.old` beside it; whichever of them the database was sealed with is found.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offhook.errors import ConfigurationError
from offhook.settings import MASTER_KEY, Secret

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
FILE: Final = "master.key"
NEW, OLD = ".new", ".old"
OTHERS: Final = 0o077
_DIGITS: Final = re.compile(r"[0-9a-fA-F]{64}")
_CHECKED: Final = b"offhook: this is the master key"
_CHECK_OF: Final = b"offhook check of master key %d"


class MasterKey:
    """One master key. What is derived from it for one use is of no use for another; `repr` shows nothing."""

    __slots__ = ("_check", "fingerprint", "wrapping")

    def __init__(self, digits: str) -> None:
        """Raises `ValueError`, which does not show them, unless these are 64 hexadecimal digits and no pattern."""
        if not _DIGITS.fullmatch(digits) or len(set(digits.lower())) < 6:
            # Sixty-four zeros, as they stand in examples, are a key that everybody has.
            raise ValueError("not 64 hexadecimal digits made by chance")
        key = bytes.fromhex(digits)
        self.wrapping: Final = AESGCM(_derived(key, b"offhook wrapping"))
        self._check = AESGCM(_derived(key, b"offhook check"))
        self.fingerprint: Final = "-".join(re.findall("....", _derived(key, b"offhook fingerprint")[:8].hex()))
        """By which people know it: it says nothing of the key."""

    def __repr__(self) -> str:
        return f"<MasterKey {self.fingerprint}>"

    def check_value(self, version: int) -> tuple[bytes, bytes]:
        """A nonce and what is kept beside it, by which this key is known again."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce, self._check.encrypt(nonce, _CHECKED, _CHECK_OF % version)

    def is_key_of(self, version: int, nonce: bytes, check: bytes) -> bool:
        """The check value was made by this key."""
        try:
            return self._check.decrypt(nonce, check, _CHECK_OF % version) == _CHECKED
        except InvalidTag:
            return False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A master key that may be the right one."""

    key: MasterKey
    place: str
    """`OFFHOOK_MASTER_KEY`, or the file's name."""


class MasterKeyFiles:
    """Where master keys come from, and how one is changed for another without a moment in which none is kept."""

    def __init__(self, folder: Path, given: Secret) -> None:
        """`given`: that of the environment, empty without one."""
        self._folder, self._given = folder, given

    @property
    def file(self) -> Path:
        """The file in which it is kept."""
        return self._folder / FILE

    @property
    def is_given(self) -> bool:
        """It comes from the environment."""
        return bool(self._given)

    def candidates(self) -> tuple[list[Candidate], list[str]]:
        """All there are, the likeliest first, and in words why others are none."""
        found, flaws = [], []
        if self._given:
            try:
                found.append(Candidate(MasterKey(self._given.reveal()), MASTER_KEY))
            except ValueError as error:
                flaws.append(f"{MASTER_KEY} holds {error}")
        for suffix in ("", NEW, OLD):
            path = self._beside(suffix)
            try:
                found.append(Candidate(_read(path), path.name))
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                flaws.append(f"{path.name} {error.strerror if isinstance(error, OSError) else error}")
        return found, flaws

    def first(self) -> MasterKey:
        """The key for a vault in which nothing is yet: the environment's, that of the file, or a new one in the file.

        Raises `ConfigurationError`: what there is cannot be used, or no file can be made.
        """
        try:
            return MasterKey(self._given.reveal()) if self._given else _read(self.file)
        except ValueError as error:
            told = f"{MASTER_KEY} holds {error}" if self._given else f"{FILE} {error}"
            raise ConfigurationError(f"the master key cannot be used: {told}") from None
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                raise ConfigurationError(f"the master key cannot be read: {FILE}: {error.strerror}") from error
        digits, made = secrets.token_hex(KEY_BYTES), self._beside(f".made-{secrets.token_hex(4)}")
        try:
            self._write(made, digits)
            try:
                # Whole or not at all, and never over another: of processes that start together one makes it.
                os.link(made, self.file)
            except FileExistsError:
                return _read(self.file)
            finally:
                made.unlink(missing_ok=True)
            self._settle()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigurationError(f"no master key can be kept there: {reason}", file=str(self.file)) from error
        return MasterKey(digits)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes the key in this folder meanwhile; ends with the process, however that ends.

        Raises `BlockingIOError` when somebody does.
        """
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(descriptor)

    # ── changed ──────────────────────────────────────────────────────────────────────────────────────────────

    def stage(self) -> MasterKey:
        """A new key, kept beside the present one, over one that was staged before and never used. Raises `OSError`."""
        digits = secrets.token_hex(KEY_BYTES)
        self._write(self._beside(NEW), digits)
        self._settle()
        return MasterKey(digits)

    def is_staged(self, key: MasterKey) -> bool:
        """It is on the disk, beside the present one."""
        new = _read_or_none(self._beside(NEW))
        return new is not None and new.fingerprint == key.fingerprint

    def put_in_place(self, key: MasterKey) -> None:
        """This one, staged before, is the present one from now on; the present one becomes the old one.

        Raises `OSError`. What a broken-off run has done already is not done again.
        """
        if not self.is_staged(key):
            return
        if _read_or_none(self.file) is not None:
            self.file.replace(self._beside(OLD))
            self._settle()
        self._beside(NEW).replace(self.file)
        self._settle()

    def forget_old(self, key: MasterKey) -> None:
        """This one is in its place: the old one and what was staged are needed no more."""
        present = _read_or_none(self.file)
        if present is None or present.fingerprint != key.fingerprint:
            return
        for suffix in (OLD, NEW):
            self._beside(suffix).unlink(missing_ok=True)
        self._settle()

    def set_aside(self) -> None:
        """The present one is the old one; there is none in its place."""
        if self.file.exists():
            self.file.replace(self._beside(OLD))
        self._beside(NEW).unlink(missing_ok=True)
        self._settle()

    def _beside(self, suffix: str) -> Path:
        return self._folder / f"{FILE}{suffix}"

    def _write(self, path: Path, digits: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            # The umask may take more away, never give.
            os.fchmod(descriptor, 0o600)
            file.write(f"{digits}\n")
            file.flush()
            os.fsync(descriptor)

    def _settle(self) -> None:
        """What was renamed is so after a power cut too."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _derived(key: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, None, use).derive(key)


def _read(path: Path) -> MasterKey:
    """Raises `OSError`, `ValueError` in words that follow the file's name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ValueError("is a link: put the file itself there") from error
        raise
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise ValueError("is no file")
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        if found.st_mode & OTHERS:
            raise ValueError(f"can be read by others (mode {stat.S_IMODE(found.st_mode):o}): chmod 600 it")
        try:
            return MasterKey(file.read(200).strip())
        except ValueError as error:
            raise ValueError(f"holds {error}") from None


def _read_or_none(path: Path) -> MasterKey | None:
    try:
        return _read(path)
    except (OSError, ValueError):
        return None
