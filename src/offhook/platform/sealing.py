"""How a secret is sealed: AES-256-GCM under a key of its own, which lies wrapped under the master key.

What the row is belongs to what is sealed: a secret that is moved to another workspace, kind, name or row does not open
there, and a key wrapped under one version of the master key is none under another.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from offhook.platform.master_key import KEY_BYTES, NONCE_BYTES, MasterKey
from offhook.settings import Secret

SHOWN: Final = 4
"""Characters of a secret by which people know it."""
LONG: Final = 16
"""Of a shorter one they would be too much."""


class Damaged(Exception):
    """It does not open: it was changed, or moved here from another row."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which row a secret is."""

    workspace: str
    kind: str
    name: str
    id: str

    def bound(self, *more: str) -> bytes:
        """The associated data: as JSON, so that no two places read the same."""
        return json.dumps(["offhook", self.workspace, self.kind, self.name, self.id, *more]).encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is kept of a secret."""

    wrapped_key: bytes
    sealed: bytes


def seal(master: MasterKey, version: int, place: Place, secret: Secret) -> Sealed:
    """Sealed anew, under a new key of its own."""
    key = secrets.token_bytes(KEY_BYTES)
    return Sealed(
        _encrypt(master.wrapping, key, _of_key(place, version)),
        _encrypt(AESGCM(key), secret.reveal().encode(), place.bound("value")),
    )


def open_sealed(master: MasterKey, version: int, place: Place, sealed: Sealed) -> Secret:
    """The secret. Raises `Damaged`."""
    key = _decrypt(master.wrapping, sealed.wrapped_key, _of_key(place, version))
    return Secret(_decrypt(AESGCM(key), sealed.sealed, place.bound("value")).decode())


def wrapped_anew(
    old: MasterKey, version: int, new: MasterKey, new_version: int, place: Place, wrapped_key: bytes
) -> bytes:
    """The secret's key under another master key; the secret itself stays as it is. Raises `Damaged`."""
    key = _decrypt(old.wrapping, wrapped_key, _of_key(place, version))
    return _encrypt(new.wrapping, key, _of_key(place, new_version))


def last_four(secret: Secret) -> str:
    """By which people know it; empty for one that is too short to show a part of."""
    text = secret.reveal()
    return text[-SHOWN:] if len(text) >= LONG and text.isascii() and text.isprintable() else ""


def _of_key(place: Place, version: int) -> bytes:
    return place.bound("key", str(version))


def _encrypt(cipher: AESGCM, text: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, text, bound)


def _decrypt(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        # A nonce that is too short is a `ValueError`.
        raise Damaged from error
