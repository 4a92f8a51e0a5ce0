"""What holds for every evaluation, whatever the policies say."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from netviz.engine import Evaluation, Evaluator, Grouping
from netviz.engine.matrix import Peer, PeerType
from netviz.model.cluster import Pod
from netviz.sets.addresses import IpAddress
from tests.engine_questions import PROTOCOLS, evaluator_of, scenario, verdict_of
from tests.generators import CONNECTIONS, Case, as_text, random_case

SEEDS = range(30)
GROUPINGS = (Grouping.POD, Grouping.WORKLOAD)


def case_of(seed: int) -> Case:
    return random_case(seed, exact=seed % 2 == 0)


def evaluator_for(case: Case) -> Evaluator:
    return evaluator_of([("in.yaml", case.text().encode())], ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_order_of_toggles_leads_to_the_same_evaluation(seed: int) -> None:
    case, rng = case_of(seed), Random(seed)
    toggled, disabled = evaluator_for(case), set[str]()
    for policy in rng.choices(case.policy_ids(), k=6) if case.policy_ids() else ():
        disabled ^= {policy}
        walked = toggled.evaluate(scenario(disabled))
        direct = evaluator_for(case).evaluate(scenario(disabled))
        for by in GROUPINGS:
            assert walked.matrix(by) == direct.matrix(by), f"seed {seed}: {sorted(disabled)}\n{case.text()}"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_documents_and_files_changes_nothing(seed: int) -> None:
    case, rng = case_of(seed), Random(seed)
    shuffled = rng.sample(case.objects, len(case.objects))
    cut = rng.randint(1, len(shuffled) - 1)
    files = [(f"{name}.yaml", as_text(part).encode()) for name, part in (("b", shuffled[:cut]), ("a", shuffled[cut:]))]
    other = evaluator_of(files, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    given = scenario(case.disabled)
    for by in GROUPINGS:
        expected = evaluator_for(case).evaluate(given).matrix(by)
        assert other.evaluate(given).matrix(by) == expected, f"seed {seed}\n{case.text()}"


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_cell_says_what_the_verdicts_of_its_members_say(seed: int, by: Grouping) -> None:
    case = case_of(seed)
    evaluation = evaluator_for(case).evaluate(scenario(case.disabled))
    matrix = evaluation.matrix(by)
    ends = [ends_of(evaluation, peer) for peer in told_apart(matrix.peers)]
    for i, j in ((i, j) for i in range(len(ends)) for j in range(len(ends)) if i != j):
        if matrix.peers[i].type is PeerType.ADDRESSES and matrix.peers[j].type is PeerType.ADDRESSES:
            continue
        cell = matrix.cell(i, j)
        for protocol, port in CONNECTIONS:
            number = PROTOCOLS[protocol]
            expected = None if cell.unknown.has(number, port) else cell.allow.has(number, port)
            for source, target in ((source, target) for source in ends[i] for target in ends[j]):
                answer = verdict_of(evaluation, source, target, protocol, port)
                said = f"seed {seed}: {source} -> {target} {protocol}/{port}: verdict {answer}, cell {expected}"
                assert answer is expected, f"{said}\n{case.text()}"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_living_pod_is_a_member_of_one_peer(seed: int) -> None:
    evaluation = evaluator_for(case_of(seed)).evaluate()
    written = {(pod.namespace, pod.name) for pod in evaluation.cluster.pods if not pod.synthetic}
    for by in GROUPINGS:
        members = [(peer.namespace, name) for peer in evaluation.matrix(by).peers for name in peer.members]
        assert sorted(members) == sorted(written)


def told_apart(peers: tuple[Peer, ...]) -> list[Peer | None]:
    """The peers; None for one of several that a workload without listed pods is split into."""
    names = Counter((peer.namespace, peer.kind, peer.name) for peer in peers)
    return [
        peer if peer.members or not peer.name or names[peer.namespace, peer.kind, peer.name] == 1 else None
        for peer in peers
    ]


def ends_of(evaluation: Evaluation, peer: Peer | None) -> list[Pod | IpAddress]:
    """Everything that a peer stands for; of addresses the ends of its ranges, but for those that nodes have."""
    if peer is None or peer.type is PeerType.INGRESS_CONTROLLER:
        return []
    if peer.type is PeerType.ADDRESSES:
        ends = [IpAddress(family, end) for family, *bounds in peer.addresses.ranges() for end in sorted(set(bounds))]
        inside = {address for node in evaluation.cluster.nodes for address in node.addresses}
        inside.update(address for pod in evaluation.cluster.pods for address in pod.host_addresses)
        return [end for end in ends if end not in inside]
    if peer.members:
        return [evaluation.cluster.pod(peer.namespace, name) for name in peer.members]
    identity = (peer.namespace, peer.kind, peer.name)
    made = [pod for pod in evaluation.cluster.pods if pod.synthetic]
    return [p for p in made if (p.workload.namespace, p.workload.kind, p.workload.name) == identity]
