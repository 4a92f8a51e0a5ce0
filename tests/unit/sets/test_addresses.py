from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.sets.addresses import (
    ALL_ADDRESSES,
    ALL_V4,
    ALL_V6,
    V4_MAX,
    V6_MAX,
    AddressSet,
    Cidr,
    IpAddress,
    parse_address,
    parse_cidr,
)


def block(text: str) -> Cidr:
    found = parse_cidr(text)
    assert found is not None, text
    return found


def addresses(*texts: str) -> AddressSet:
    return AddressSet.union(block(text).addresses() for text in texts)


@pytest.mark.parametrize(
    ("text", "shown", "host_bits"),
    [
        ("10.0.0.0/8", "10.0.0.0/8", False),
        ("10.1.2.3/8", "10.0.0.0/8", True),
        ("0.0.0.0/0", "0.0.0.0/0", False),
        ("1.2.3.4/32", "1.2.3.4/32", False),
        ("10.0.0.0/08", "10.0.0.0/8", False),
        ("10.0.0.0/000", "0.0.0.0/0", True),
        ("::/0", "::/0", False),
        ("FD00::1/64", "fd00::/64", True),
        ("1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8/128", False),
        ("64:ff9b::10.0.0.0/96", "64:ff9b::/96", True),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8", False),
        ("::ffff:a00:0/104", "10.0.0.0/8", False),
        ("::ffff:10.0.0.1/96", "0.0.0.0/0", True),
        ("::ffff:10.0.0.0/95", "::fffe:0:0/95", True),
        ("::ffff:10.0.0.0/0", "::/0", True),
    ],
)
def test_a_block_is_read_as_go_reads_it(text: str, shown: str, host_bits: bool) -> None:
    found = block(text)
    assert (str(found), found.host_bits) == (shown, host_bits)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/8",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8 ",
        " 10.0.0.0/8",
        "10.0.0.0/8\n",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/0.255.255.255",
        "10.0.0.0/٨",
        "1٠.0.0.0/8",
        "010.0.0.0/8",
        "10.0.0/8",
        "10.0.0.0.0/8",
        "256.0.0.0/8",
        "0xa.0.0.0/8",
        "167772160/8",
        "::/129",
        ":/1",
        ":::/1",
        "1::2::3/64",
        "1:2:3:4:5:6:7/64",
        "1:2:3:4:5:6:7:8:9/64",
        "12345::/16",
        "fe80::%eth0/64",
        "::1.2.3/96",
        "1.2.3.4::/96",
        "::1.2.3.4:5/96",
        "::ffff:010.0.0.0/104",
        "10.0.0.0/99999999999999999999",
        "10.0.0.0/" + "9" * 5000,
        ":" * 100_000 + "x",
    ],
)
def test_what_go_refuses_is_no_block(text: str) -> None:
    assert parse_cidr(text) is None


@pytest.mark.parametrize(
    ("text", "family", "value"),
    [("1.2.3.4", 4, 0x01020304), ("::1", 6, 1), ("::ffff:1.2.3.4", 4, 0x01020304), ("::1.2.3.4", 6, 0x01020304)],
)
def test_an_address_mapped_into_ipv6_is_ipv4(text: str, family: int, value: int) -> None:
    assert parse_address(text) == IpAddress(family, value)


@given(st.ip_addresses())
def test_what_an_address_is_written_as_reads_as_the_address(address: ipaddress.IPv4Address) -> None:
    found = parse_address(str(address))
    mapped = getattr(address, "ipv4_mapped", None)
    assert found == IpAddress((mapped or address).version, int(mapped or address))
    assert parse_address(str(found)) == found


networks = st.builds(
    lambda address, prefix: ipaddress.ip_network((address, prefix % (address.max_prefixlen + 1)), strict=False),
    st.ip_addresses(v=4) | st.ip_addresses(v=6),
    st.integers(0, 128),
)


@given(networks)
def test_a_block_holds_its_first_and_last_address_and_not_their_neighbours(network: ipaddress.IPv4Network) -> None:
    family, first, last = network.version, int(network.network_address), int(network.broadcast_address)
    found = Cidr(family, first, last, network.prefixlen, False).addresses()
    top = int(type(network.network_address)(2**network.max_prefixlen - 1))
    assert IpAddress(family, first) in found
    assert IpAddress(family, last) in found
    assert first == 0 or IpAddress(family, first - 1) not in found
    assert last == top or IpAddress(family, last + 1) not in found
    assert IpAddress(10 - family, first % V4_MAX) not in found
    assert found.cidrs() == [str(network)]


small = st.lists(
    st.tuples(st.sampled_from([4, 6]), st.integers(0, 20), st.integers(0, 20)).filter(lambda r: r[1] <= r[2]),
    max_size=4,
)


def of_ranges(ranges: list[tuple[int, int, int]]) -> AddressSet:
    return AddressSet.union(AddressSet.of_range(*each) for each in ranges)


def members(found: AddressSet) -> set[tuple[int, int]]:
    return {(family, value) for family in (4, 6) for value in range(25) if IpAddress(family, value) in found}


@given(small, small)
def test_the_algebra_is_that_of_sets_of_addresses(a: list[tuple[int, int, int]], b: list[tuple[int, int, int]]) -> None:
    one, other = of_ranges(a), of_ranges(b)
    assert members(one | other) == members(one) | members(other)
    assert members(one & other) == members(one) & members(other)
    assert members(one - other) == members(one) - members(other)
    assert (one <= other) == (members(one) <= members(other))
    assert (one == other) == (members(one) == members(other))
    assert bool(one) == bool(members(one))


@given(small)
def test_the_blocks_of_a_set_are_the_set(ranges: list[tuple[int, int, int]]) -> None:
    found = of_ranges(ranges)
    assert addresses(*found.cidrs()) == found


@given(st.sampled_from((4, 6)), st.integers(0, 300), st.integers(0, 300), st.booleans())
def test_a_range_has_as_few_blocks_as_possible(family: int, first: int, length: int, at_the_end: bool) -> None:
    last = V4_MAX if family == 4 else V6_MAX
    low = last - first - length if at_the_end else first
    found = AddressSet.of_range(family, low, low + length).cidrs()
    maker = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    expected = ipaddress.summarize_address_range(maker(low), maker(low + length))
    assert [ipaddress.ip_network(block) for block in found] == list(expected)


def test_all_addresses_are_one_block_for_each_family() -> None:
    assert ALL_ADDRESSES.cidrs() == ["0.0.0.0/0", "::/0"]


def test_ranges_are_maximal_and_ipv4_comes_first() -> None:
    found = addresses("fd00::/127", "10.0.0.2/31", "10.0.0.0/31")
    base = 0xFD00 << 112
    assert found.ranges() == [(4, 0x0A000000, 0x0A000003), (6, base, base + 1)]


def test_the_two_families_are_disjoint_and_together_everything() -> None:
    assert not ALL_V4 & ALL_V6
    assert addresses("0.0.0.0/0", "::/0") == ALL_ADDRESSES
    assert addresses("0.0.0.0/0") == ALL_V4
