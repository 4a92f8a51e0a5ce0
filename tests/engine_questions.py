"""The engine, asked in the words of the oracle: flows by name and address, answers True, False or None."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netviz.engine import Connection, Evaluation, Evaluator, Options, Scenario, Verdict
from netviz.engine.services import backends, find_service
from netviz.loading import load_files
from netviz.model.cluster import Cluster, Pod, WorkloadId
from netviz.model.policy import PolicyId
from netviz.sets.addresses import IpAddress, parse_address
from tests.oracle.kubernetes import POD_CIDRS, Endpoint, Flow, Ternary
from tests.oracle.manifests import Raw, living_pods

PROTOCOLS = {"ICMP": 1, "TCP": 6, "UDP": 17, "SCTP": 132}
ANSWERS: dict[Verdict, Ternary] = {Verdict.ALLOW: True, Verdict.DENY: False, Verdict.UNKNOWN: None}

Files = Sequence[tuple[str, bytes]]


def evaluator_of(files: Files, *, ip_blocks: str = "addresses", pod_cidrs: tuple[str, ...] = POD_CIDRS) -> Evaluator:
    """An evaluator of some files."""
    loaded = load_files(list(files))
    return Evaluator(loaded.cluster, loaded.policies, Options(ip_blocks=ip_blocks, pod_cidrs=pod_cidrs))


def scenario(disabled: Iterable[str]) -> Scenario:
    """A scenario without some policies, each given as `<kind>/<namespace>/<name>`."""
    parts = [name.split("/") for name in disabled]
    return Scenario(disabled=frozenset(PolicyId(kind, namespace, name) for kind, namespace, name in parts))


def verdict_of(
    evaluation: Evaluation, source: Pod | IpAddress, target: Pod | IpAddress, protocol: str, port: int
) -> Ternary:
    """The verdict on one connection."""
    return ANSWERS[evaluation.verdict(source, target, Connection(protocol=PROTOCOLS[protocol], port=port))]


def pods_by_endpoint(cluster: Cluster, objects: Iterable[Raw]) -> dict[Endpoint, Pod]:
    """The engine's pod for each of the oracle's, those made from templates matched by workload and position."""
    found: dict[Endpoint, Pod] = {}
    made: dict[WorkloadId, list[Pod]] = {}
    for pod in sorted(cluster.pods, key=lambda pod: pod.name):
        if pod.synthetic:
            made.setdefault(pod.workload, []).append(pod)
        else:
            found["pod", pod.namespace, pod.name] = pod
    for other in living_pods(objects):
        end: Endpoint = ("pod", other["namespace"], other["name"])
        if end not in found:
            kind, name = other["owner"]
            found[end] = made[WorkloadId(other["namespace"], kind, name)].pop(0)
    left = [pod for pods in made.values() for pod in pods]
    assert not left, f"pods that the oracle does not have: {left}"
    return found


@dataclass(frozen=True, slots=True)
class EngineSide:
    """One evaluation, with its pods by the oracle's names."""

    evaluation: Evaluation
    pods: dict[Endpoint, Pod]

    @classmethod
    def of(
        cls,
        text: str,
        objects: Iterable[Raw],
        *,
        disabled: Iterable[str] = (),
        ip_blocks: str = "addresses",
        pod_cidrs: tuple[str, ...] = POD_CIDRS,
    ) -> EngineSide:
        """The evaluation of a YAML text, which says the same as `objects`."""
        evaluator = evaluator_of([("in.yaml", text.encode())], ip_blocks=ip_blocks, pod_cidrs=pod_cidrs)
        evaluation = evaluator.evaluate(scenario(disabled))
        return cls(evaluation, pods_by_endpoint(evaluation.cluster, objects))

    def ask(self, flow: Flow) -> Ternary:
        """The verdict of a flow."""
        return verdict_of(self.evaluation, self.end(flow.source), self.end(flow.target), flow.protocol, flow.port)

    def end(self, end: Endpoint) -> Pod | IpAddress:
        """A pod or an address."""
        if end[0] == "pod":
            return self.pods[end]
        address = parse_address(end[1])
        assert address is not None
        return address

    def names(self) -> set[tuple[str, str]]:
        """Namespace and name of every pod."""
        return {(pod.namespace, pod.name) for pod in self.evaluation.cluster.pods}

    def backends(self, namespace: str, name: str, port: int) -> list[tuple[Endpoint, int]]:
        """The pods behind a TCP port of a Service, with the port that each is reached on."""
        service = find_service(self.evaluation.cluster, namespace, name)
        assert service is not None
        found: list[tuple[Endpoint, int]] = []
        for backend in backends(self.evaluation.cluster, service, port, PROTOCOLS["TCP"]):
            assert isinstance(backend.target, Pod)
            found.append((("pod", backend.target.namespace, backend.target.name), backend.port))
        return found
