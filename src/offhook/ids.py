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


def settled_id(prefix: str, at_ms: int, seed: str) -> str:
    """As `new_id` of that moment, always the same for the same seed: what is made twice is one."""
    return f"{prefix}_{ULID(at_ms.to_bytes(6) + hashlib.sha256(seed.encode()).digest()[:10])}"
