"""Pitfalls of what Calico's policies speak of: network sets, Services, host endpoints, labels of pods."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.analysis.findings.calico_sides import (
    name_of_set,
    used_sets,
)
from netviz.analysis.findings.calico_writing import is_own
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, PodWitness
from netviz.analysis.findings.words import counted, listed, workloads_of
from netviz.dialects.calico_selectors import (
    ACCOUNT_PREFIX,
    NAMESPACE_PREFIX,
)
from netviz.engine.options import Verdict
from netviz.errors import Severity
from netviz.model.cluster import WorkloadId
from netviz.model.policy import (
    Action,
    Direction,
    EndpointKind,
    RemarkKind,
)
from netviz.sets.region import Region, mask_of
from netviz.source import SourceRef


def _pods_in_sets(facts: Facts) -> Iterator[Finding]:
    classes, used = facts.evaluator.classes, used_sets(facts)
    for each in classes.network_sets:
        if name_of_set(each) not in used or not classes.by_address:
            continue
        inside = classes.atoms.mask(each.addresses)
        slots = mask_of(
            i
            for i, slot in enumerate(classes.slots[: classes.first_outside])
            if slot.kind is EndpointKind.POD and any(inside >> atom & 1 for atom in slot.atoms or ())
        )
        pods = facts.pods(slots)
        if pods:
            names = workloads_of(pods)
            pod = next(p for p in pods if any(address in each.addresses for address in p.addresses))
            address = next(address for address in pod.addresses if address in each.addresses)
            yield CAL020.finding(
                f"it holds addresses of pods ({counted(len(names), 'workload')}: {listed(names)}; {address} is one): a"
                " rule that selects the set by its labels also means these pods",
                "take the addresses of pods out of the set, or select pods by their own labels",
                about=name_of_set(each),
                ref=each.ref,
                witness=PodWitness(pod=f"{pod.namespace}/{pod.name}"),
            )


def _services(facts: Facts) -> Iterator[Finding]:
    listed_services = {(each.namespace, each.service) for each in facts.cluster.endpoint_slices}
    known = {(each.namespace, each.name) for each in facts.cluster.services}
    for policy, remark in facts.remarks(RemarkKind.SERVICES):
        namespace, _, name = remark.value.partition("/")
        if not is_own(policy) or (namespace, name) in listed_services:
            continue
        if (namespace, name) in known:
            message = (
                f"the endpoints of Service {remark.value} are taken from its selector, because its EndpointSlices are"
                " not in the input"
            )
        else:
            message = f"neither Service {remark.value} nor its EndpointSlices are in the input: nothing matches"
        yield CAL025.finding(
            message,
            "add the output of kubectl get endpointslices -A -o yaml to the input",
            about=policy.id,
            ref=remark.ref,
        )


def _closed_hosts(facts: Facts) -> Iterator[Finding]:
    evaluator, evaluation = facts.evaluator, facts.evaluation
    for endpoint in facts.cluster.host_endpoints:
        slot = evaluator.classes.classes[evaluator.classes.class_of(endpoint)].slots[0]
        policies = [evaluator.selecting(slot, direction, evaluation.inactive) for direction in Direction]
        if any(policies) or evaluator.final(slot) is not Action.DENY:
            continue
        closed = evaluator.atoms.all & ~evaluator.failsafe(slot, Direction.INGRESS)
        region = Region.rectangle(closed, evaluator.classes.outside)
        yield CAL026.finding(
            f"neither a policy nor a profile allows anything on node {endpoint.node}: all is denied but a few failsafe"
            " ports",
            "add profiles: [projectcalico-default-allow], or a GlobalNetworkPolicy that selects it",
            about=f"HostEndpoint/{endpoint.name}",
            ref=endpoint.ref,
            witness=facts.flows.example(1 << slot, Direction.INGRESS, region, Verdict.DENY),
        )


def _reserved_labels(facts: Facts) -> Iterator[Finding]:
    if not facts.is_calico:
        return
    found: dict[WorkloadId, tuple[SourceRef | None, list[str]]] = {}
    for pod in facts.cluster.pods:
        keys = [key for key, _ in pod.labels.items if key.startswith((NAMESPACE_PREFIX, ACCOUNT_PREFIX))]
        if keys:
            found.setdefault(pod.workload, (pod.ref, keys))
    for workload, (ref, keys) in found.items():
        yield CAL031.finding(
            f"Calico ignores {listed(keys)}: labels with this beginning are those of the namespace and of the service"
            " account",
            "give the label another name",
            about=f"{workload.kind}/{workload.namespace}/{workload.name}",
            ref=ref,
        )


CAL020 = Check(
    id="CAL020",
    severity=Severity.INFO,
    title="Pods in a network set",
    rationale="Calico compiles a selector to addresses. A pod whose address lies in a network set is matched by the"
    " labels of the set.",
    run=_pods_in_sets,
)

CAL025 = Check(
    id="CAL025",
    severity=Severity.WARNING,
    title="Services without EndpointSlices",
    rationale="A match on a Service means the endpoints in its EndpointSlices. Without them they are derived from the"
    " selector of the Service and the pods of the input, which is a guess about what is ready.",
    run=_services,
)

CAL026 = Check(
    id="CAL026",
    severity=Severity.WARNING,
    title="Host endpoint that closes its node",
    rationale="A host endpoint without profile denies what no policy allows. One that no policy selects cuts off its"
    " node, but for the failsafe ports.",
    run=_closed_hosts,
)

CAL031 = Check(
    id="CAL031",
    severity=Severity.WARNING,
    title="Labels that Calico ignores",
    rationale="Calico gives every pod the labels of its namespace under pcns. and those of its service account under"
    " pcsa., and takes away labels of the pod itself that begin so.",
    run=_reserved_labels,
)
