"""Passwords: argon2id, in two threads of their own, so that no sign-in takes the processor from the calls."""

import secrets
import unicodedata
from base64 import b64encode
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from offhook.platform.background import Background

SHORTEST: Final = 10
LONGEST: Final = 200
AT_ONCE: Final = 2
MOST_WAITING: Final = 40
"""Hashes that wait or run, a second of work: a further one is refused."""
# OWASP's password storage sheet, argon2id: 19 MiB, two passes, one lane: about 25 ms of one processor.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


def why_unfit(password: str, email: str) -> str:
    """Why this is no password, in a sentence; empty when it can be one (NIST SP 800-63B: length, no composition)."""
    if len(password) < SHORTEST:
        return f"at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"at most {LONGEST} characters"
    if len(set(password)) < 4:
        return "at least four different characters"
    name = email.partition("@")[0]
    if password.lower() in (email, name * 2, f"{name}{name[::-1]}") or password.lower() in _GUESSED_FIRST:
        return "something that is not guessed first"
    return ""


_GUESSED_FIRST: Final = frozenset(
    "1234567890 0123456789 12345678910 123456789012 password123 password1234 passwordpassword qwertyuiop qwertzuiop "
    "1qaz2wsx3edc letmeinletmein adminadmin changemechangeme iloveyou123 offhookoffhook".split()
)


class Passwords:
    """Makes and checks hashes. Text is compared in one Unicode form: keyboards differ in how they write an umlaut."""

    def __init__(self) -> None:
        self._hashing = Background("password", AT_ONCE, MOST_WAITING, "too many people sign in at once")
        self._decoy = _decoy()

    async def hash(self, password: str) -> str:
        """What is kept of it. Raises `TooMany`."""
        return await self._hashing.run(lambda: _HASHER.hash(_form(password)))

    async def fits(self, password: str, kept: str | None) -> bool:
        """It is the one; with nothing kept the answer is no, after as much work as any other. Raises `TooMany`."""

        def check() -> bool:
            try:
                return _HASHER.verify(kept or self._decoy, _form(password))
            except (VerificationError, InvalidHashError):
                return False

        # A decoy has no password, whatever chance says.
        return await self._hashing.run(check) and bool(kept)

    def is_dated(self, kept: str) -> bool:
        """It was made with less work than is asked for today."""
        return _HASHER.check_needs_rehash(kept)

    def close(self) -> None:
        """Finish what runs."""
        self._hashing.close()


def _form(password: str) -> str:
    return unicodedata.normalize("NFKC", password[:LONGEST])


def _decoy() -> str:
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}${salt}${digest}"
