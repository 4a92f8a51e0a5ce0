"""IP addresses and exact sets of them; strict reading of CIDR text as the API server reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import netaddr

from netviz.sets.intervals import IntervalSet

V4_MAX: Final = (1 << 32) - 1
V6_MAX: Final = (1 << 128) - 1
_MAPPED: Final = 0xFFFF << 32
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LONGEST: Final = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
_V4: Final = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}", re.ASCII)
_V6: Final = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?", re.ASCII)
_PREFIX: Final = re.compile(r"0*([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class IpAddress:
    """One address: family 4 or 6 and its value as an unsigned integer."""

    family: int
    value: int

    def __str__(self) -> str:
        return str(netaddr.IPAddress(self.value, self.family))


@dataclass(frozen=True, slots=True)
class Cidr:
    """A CIDR block: `first`-`last` inclusive after masking, `host_bits` if bits beyond the prefix were set."""

    family: int
    first: int
    last: int
    prefix: int
    host_bits: bool

    def __str__(self) -> str:
        return f"{IpAddress(self.family, self.first)}/{self.prefix}"

    def addresses(self) -> AddressSet:
        """The block as a set."""
        return AddressSet.of_range(self.family, self.first, self.last)


def parse_address(text: str) -> IpAddress | None:
    """The address that Go's netip would read, or None. An IPv4-mapped IPv6 address is IPv4, as in Go's net.ParseIP.

    Only ASCII, four decimal octets without leading zeros, or IPv6 without zone.
    """
    # The IPv6 pattern takes quadratic time, which a hostile text of a megabyte would use.
    if len(text) > _LONGEST:
        return None
    if _V4.fullmatch(text):
        return IpAddress(4, int.from_bytes(map(int, text.split("."))))
    if not _V6.fullmatch(text):
        return None
    head, _, tail = text.rpartition(":")
    if "." in tail and not (head and _V4.fullmatch(tail)):
        return None
    try:
        value = netaddr.IPAddress(text, 6, flags=netaddr.INET_PTON).value
    except (netaddr.AddrFormatError, ValueError):
        return None
    return IpAddress(4, value & V4_MAX) if value >> 32 == _MAPPED >> 32 else IpAddress(6, value)


def parse_cidr(text: str) -> Cidr | None:
    """The block that Go's net.ParseCIDR would read, or None; host bits are masked and reported in the result.

    `::ffff:10.0.0.0/104` is IPv4 `10.0.0.0/8`, as in Go; with a prefix shorter than 96 bits it is the IPv6 block around
    the mapped addresses. Leading zeros are accepted in the prefix length, not in an address.
    """
    address_text, _, prefix_text = text.partition("/")
    address, prefix_match = parse_address(address_text), _PREFIX.fullmatch(prefix_text)
    if address is None or prefix_match is None:
        return None
    family, value, prefix = address.family, address.value, int(prefix_match[1])
    if ":" in address_text and family == 4:
        if 96 <= prefix <= 128:
            prefix -= 96
        else:
            family, value = 6, value | _MAPPED
    width = 32 if family == 4 else 128
    if prefix > width:
        return None
    hosts = (1 << width - prefix) - 1
    first = value & ~hosts
    return Cidr(family, first, first | hosts, prefix, bool(value & hosts))


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of IPv4 and IPv6 addresses; equal sets are equal objects. An IPv4 block never holds an IPv6 address."""

    v4: IntervalSet = IntervalSet()
    v6: IntervalSet = IntervalSet()

    @classmethod
    def of_range(cls, family: int, first: int, last: int) -> AddressSet:
        """The inclusive range `first`-`last` of one family."""
        interval = IntervalSet.of([(first, last)])
        return cls(v4=interval) if family == 4 else cls(v6=interval)

    @classmethod
    def union(cls, sets: Iterable[AddressSet]) -> AddressSet:
        """Every address of any of the sets, in one pass."""
        all_sets = list(sets)
        return cls(
            IntervalSet.of(i for s in all_sets for i in s.v4),
            IntervalSet.of(i for s in all_sets for i in s.v6),
        )

    def family(self, family: int) -> IntervalSet:
        """The members of one family as integers."""
        return self.v4 if family == 4 else self.v6

    def __bool__(self) -> bool:
        return bool(self.v4) or bool(self.v6)

    def __contains__(self, address: IpAddress) -> bool:
        return address.value in self.family(address.family)

    def __or__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 | other.v4, self.v6 | other.v6)

    def __and__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 & other.v4, self.v6 & other.v6)

    def __sub__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 - other.v4, self.v6 - other.v6)

    def __le__(self, other: AddressSet) -> bool:
        return self.v4 <= other.v4 and self.v6 <= other.v6

    def ranges(self) -> list[tuple[int, int, int]]:
        """(family, first, last) of every maximal inclusive range, IPv4 first."""
        return [(4, a, b) for a, b in self.v4] + [(6, a, b) for a, b in self.v6]

    def cidrs(self) -> list[str]:
        """The shortest list of CIDR blocks that is this set, IPv4 first."""
        return [block for family, low, high in self.ranges() for block in _blocks(family, low, high)]


def _blocks(family: int, low: int, high: int) -> Iterator[str]:
    """The fewest CIDR blocks that are a range."""
    width = 32 if family == 4 else 128
    while low <= high:
        # The largest block that starts here, made smaller until it ends in time.
        bits = min((low & -low).bit_length() - 1 if low else width, (high - low + 1).bit_length() - 1)
        yield f"{netaddr.IPAddress(low, family)}/{width - bits}"
        low += 1 << bits


ALL_V4: Final = AddressSet(v4=IntervalSet(((0, V4_MAX),)))
ALL_V6: Final = AddressSet(v6=IntervalSet(((0, V6_MAX),)))
ALL_ADDRESSES: Final = ALL_V4 | ALL_V6
