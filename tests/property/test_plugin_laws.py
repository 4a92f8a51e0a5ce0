"""What holds under every network plugin: against the specification, against the oracle, and within one plugin."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from netviz.dialects.plugins import parse_plugin
from netviz.engine import Evaluation, Evaluator, Grouping
from netviz.engine.matrix import PeerType
from netviz.loading import load_files
from netviz.workbench.options import options_for
from tests.engine_questions import PROTOCOLS, EngineSide, pods_by_endpoint, scenario, verdict_of
from tests.generators import CONNECTIONS, NODES, Case, random_case, random_flows
from tests.oracle.kubernetes import Endpoint, judge, read
from tests.oracle.manifests import Raw, kind_of, living_pods
from tests.property.test_engine_laws import ends_of, told_apart

SEEDS = range(40)
FLOWS = 40
PLUGINS = (("calico", ""), ("cilium", "1.16"), ("azure-npm", "linux"), ("azure-npm", "windows"))


def case_of(seed: int) -> Case:
    return random_case(seed, exact=seed % 2 == 0)


def evaluation_of(case: Case, cni: str, version: str = "") -> Evaluation:
    loaded = load_files([("in.yaml", case.text().encode())], plugin=parse_plugin(cni, version))
    options = options_for(loaded.plugin, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    return Evaluator(loaded.cluster, loaded.policies, options).evaluate(scenario(case.disabled))


def engine_side(case: Case, cni: str, version: str = "") -> EngineSide:
    evaluation = evaluation_of(case, cni, version)
    return EngineSide(evaluation, pods_by_endpoint(evaluation.cluster, case.objects))


def with_each_port_name_once(value: object) -> None:
    """Take away what only Calico counts: names of ports that a pod has already, and those of init containers (A24)."""
    if isinstance(value, list):
        for item in value:
            with_each_port_name_once(item)
    if isinstance(value, dict):
        init = value.get("initContainers") or []
        lasting = [*(value.get("containers") or []), *(c for c in init if c.get("restartPolicy") == "Always")]
        taken: set[tuple[str, str]] = set()
        for container in (*lasting, *(c for c in init if c not in lasting)):
            for port in container.get("ports") or []:
                key = port.get("name", ""), port.get("protocol") or "TCP"
                if key in taken or container not in lasting:
                    port.pop("name", None)
                taken.add(key)
        for item in value.values():
            with_each_port_name_once(item)


@pytest.mark.parametrize("cni", ["kubernetes", "calico"])
@pytest.mark.parametrize("seed", SEEDS)
def test_network_policies_alone_mean_the_same_to_kubernetes_to_calico_and_by_default(seed: int, cni: str) -> None:
    case = case_of(seed)
    case = replace(case, objects=copy.deepcopy(case.objects))
    with_each_port_name_once(case.objects)
    for by in (Grouping.POD, Grouping.WORKLOAD):
        assert evaluation_of(case, cni).matrix(by) == evaluation_of(case, "auto").matrix(by), case.text()


def as_old_cilium_has_it(objects: list[Raw]) -> list[Raw]:
    """Manifests that say to the specification what these say to Cilium 1.16 (D3, D8)."""
    changed = copy.deepcopy(objects)
    for policy in kind_of(changed, "NetworkPolicy"):
        spec = policy["spec"]
        for key in ("ingress", "egress"):
            for rule in spec.get(key) or ():
                for port in rule.get("ports") or ():
                    port.pop("endPort", None)
            word = key.capitalize()
            if spec.get("policyTypes") and spec.get(key) and word not in spec["policyTypes"]:
                spec["policyTypes"] = sorted({*spec["policyTypes"], word})
    return changed


@pytest.mark.parametrize("seed", SEEDS)
def test_what_old_cilium_says_the_specification_says_of_other_manifests(seed: int) -> None:
    case = random_case(seed, exact=True)
    engine = engine_side(case, "cilium", "1.16")
    changed = replace(case, objects=as_old_cilium_has_it(case.objects), ip_blocks="external")
    world = read(changed.objects, disabled=case.disabled, ip_blocks="external", pod_cidrs=case.pod_cidrs)
    doubtful = any(word in case.text() for word in ('"SCTP"', '"port": "'))
    for flow in random_flows(case, FLOWS):
        if {flow.source[1], flow.target[1]} & set(NODES.values()):
            continue
        answer, expected = engine.ask(flow), judge(world, flow)
        assert answer is expected or (doubtful and answer is None), f"{flow}: {answer}, {expected}\n{case.text()}"


@pytest.mark.parametrize("seed", SEEDS)
def test_azure_npm_follows_the_specification_over_ipv4_but_for_a_pods_own_node(seed: int) -> None:
    case = random_case(seed, exact=True)
    engine = engine_side(case, "azure-npm")
    world = read(case.objects, disabled=case.disabled, ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    dual = {("pod", p["namespace"], p["name"]) for p in living_pods(case.objects) if "fd00" in str(p)}
    blocks = '"cidr": "fd00' in case.text() or '"cidr": "::' in case.text()
    for flow in random_flows(case, FLOWS):
        ends: set[Endpoint] = {flow.source, flow.target}
        if ends & dual or any(":" in end[1] for end in ends) or on_a_node(engine, flow.target):
            continue
        answer, expected = engine.ask(flow), judge(world, flow)
        assert answer is expected or (blocks and answer is None), f"{flow}: {answer}, {expected}\n{case.text()}"


def on_a_node(engine: EngineSide, end: Endpoint) -> bool:
    return engine.pods[end].host_network if end[0] == "pod" else end[1] in NODES.values()


@pytest.mark.parametrize(("cni", "version"), PLUGINS)
@pytest.mark.parametrize("seed", range(12))
def test_cells_and_verdicts_agree_under_every_plugin(seed: int, cni: str, version: str) -> None:
    case = case_of(seed)
    evaluation = evaluation_of(case, cni, version)
    matrix = evaluation.matrix(Grouping.POD)
    ends = [ends_of(evaluation, peer) for peer in told_apart(matrix.peers)]
    for i, j in ((i, j) for i in range(len(ends)) for j in range(len(ends)) if i != j):
        if matrix.peers[i].type is PeerType.ADDRESSES and matrix.peers[j].type is PeerType.ADDRESSES:
            continue
        cell = matrix.cell(i, j)
        for protocol, port in CONNECTIONS[::3]:
            number = PROTOCOLS[protocol]
            expected = None if cell.unknown.has(number, port) else cell.allow.has(number, port)
            for source, target in ((source, target) for source in ends[i] for target in ends[j]):
                answer = verdict_of(evaluation, source, target, protocol, port)
                assert answer is expected, f"seed {seed}: {source} -> {target} {protocol}/{port}\n{case.text()}"
