"""Expectations hold exactly where an independent oracle, asked pair by pair and port by port, says so."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

import pytest

from netviz.analysis.expectations.checking import Result, Status, check
from netviz.analysis.expectations.reading import read_expectations
from netviz.engine import Evaluation
from netviz.engine.fixed import End
from netviz.model.cluster import Pod
from tests.completions import completion
from tests.engine_questions import EngineSide, pods_by_endpoint
from tests.generators import CONNECTIONS, NAMESPACE_LABELS, OUTSIDE, POD_LABELS, Case, as_text, random_case
from tests.oracle import kubernetes, mixed
from tests.oracle.kubernetes import Endpoint, Flow, Ternary, families, find, on_own_node
from tests.oracle.manifests import Raw
from tests.property.test_calico_oracle import evaluation_of
from tests.property.test_engine_oracle import engine_side, oracle_side
from tests.property.test_mixed_oracle import mixed_case

STATEMENTS = 6
COMPLETIONS = 2
POOLS: tuple[Mapping[str, tuple[str, ...]], ...] = (POD_LABELS, NAMESPACE_LABELS)
CHUNK = 25
RANGES = (("TCP", 8000, 8010), ("TCP", 79, 81), ("UDP", 52, 54))
OF_NODES = "10.9.0.0/30"
NETWORKS = ("30.1.2.0/29", "10.0.1.200/30", "10.0.1.0/29", "10.244.1.0/29", OF_NODES, "2001:db8::/126")


class Side(NamedTuple):
    """One side of a statement: as it is written, and what it means."""

    written: object
    ends: frozenset[Endpoint]


class Ports(NamedTuple):
    """The ports of a statement, likewise."""

    written: str
    pairs: tuple[tuple[str, int], ...]


class Asked(NamedTuple):
    """A world of the oracle with its judge."""

    world: Raw
    judge: Callable[[Raw, Flow], Ternary]


def end_of(pod: Raw) -> Endpoint:
    return ("pod", pod["namespace"], pod["name"])


def pods_where(world: Raw, wanted: Callable[[Raw], bool]) -> frozenset[Endpoint]:
    return frozenset(end_of(pod) for pod in world["pods"].values() if not pod["host"] and wanted(pod))


def labelled(rng: Random, world: Raw) -> Side:
    namespace = rng.choice(sorted({pod["namespace"] for pod in world["pods"].values()}))
    written: dict[str, Any] = {"namespace": namespace}
    labels: dict[str, str] = {}
    if rng.random() < 0.5:
        key = rng.choice(sorted(POD_LABELS))
        labels = {key: rng.choice(POD_LABELS[key])}
        written["podSelector"] = {"matchLabels": labels}
    return Side(
        written,
        pods_where(world, lambda p: p["namespace"] == namespace and labels.items() <= p["labels"].items()),
    )


def block(rng: Random, world: Raw) -> Side:
    # The oracle of Calico knows no doubt: nodes are among the addresses only if it is known which pods are on them.
    placed = all(pod["node"] for pod in world["pods"].values())
    network = ipaddress.ip_network(rng.choice([each for each in NETWORKS if placed or each != OF_NODES]))
    owners = {a: end_of(pod) for pod in world["pods"].values() if not pod["host"] for a in pod["addresses"]}
    ends = frozenset(owners.get(str(address), ("ip", str(address))) for address in network)
    return Side(str(network), ends)


def everyone(rng: Random, world: Raw) -> Side:
    pods = pods_where(world, lambda _: True)
    excepted = labelled(rng, world)
    if rng.random() < 0.5 and excepted.ends and pods - excepted.ends:
        return Side({"peer": "any-pod", "except": [excepted.written]}, pods - excepted.ends)
    return Side("any-pod", pods)


def by_name(rng: Random, world: Raw) -> Side:
    listed = [pod for pod in world["pods"].values() if pod["owner"][0] == "Pod"]
    if not listed or rng.random() < 0.3:
        address = rng.choice([a for a in OUTSIDE if not a.startswith("10.9.")])
        return Side(address, frozenset({("ip", address)}))
    pod = rng.choice(listed)
    return Side(f"pod/{pod['namespace']}/{pod['name']}", frozenset({end_of(pod)}))


SIDES = (labelled, labelled, everyone, block, by_name)


def ports(rng: Random) -> Ports:
    if rng.random() < 0.3:
        protocol, low, high = rng.choice(RANGES)
        return Ports(f"{protocol}/{low}-{high}", tuple((protocol, port) for port in range(low, high + 1)))
    protocol, port = rng.choice(CONNECTIONS)
    return Ports(f"{protocol}/{port}", ((protocol, port),))


def pairs(world: Raw, sources: Side, targets: Side) -> Iterator[tuple[Endpoint, Endpoint]]:
    """All pairs that a statement speaks of."""
    for source in sorted(sources.ends):
        for target in sorted(targets.ends):
            if source != target and "pod" in (source[0], target[0]) and not own_node(world, (source, sources), target):
                yield source, target


def own_node(world: Raw, source: tuple[Endpoint, Side], target: Endpoint) -> bool:
    """A node and its own pods, where a block names the node among others (docs/expectations.md)."""
    end, side = source
    in_block = end[0] == "ip" and "/" in str(side.written)
    return in_block and on_own_node(world, find(world, end), find(world, target)) is True


def status_of(said: set[Ternary], wanted: str) -> Status:
    """What the verdicts of all pairs and ports come to; no pair at all is a failure."""
    if not said or (wanted == "deny" and True in said) or (wanted == "allow" and False in said):
        return Status.FAILED
    return Status.UNKNOWN if None in said else Status.PASSED


def said_of(asked: Asked, sources: Side, targets: Side, on: Ports) -> set[Ternary]:
    return {
        asked.judge(asked.world, Flow(source, target, *connection))
        for source, target in pairs(asked.world, sources, targets)
        for connection in on.pairs
    }


def check_flow(asked: Asked, result: Result, wanted: str, names: dict[tuple[str, str], Endpoint], on: Ports) -> None:
    """The counterexample is one: among the ports, with the verdict that it has, which is not the wanted one."""
    flow = result.flow
    if flow is None:
        return
    protocol = {6: "TCP", 17: "UDP", 132: "SCTP", 1: "ICMP"}[flow.connection.protocol]
    connection = (protocol, flow.connection.port)
    assert connection in on.pairs
    ends = [endpoint(names, end) for end in (flow.source, flow.target)]
    verdict = asked.judge(asked.world, Flow(ends[0], ends[1], *connection))
    assert verdict is {"allow": True, "deny": False, "unknown": None}[flow.verdict.value]
    assert verdict is not (wanted == "allow")


def endpoint(names: dict[tuple[str, str], Endpoint], end: End) -> Endpoint:
    return names[end.namespace, end.name] if isinstance(end, Pod) else ("ip", str(end))


def result_of(evaluation: Evaluation, statement: Raw) -> Result:
    text = as_text([{"netviz": "expectations/1", "expectations": [statement]}])
    (result,) = check(evaluation, read_expectations("e.yaml", text.encode()))
    return result


def check_case(case: Case, engine: EngineSide, asked: Asked) -> set[Status]:
    rng = Random(f"expectations {case.seed}")
    names = {(pod.namespace, pod.name): end for end, pod in engine.pods.items()}
    found: set[Status] = set()
    for _ in range(STATEMENTS if asked.world["pods"] else 0):
        wanted = rng.choice(("allow", "deny"))
        sources, targets, on = rng.choice(SIDES)(rng, asked.world), rng.choice(SIDES)(rng, asked.world), ports(rng)
        statement = {"expect": wanted, "from": sources.written, "to": targets.written, "ports": [on.written]}
        result = result_of(engine.evaluation, statement)
        status = status_of(said_of(asked, sources, targets, on), wanted)
        if result.flow is not None and result.flow.source_port:
            continue  # an expectation is about every source port, the oracle is asked about one
        told = f"seed {case.seed}: {statement}\n{sources.ends} {targets.ends}\n{case.disabled}\n{as_text(case.objects)}"
        assert result.status is status, f"{result}\n{told}"
        check_flow(asked, result, wanted, names, on)
        found.add(status)
    return found


def selected(rng: Random) -> tuple[object, Callable[[Raw], frozenset[Endpoint]]]:
    """Pods by labels of their own and of their namespace: as it is written, and what it means in a world."""
    own, around = (some_label(rng, pool) for pool in POOLS)

    def ends_of(world: Raw) -> frozenset[Endpoint]:
        return pods_where(
            world,
            lambda pod: own.items() <= pod["labels"].items()
            and around.items() <= world["namespaces"].get(pod["namespace"], {}).items(),
        )

    return {"podSelector": {"matchLabels": own}, "namespaceSelector": {"matchLabels": around}}, ends_of


def some_label(rng: Random, pool: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    key = rng.choice(sorted(pool))
    return {key: rng.choice(pool[key])} if rng.random() < 0.6 else {}


def gaps_seed(seed: int) -> set[Status]:
    """With gaps in the input, what passed or failed does so however the gaps are filled."""
    case = random_case(seed, exact=False)
    engine, rng = engine_side(case), Random(f"gaps {seed}")
    worlds = [oracle_side(case, completion(case, attempt)) for attempt in range(COMPLETIONS)]
    found: set[Status] = set()
    for _ in range(STATEMENTS):
        wanted = rng.choice(("allow", "deny"))
        (source, sources), (target, targets), on = selected(rng), selected(rng), ports(rng)
        result = result_of(engine.evaluation, {"expect": wanted, "from": source, "to": target, "ports": [on.written]})
        found.add(result.status)
        for world in worlds if result.status is not Status.UNKNOWN else ():
            said: set[Ternary] = set()
            for pair in pairs(world, Side(source, sources(world)), Side(target, targets(world))):
                for connection in on.pairs:
                    said |= set(kubernetes.by_family(world, Flow(*pair, *connection)).values())
            told = f"seed {seed} {wanted} {source} {target} {on.written}: {result}\n{as_text(case.objects)}"
            assert status_of(said, wanted) is result.status, told
    return found


def kubernetes_seed(seed: int) -> set[Status]:
    case = random_case(seed, exact=True)
    return check_case(case, engine_side(case), Asked(oracle_side(case, case.objects), kubernetes.judge))


def mixed_seed(seed: int) -> set[Status]:
    """Calico, admin policies and NetworkPolicies in one cluster, if all ends share an address family."""
    case, enforced = mixed_case(seed), seed % 2 == 1
    if not any("projectcalico.org" in item["apiVersion"] for item in case.objects):
        return set()
    evaluation: Evaluation = evaluation_of(case, enforced=enforced)
    engine = EngineSide(evaluation, pods_by_endpoint(evaluation.cluster, case.objects))
    options: dict[str, Any] = {"disabled": case.disabled, "ip_blocks": case.ip_blocks, "pod_cidrs": case.pod_cidrs}
    world = mixed.read(case.objects, enforced=enforced, **options)
    if any(families(world, pod) != {4} for pod in world["pods"].values()):
        return set()
    return check_case(case, engine, Asked(world, mixed.judge))


@pytest.mark.parametrize("first", range(0, 150, CHUNK))
def test_expectations_about_network_policies_hold_where_the_oracle_says(first: int) -> None:
    found = [kubernetes_seed(seed) for seed in range(first, first + CHUNK)]
    assert set.union(*found) >= {Status.PASSED, Status.FAILED}


def test_expectations_about_all_dialects_hold_where_the_oracle_says() -> None:
    found = [mixed_seed(seed) for seed in range(120)]
    assert set.union(*found) >= {Status.PASSED, Status.FAILED}


@pytest.mark.parametrize("first", range(0, 100, CHUNK))
def test_what_is_decided_about_an_expectation_holds_however_gaps_are_filled(first: int) -> None:
    found = [gaps_seed(seed) for seed in range(first, first + CHUNK)]
    assert set.union(*found) == {Status.PASSED, Status.FAILED, Status.UNKNOWN}


@pytest.mark.soak
@pytest.mark.parametrize("first", range(10_000, 20_000, CHUNK))
def test_many_more_expectations_hold_where_the_oracle_says(first: int) -> None:
    for seed in range(first, first + CHUNK):
        kubernetes_seed(seed)
        mixed_seed(seed)
        gaps_seed(seed)
