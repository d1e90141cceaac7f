"""How often somebody may try to sign in: per address, per account from one address, and per account from everywhere.

An attempt is counted before the password is looked at, so that many at once gain nothing, and given back when it was
right. An account's own bound from everywhere is wide: whoever tries to lock an owner out needs many addresses, and the
owner still has one-time links.
"""

import hashlib
import ipaddress
from typing import Final

from offhook import clock
from offhook.platform.buckets import Allowance, Buckets
from offhook.platform.problems import TooMany

OF_ADDRESS: Final = Allowance(30, 20.0)
OF_ACCOUNT_HERE: Final = Allowance(6, 60.0)
OF_ACCOUNT: Final = Allowance(60, 60.0)


class Throttle:
    """Counts attempts of this process."""

    def __init__(self) -> None:
        self._addresses, self._here, self._accounts = (
            Buckets(allowance) for allowance in (OF_ADDRESS, OF_ACCOUNT_HERE, OF_ACCOUNT)
        )

    def enter(self, address: str, account: str = "") -> "Attempt":
        """Count an attempt. Raises `TooMany`; it says the same of accounts that there are and of those that are not."""
        at = clock.machine()
        network = network_of(address)
        taken: list[tuple[Buckets, str]] = []
        wanted = [(self._addresses, network)]
        if account:
            name = hashlib.sha256(account.encode()).hexdigest()
            wanted += [(self._here, f"{network} {name}"), (self._accounts, name)]
        for buckets, key in wanted:
            if wait_s := buckets.take(key, at):
                # What was refused is no attempt on the account; on the address it stays one.
                for before, taken_key in taken[1:]:
                    before.give_back(taken_key, at)
                raise TooMany("too many attempts to sign in", retry_after_s=wait_s, code="session.too_many_attempts")
            taken.append((buckets, key))
        return Attempt(taken)


class Attempt:
    """One that was counted."""

    def __init__(self, taken: list[tuple[Buckets, str]]) -> None:
        self._taken = taken

    def succeeded(self) -> None:
        """It was no guess: not counted."""
        at = clock.machine()
        for buckets, key in self._taken:
            buckets.give_back(key, at)
        self._taken = []


def network_of(address: str) -> str:
    """What one person has: an IPv4 address, or the 64 bits of an IPv6 network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found.packed, 64), strict=False))
    return str(found)
