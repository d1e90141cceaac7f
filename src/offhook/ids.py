"""Ids for people and addresses: a prefix that says what it is, then a time-ordered id (ULID)."""

import hashlib

from ulid import ULID


def new_id(prefix: str) -> str:
    """`agent_01J...`: 48 bits of time in milliseconds, 80 random bits. Later ids sort behind earlier ones."""
    return f"{prefix}_{ULID()}"


def id_at(prefix: str, at_ms: int) -> str:
    """The least id of that moment: to begin or end a list at a time."""
    return f"{prefix}_{str(ULID.from_timestamp(at_ms / 1000))[:10]}"


def id_ms(key: str) -> int:
    """When the id was made, in milliseconds since 1970; 0 for what is no id of ours."""
    try:
        return int.from_bytes(ULID.from_str(key.rpartition("_")[2]).bytes[:6])
    except ValueError:
        return 0


def once_id(prefix: str, at_ms: int, what: str) -> str:
    """The id of what everybody who sees it knows by itself: the same each time, so that it is there once."""
    return f"{prefix}_{ULID(at_ms.to_bytes(6) + hashlib.sha256(what.encode()).digest()[:10])}"
