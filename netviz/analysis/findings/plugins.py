"""Pitfalls of the network plugin: policies that it does not enforce, or takes differently from the specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from netviz.analysis.findings.elsewhere import Difference
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Check, Finding, FlowWitness
from netviz.analysis.findings.kubernetes_refused import object_of, ref_of
from netviz.analysis.findings.reported import name_of, record_place
from netviz.analysis.findings.words import listed, workloads_of
from netviz.dialects.calico_strictness import API_VERSIONS
from netviz.dialects.plugins import PluginName, Trait
from netviz.engine.options import Verdict
from netviz.engine.rules import CompiledPolicy
from netviz.errors import Diagnostic, Severity
from netviz.model.cluster import Pod
from netviz.model.policy import Direction, NamedPort, Policy, Remark, RemarkKind
from netviz.sets.addresses import IpAddress, parse_cidr
from netviz.source import SourceRef

_REASONS: Final = {
    "(D7)": Trait.NO_NAMED_PORTS,
    "(D9)": Trait.IPV4_ONLY,
    "(D10)": Trait.NO_SCTP,
    "(D11)": Trait.NO_EXCEPT,
    "(D12)": Trait.NO_NEGATION,
}
_POLICY_KINDS: Final = frozenset(
    (
        "NetworkPolicy",
        "GlobalNetworkPolicy",
        "StagedNetworkPolicy",
        "StagedGlobalNetworkPolicy",
        "StagedKubernetesNetworkPolicy",
    )
)
_OWN_KINDS: Final = _POLICY_KINDS | {"Tier", "NetworkSet", "GlobalNetworkSet", "HostEndpoint"}
_MOST_SHOWN: Final = 40
"""For so many policies a connection is looked for that shows the finding."""

_AZURE: Final = ("kubernetes.azure.com/", "aks-")
_WORDS: Final = {Verdict.ALLOW: "allowed", Verdict.DENY: "denied", Verdict.UNKNOWN: "unknown"}


def _with_effect(found: Difference | None) -> str:
    return "" if found is None else f"; if it were enforced, {_flow(found.flow)} would be {_WORDS[found.other]}"


def _flow(flow: FlowWitness) -> str:
    return f"{flow.source} to {flow.target} on {flow.protocol} {flow.port}"


def _without_effect(facts: Facts) -> Iterator[Finding]:
    plugin, problems = facts.plugin, [p for p in facts.report.diagnostics if p.code == "not-enforced"]
    enforced = facts.compared(replace(plugin, enforcing=PluginName.AUTO)) if problems else None
    own = {compiled.policy.id for compiled in facts.evaluator.policies}
    idle = {c.policy.id: c for c in enforced.policies if c.policy.id not in own} if enforced else {}
    for number, problem in enumerate(problems):
        about, shown = _idle_object(facts, problem), None
        policy = next((compiled for identity, compiled in idle.items() if str(identity) == about), None)
        if enforced is not None and policy is not None and number < _MOST_SHOWN:
            alone = enforced.with_only(policy.policy.id, frozenset(idle))
            shown = alone.first(enforced.subjects(policy))
        yield ENG001.finding(
            f"{plugin.title} does not enforce it: it has no effect" + _with_effect(shown),
            "write a NetworkPolicy of Kubernetes, or use a plugin that enforces this kind",
            about=about,
            ref=ref_of(problem),
            witness=shown.flow if shown else None,
        )


def _idle_object(facts: Facts, problem: Diagnostic) -> str:
    """The object that a plugin does not enforce: of a policy the id that it would have."""
    record = facts.record_of(problem)
    if record is None or record.kind not in _POLICY_KINDS or record.api_version not in API_VERSIONS:
        return object_of(facts, problem)
    return "/".join(filter(None, (f"calico.{record.kind}", record.namespace, record.name)))


def _is_azure(facts: Facts) -> bool:
    names = [node.name for node in facts.cluster.nodes]
    keys = [key for node in facts.cluster.nodes for key, _ in node.labels.items]
    return any(text.startswith(_AZURE) for text in (*names, *keys))


def _managed_calico(facts: Facts) -> Iterator[Finding]:
    found = [
        record
        for record in facts.report.records
        if record.api_version in API_VERSIONS and record.kind in _OWN_KINDS and record.outcome in ("read", "refused")
    ]
    azure = _is_azure(facts)
    if found and facts.is_calico and (azure or facts.plugin.name is PluginName.CALICO):
        names = [name_of(facts, record) for record in found]
        yield ENG002.finding(
            f"{'this is' if azure else 'on'} AKS{', whose managed' if azure else ' the managed'} Calico comes without"
            f" support for objects of projectcalico.org, such as {listed(names)}",
            "write NetworkPolicies of Kubernetes there, or install Calico by yourself",
            about=names[0],
            ref=record_place(found[0], "apiVersion"),
            severity=None if azure else Severity.INFO,
        )


def _of_kubernetes(facts: Facts, kind: RemarkKind) -> Iterator[tuple[CompiledPolicy, tuple[Remark, ...]]]:
    """The NetworkPolicies of the scenario with remarks of a kind, those that the plugin may not enforce, too."""
    for compiled in facts.evaluator.policies:
        remarks = tuple(remark for remark in compiled.policy.remarks if remark.kind is kind)
        if remarks and compiled.policy.id.kind == "NetworkPolicy" and facts.evaluation.active(compiled.number):
            yield compiled, remarks


def _blocks_without_pods(facts: Facts) -> Iterator[Finding]:
    differences = facts.without(Trait.OUTSIDE_BLOCKS)
    if differences is None:
        return
    for compiled, remarks in _of_kubernetes(facts, RemarkKind.BLOCK):
        for direction in Direction:
            here = [remark for remark in remarks if remark.path.startswith(f"spec.{direction}")]
            shown = differences.first(differences.subjects(compiled), (direction,)) if here else None
            if shown is None:
                continue
            place = next((remark for remark in here if _covers(facts, remark, shown)), here[0])
            yield ENG003.finding(
                f"{facts.plugin.title} matches {place.value} with neither pods nor nodes of the cluster:"
                f" {_flow(shown.flow)} is {_WORDS[shown.flow.verdict]}, and {_WORDS[shown.other]} by the specification",
                "select pods by a podSelector or namespaceSelector beside the block",
                about=compiled.policy.id,
                ref=place.ref,
                witness=shown.flow,
            )


def _covers(facts: Facts, remark: Remark, shown: Difference) -> bool:
    """Whether a block may hold the peer of a connection."""
    block, peer = parse_cidr(remark.value), shown.peer
    if block is None:
        return False
    if isinstance(peer, IpAddress):
        return peer in block.addresses()
    known = (peer.host_addresses if peer.host_network else peer.addresses) if isinstance(peer, Pod) else ()
    if known:
        return any(address in block.addresses() for address in known)
    return bool(block.addresses() & facts.evaluator.options.assumed_pods())


def _first_port_only(facts: Facts) -> Iterator[Finding]:
    differences = facts.without(Trait.FIRST_PORT_ONLY)
    if differences is None:
        return
    for number, (compiled, remarks) in enumerate(_of_kubernetes(facts, RemarkKind.END_PORT)):
        shown = differences.first(differences.subjects(compiled)) if number < _MOST_SHOWN else None
        first = remarks[0].value.partition("-")[0]
        yield ENG004.finding(
            f"{facts.plugin.title} does not know endPort: of the range {remarks[0].value} it opens {first} only",
            "update to Cilium 1.17, or write the ports one by one",
            about=compiled.policy.id,
            ref=remarks[0].ref,
            witness=shown.flow if shown else None,
        )


def _split_names(facts: Facts) -> Iterator[Finding]:
    differences = facts.without(Trait.ONE_NUMBER_PER_NAME)
    if differences is None:
        return
    told = 0
    for compiled in facts.evaluator.policies:
        if not facts.evaluation.active(compiled.number):
            continue
        for rule in compiled.policy.egress:
            named = next((port for port in rule.ports or () if isinstance(port, NamedPort)), None)
            if rule.certain or named is None or not rule.reason.startswith(facts.plugin.title):
                continue
            told += 1
            searched = differences.subjects(compiled) if told <= _MOST_SHOWN else ()
            shown = differences.first(searched, (Direction.EGRESS,))
            yield ENG007.finding(
                f"port {named.name} stands for different numbers in the cluster, and {facts.plugin.title} may skip such"
                " a name in egress rules, so that what it allows is not allowed",
                "write the numbers, or give the ports different names",
                about=compiled.policy.id,
                ref=(rule.port_refs or (rule.ref,))[0],
                witness=shown.flow if shown else None,
            )


def _unsupported(facts: Facts) -> Iterator[Finding]:
    told = 0
    for compiled in facts.evaluator.policies:
        policy = compiled.policy
        if not facts.evaluation.active(compiled.number) or policy.id.kind != "NetworkPolicy":
            continue
        reasons = [(policy.reason, _unsupported_place(policy))] if not policy.certain else []
        reasons += [
            (rule.reason, (rule.port_refs or (rule.ref,))[0])
            for rule in (*policy.ingress, *policy.egress)
            if not rule.certain and "(D10)" in rule.reason
        ]
        for reason, place in reasons:
            if not reason.startswith(facts.plugin.title):
                continue
            trait = next((each for sign, each in _REASONS.items() if sign in reason), Trait.SCTP_IN_DOUBT)
            differences = facts.without(trait if facts.plugin.has(trait) else Trait.SCTP_IN_DOUBT)
            told += 1
            searched = differences is not None and told <= _MOST_SHOWN
            shown = differences.first(differences.subjects(compiled)) if differences and searched else None
            yield ENG008.finding(
                reason,
                "write the policy without it, or use a plugin that supports it",
                about=policy.id,
                ref=place,
                witness=shown.flow if shown else None,
            )
    yield from _no_ipv6(facts)


def _unsupported_place(policy: Policy) -> SourceRef:
    """Where a policy says what the plugin does not translate."""
    kinds = {"except": RemarkKind.EXCEPT, "IPv6": RemarkKind.BLOCK}
    kind = next((each for word, each in kinds.items() if word in policy.reason), None)
    found = [r.ref for r in policy.remarks if r.kind is kind and (kind is RemarkKind.EXCEPT or ":" in r.value)]
    if "named ports" in policy.reason or "SCTP" in policy.reason:
        found = [ref for rule in (*policy.ingress, *policy.egress) for ref in rule.port_refs]
    return found[0] if found else policy.ref


def _no_ipv6(facts: Facts) -> Iterator[Finding]:
    """One finding about pods with IPv6 addresses under a plugin that polices IPv4 only (D9)."""
    if not facts.plugin.has(Trait.IPV4_ONLY):
        return
    for compiled, _ in _of_kubernetes(facts, RemarkKind.SELECTOR):
        differences = facts.without(Trait.IPV4_ONLY)
        some = [pod for pod in facts.pods(compiled.subject.may) if any(a.family == 6 for a in pod.addresses)]
        if some and differences is not None and compiled.policy.certain:
            shown = differences.first(some)
            names = workloads_of(some)
            yield ENG008.finding(
                f"{facts.plugin.title} leaves IPv6 traffic without policy (D9): {listed(names)}"
                f" {'has' if len(names) == 1 else 'have'} addresses of that kind",
                "use IPv4 only with this plugin, or another plugin",
                about=compiled.policy.id,
                ref=compiled.policy.ref,
                witness=shown.flow if shown else None,
            )
            return


ENG001 = Check(
    id="ENG001",
    severity=Severity.WARNING,
    title="Not enforced by the plugin",
    rationale="An object of a kind that the network plugin does not enforce is accepted by the API server and has no"
    " effect at all.",
    run=_without_effect,
)
ENG002 = Check(
    id="ENG002",
    severity=Severity.WARNING,
    title="Calico's own kinds on AKS",
    rationale="With the Calico that AKS manages, only NetworkPolicies of Kubernetes are supported: objects of"
    " projectcalico.org are neither tested nor supported there.",
    run=_managed_calico,
)
ENG003 = Check(
    id="ENG003",
    severity=Severity.WARNING,
    title="Blocks that mean no pods",
    rationale="Cilium goes by identities: an ipBlock never matches pods or nodes of the cluster, whatever their"
    " addresses. A policy that opens pods by their addresses opens nothing there.",
    run=_blocks_without_pods,
)
ENG004 = Check(
    id="ENG004",
    severity=Severity.WARNING,
    title="endPort that is not known",
    rationale="Before 1.17 Cilium reads a range of ports as its first port, without a word.",
    run=_first_port_only,
)
ENG007 = Check(
    id="ENG007",
    severity=Severity.WARNING,
    title="A port name with several numbers",
    rationale="In egress rules Cilium looks a port name up once for the cluster. A name that stands for different"
    " numbers on different pods is skipped, until a fix that is not in every version.",
    run=_split_names,
)
ENG008 = Check(
    id="ENG008",
    severity=Severity.WARNING,
    title="Not supported by the plugin",
    rationale="Azure NPM does not police IPv6, and on Windows it does not translate policies with named ports, SCTP,"
    " except or negative operators; Cilium honours SCTP only where that is switched on. Such a policy, or the entry,"
    " may have no effect.",
    run=_unsupported,
)
