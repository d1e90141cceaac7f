"""Networks that are not of the public internet, as IANA has them: one table, the same for every interpreter.

https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry, as of 2025-10: every
entry that is not globally reachable, and those of a protocol's own addresses with them. Beside them what other
registries hold back: multicast, deprecated and reserved blocks, and addresses of clouds' own machinery.
"""

import ipaddress
from typing import Final

IPV4: Final = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network (RFC 791)
            "10.0.0.0/8",  # private use (RFC 1918)
            "100.64.0.0/10",  # shared address space (RFC 6598); clouds' metadata too
            "127.0.0.0/8",  # loopback (RFC 1122)
            "168.63.129.16/32",  # Azure's host of a machine's own secrets: public by its number
            "169.254.0.0/16",  # link local (RFC 3927); clouds' metadata
            "172.16.0.0/12",  # private use (RFC 1918)
            "192.0.0.0/24",  # IETF protocol assignments (RFC 6890); Oracle's older metadata at .192
            "192.0.2.0/24",  # documentation (RFC 5737)
            "192.88.99.0/24",  # deprecated 6to4 relay anycast (RFC 7526)
            "192.168.0.0/16",  # private use (RFC 1918)
            "198.18.0.0/15",  # benchmarking (RFC 2544)
            "198.51.100.0/24",  # documentation (RFC 5737)
            "203.0.113.0/24",  # documentation (RFC 5737)
            "224.0.0.0/4",  # multicast (RFC 5771)
            "240.0.0.0/4",  # reserved (RFC 1112), limited broadcast (RFC 8190)
        ),
    )
)
IPV6: Final = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "::/96",  # unspecified, loopback, deprecated IPv4-compatible (RFC 4291)
            "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
            "64:ff9b:1::/48",  # IPv4-IPv6 translation of a site's own (RFC 8215)
            "100::/64",  # discard only (RFC 6666)
            "100:0:0:1::/64",  # dummy prefix (RFC 9780)
            "2001::/23",  # IETF protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID and more
            "2001:db8::/32",  # documentation (RFC 3849)
            "3fff::/20",  # documentation (RFC 9637)
            "5f00::/16",  # segment routing's identifiers (RFC 9602)
            "fc00::/7",  # unique local (RFC 4193); clouds' metadata
            "fe80::/10",  # link local (RFC 4291)
            "fec0::/10",  # deprecated site local (RFC 3879)
            "ff00::/8",  # multicast (RFC 4291)
        ),
    )
)
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 behind IPv6 (RFC 6052): the last four bytes are the address that is reached in the end."""
ISATAP: Final = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")
"""The bytes before an IPv4 address inside an interface's identifier (RFC 5214, 6.1)."""


def is_special(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """It is in one of the tables."""
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in IPV4)
    return any(address in network for network in IPV6)


def inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a packet to this one ends at, by the forms that carry one."""
    if address in NAT64 or address.packed[8:12] in ISATAP:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
