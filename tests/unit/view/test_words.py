import pytest

from netviz.sets.connections import ALL_CONNECTIONS, ICMP, NO_CONNECTIONS, SCTP, TCP, UDP, ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.view.words import PILL_LENGTH, connection_words, short_words


def ports(protocol: int, *spans: tuple[int, int]) -> ConnectionSet:
    return ConnectionSet.of(protocol, IntervalSet.of(spans))


@pytest.mark.parametrize(
    ("connections", "words"),
    [
        (NO_CONNECTIONS, "nothing"),
        (ALL_CONNECTIONS, "any port"),
        (ports(TCP, (8080, 8080)), "TCP 8080"),
        (ports(TCP, (80, 80), (443, 443)) | ports(UDP, (53, 53)), "TCP 80, 443; UDP 53"),
        (ports(TCP, (8000, 8999)), "TCP 8000-8999"),
        (ConnectionSet.of(TCP), "all TCP"),
        (ConnectionSet.of(TCP) | ConnectionSet.of(UDP) | ConnectionSet.of(SCTP), "all TCP, UDP, SCTP"),
        (ConnectionSet.of(TCP) | ports(UDP, (53, 53)), "all TCP; UDP 53"),
        (ConnectionSet.of(ICMP), "ICMP"),
        (ConnectionSet.of(ICMP, IntervalSet.single(8)), "ICMP type 8"),
        (ConnectionSet.of(ICMP, IntervalSet.single(3), IntervalSet.single(4)), "ICMP type 3 code 4"),
        (ConnectionSet.of(47), "protocol 47"),
        (ALL_CONNECTIONS - ports(TCP, (25, 25)), "any port except TCP 25"),
        (ConnectionSet.of(TCP, None, IntervalSet.single(68)), "TCP from port 68 to any port"),
        (ConnectionSet.of(UDP, IntervalSet.single(67), IntervalSet.single(68)), "UDP from port 68 to 67"),
    ],
)
def test_every_kind_of_set_has_words(connections: ConnectionSet, words: str) -> None:
    assert connection_words(connections) == words


@pytest.mark.parametrize(
    ("connections", "words"),
    [
        (ports(TCP, (80, 80), (443, 443)), "TCP 80, 443"),
        (ports(TCP, *((p, p) for p in (80, 443, 8080, 9090, 9100))), "TCP 80, 443, 8080 +2"),
        (ports(TCP, (10000, 11000), (20000, 21000)) | ports(UDP, (53, 53)), "TCP 10000-11000 +2"),
        (ALL_CONNECTIONS - ports(TCP, (10250, 10250), (25, 25)), "any port, 2 exceptions"),
        (ALL_CONNECTIONS - ports(TCP, (10250, 11250)), "any port, 1 exception"),
    ],
)
def test_long_sets_are_shortened_and_say_how_many_ports_are_missing(connections: ConnectionSet, words: str) -> None:
    assert short_words(connections) == words
    assert len(words) <= PILL_LENGTH
