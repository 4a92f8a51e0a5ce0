"""What the ends of a statement mean in a cluster: pods, addresses outside, and ends of other kinds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property, reduce
from typing import Final, assert_never

from netviz.analysis.expectations.language import ByAddress, ByLabels, ByName, Ends, Peer, Word, ends_words, peer_words
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod, End
from netviz.engine.naming import find
from netviz.engine.services import members as behind
from netviz.errors import UsageError
from netviz.model.cluster import Pod, Service
from netviz.selectors.tree import all_of, matches
from netviz.sets.addresses import ALL_V4, ALL_V6, AddressSet, IpAddress, parse_cidr

_LOCAL: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "::/3",
    "4000::/2",
    "8000::/1",
)
"""What is not routed on the internet: private, shared, loopback, link-local, multicast and reserved addresses.

Source: IANA special-purpose address registries (RFC 6890), and RFC 4291 for global unicast IPv6 addresses. Blocks for
documentation stay: in examples they stand for the internet.
"""

PodKey = tuple[str, str]


class NothingMatchesError(Exception):
    """An expectation speaks of something that is not there; the text says of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What a side of a statement means. `maybe` are pods of which the input does not tell whether they belong to it.

    `addresses` are outside of the cluster. `others` are single ends of other kinds. `service` is set where the whole
    side is one Service, of which the rest are the members. `host_pods` counts pods on the network of their node that
    words and selectors leave out, as the selectors of policies do (A30).
    """

    pods: tuple[Pod, ...] = ()
    maybe: tuple[Pod, ...] = ()
    addresses: AddressSet = AddressSet()
    others: tuple[End, ...] = ()
    service: Service | None = None
    host_pods: int = 0

    def __bool__(self) -> bool:
        return bool(self.pods or self.addresses or self.others)

    @property
    def count(self) -> int:
        """How many pods and other single ends there are; all addresses together count as one."""
        return len(self.pods) + len(self.others) + bool(self.addresses)

    def with_maybe(self) -> Members:
        """The same with all that may belong to it."""
        return replace(self, pods=(*self.pods, *self.maybe), maybe=())


class Resolver:
    """Finds what the peers of statements mean in one evaluated cluster."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._cluster = evaluation.cluster
        self._known: dict[Peer, Members] = {}

    def members(self, ends: Ends) -> Members:
        """What a side means; NothingMatchesError if one of its peers or exceptions means nothing."""
        found = [self._nonempty(peer) for peer in ends.peers]
        if len(found) == 1 and not ends.excepted:
            return found[0]
        whole = replace(reduce(_united, found), service=None)
        for peer in ends.excepted:
            whole = _without(whole, self._nonempty(peer))
        if not whole and not whole.maybe:
            words = ends_words(replace(ends, excepted=()))
            raise NothingMatchesError(f"nothing is left of {words} after the exceptions")
        return whole

    def _nonempty(self, peer: Peer) -> Members:
        found = self._known.get(peer)
        if found is None:
            found = self._known[peer] = self._peer(peer)
        if found or found.maybe or (found.service and found.service.type == "ExternalName"):
            return found
        raise NothingMatchesError(self._nothing(peer, found))

    def _nothing(self, peer: Peer, found: Members) -> str:
        if found.host_pods:
            return f"{peer_words(peer)} means only pods on the network of a node: name them instead"
        if isinstance(peer, ByLabels) and peer.namespace and peer.namespace not in self._namespaces:
            near = get_close_matches(peer.namespace, self._namespaces, n=2, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            return f"there is no namespace {peer.namespace!r} in the input{hint}"
        return f"{peer_words(peer)} means no pod of the input: nothing is selected, or nothing runs"

    @cached_property
    def _namespaces(self) -> list[str]:
        return [namespace.name for namespace in self._cluster.namespaces]

    def _peer(self, peer: Peer) -> Members:
        match peer:
            case Word():
                return self._word(peer)
            case ByName(text):
                return self._named(text)
            case ByAddress():
                return self._block(peer)
            case ByLabels():
                return self._labelled(peer)
            case _:
                assert_never(peer)

    def _word(self, word: Word) -> Members:
        match word:
            case Word.INGRESS_CONTROLLER:
                return Members(others=(AnyPod(),))
            case Word.INTERNET:
                return Members(addresses=self._outside - _union(_LOCAL) - self._of_nodes)
            case Word.ANY_POD | Word.ANYTHING:
                pods = tuple(pod for pod in self._cluster.pods if not pod.host_network)
                left_out = len(self._cluster.pods) - len(pods)
                outside = self._outside if word is Word.ANYTHING else AddressSet()
                return Members(pods=pods, addresses=outside - self._of_pods, host_pods=left_out)
            case _:
                assert_never(word)

    def _named(self, text: str) -> Members:
        try:
            named = find(self._cluster, text)
        except UsageError as error:
            raise NothingMatchesError(str(error)) from None
        if named.service is None:
            return _of_ends(named.ends)
        return replace(_of_ends(behind(self._cluster, named.service)), service=named.service)

    def _block(self, block: ByAddress) -> Members:
        if "/" not in block.text:
            return self._named(block.text)
        pods = tuple(
            pod
            for pod in self._cluster.pods
            if not pod.host_network and any(address in block.addresses for address in pod.addresses)
        )
        return Members(pods=pods, addresses=block.addresses - self._of_pods - self._guarded)

    def _labelled(self, peer: ByLabels) -> Members:
        judged = {
            n.name: (n.name == peer.namespace) if peer.namespace else matches(peer.namespaces, n.labels)
            for n in self._cluster.namespaces
        }
        sure: list[Pod] = []
        maybe: list[Pod] = []
        host_pods = 0
        for pod in self._cluster.pods:
            inside = judged.get(pod.namespace, False)
            holds = all_of((inside, matches(peer.pods, pod.labels))) if inside is not False else False
            if holds is not False and pod.host_network:
                host_pods += 1
            elif holds is not False:
                (sure if holds else maybe).append(pod)
        return Members(pods=tuple(sure), maybe=tuple(maybe), host_pods=host_pods)

    @cached_property
    def _outside(self) -> AddressSet:
        """All addresses of the families that pods have, less those of host endpoints."""
        families = {address.family for pod in self._cluster.pods for address in pod.addresses}
        assumed = self._evaluation.evaluator.classes.assumed_pods
        families |= {family for family in (4, 6) if assumed.family(family)}
        every = AddressSet.union(ALL_V4 if family == 4 else ALL_V6 for family in families)
        return every - self._guarded

    @cached_property
    def _of_pods(self) -> AddressSet:
        return _all_of(a for pod in self._cluster.pods if not pod.host_network for a in pod.addresses)

    @cached_property
    def _of_nodes(self) -> AddressSet:
        nodes = [address for node in self._cluster.nodes for address in node.addresses]
        return _all_of([*nodes, *(a for pod in self._cluster.pods for a in (*pod.host_addresses, *pod.addresses))])

    @cached_property
    def _guarded(self) -> AddressSet:
        return _all_of(address for each in self._cluster.host_endpoints for address in each.addresses)


def _all_of(addresses: Iterable[IpAddress]) -> AddressSet:
    return AddressSet.union(AddressSet.of_range(a.family, a.value, a.value) for a in addresses)


def _union(blocks: Iterable[str]) -> AddressSet:
    return AddressSet.union(cidr.addresses() for cidr in map(parse_cidr, blocks) if cidr is not None)


def _of_ends(ends: Iterable[End]) -> Members:
    pods = tuple(end for end in ends if isinstance(end, Pod))
    return Members(pods=pods, others=tuple(end for end in ends if not isinstance(end, Pod)))


def _united(first: Members, second: Members) -> Members:
    pods = {_key(pod): pod for pod in (*first.pods, *second.pods)}
    maybe = {_key(pod): pod for pod in (*first.maybe, *second.maybe) if _key(pod) not in pods}
    return Members(
        pods=tuple(pods.values()),
        maybe=tuple(maybe.values()),
        addresses=first.addresses | second.addresses,
        others=tuple(dict.fromkeys((*first.others, *second.others))),
        host_pods=max(first.host_pods, second.host_pods),
    )


def _without(whole: Members, less: Members) -> Members:
    gone, doubted = (frozenset(map(_key, pods)) for pods in (less.pods, less.maybe))
    left = tuple(pod for pod in whole.pods if _key(pod) not in gone)
    single = _all_of(end for end in less.others if isinstance(end, IpAddress))
    return replace(
        whole,
        pods=tuple(pod for pod in left if _key(pod) not in doubted),
        maybe=(
            *(pod for pod in whole.maybe if _key(pod) not in gone),
            *(pod for pod in left if _key(pod) in doubted),
        ),
        addresses=whole.addresses - less.addresses - single,
        others=tuple(
            end
            for end in whole.others
            if end not in less.others and not (isinstance(end, IpAddress) and end in less.addresses)
        ),
    )


def _key(pod: Pod) -> PodKey:
    return pod.namespace, pod.name
