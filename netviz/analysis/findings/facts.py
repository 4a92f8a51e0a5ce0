"""What checks look at: an input under one scenario, with the derived facts that several of them share."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import islice

from netviz.analysis.findings.elsewhere import MOST_PODS, Differences
from netviz.analysis.findings.flows import Flows
from netviz.analysis.findings.meant import LabelledWorkloads
from netviz.analysis.findings.precedence import Overriding, Ties, overriding, ties
from netviz.analysis.findings.redundancy import Redundancy, redundancy
from netviz.analysis.findings.serving import ServedPods, served_pods
from netviz.analysis.findings.walked import Walked, walks
from netviz.dialects.admin import ADMIN
from netviz.dialects.plugins import AUTO, Plugin, Trait
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.rules import CompiledPolicy
from netviz.errors import Diagnostic
from netviz.manifests.reading import Record
from netviz.manifests.report import LoadReport
from netviz.model.cluster import Cluster, Pod
from netviz.model.policy import Direction, EndpointKind, Policy, PolicyId, PolicySet, Remark, RemarkKind
from netviz.sets.region import bits, mask_of

NETWORK_POLICY = "NetworkPolicy"
DUPLICATE = "duplicate"
_KUBERNETES = frozenset((NETWORK_POLICY, "calico.StagedKubernetesNetworkPolicy"))

_Document = tuple[str, int]
"""A file, and the number of a document in it."""

Elsewhere = Callable[[Plugin], Evaluation]
"""The same input and scenario under another plugin."""

Values = Mapping[str, frozenset[str]]
"""The known values of each label key."""


class Facts:
    """An input under one scenario. Derived facts are worked out when they are first asked for; nothing else changes.

    `elsewhere` evaluates the same scenario under another plugin, for checks that compare plugins. `policies` are those
    of the scenario, drafts too. What was refused or is not certain is no matter for checks on
    what a policy means: these look at `active`.
    """

    def __init__(
        self,
        *,
        evaluation: Evaluation,
        policies: PolicySet,
        report: LoadReport,
        plugin: Plugin = AUTO,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.evaluation = evaluation
        self.policies = policies
        self.report = report
        self.plugin = plugin
        self._elsewhere = elsewhere
        self._compared: dict[Plugin, Differences] = {}

    def compared(self, plugin: Plugin) -> Differences | None:
        """What differs under another plugin; None where that cannot be told, or the input is too large for it."""
        if self._elsewhere is None or len(self.cluster.pods) > MOST_PODS:
            return None
        known = self._compared.get(plugin)
        if known is None:
            known = self._compared[plugin] = Differences(self.evaluation, self._elsewhere(plugin))
        return known

    def without(self, trait: Trait) -> Differences | None:
        """What differs under the same plugin without one of its habits; None if it does not have that."""
        return self.compared(self.plugin.toggled(trait)) if self.plugin.has(trait) else None

    def isolated(self, direction: Direction) -> int:
        """The slots of pods on the pod network that some policy may isolate in a direction."""
        inside = bits(self.pod_slots)
        return mask_of(slot for slot in inside if self.evaluation.isolated(slot, direction) is not False)

    @property
    def is_calico(self) -> bool:
        """Whether the policies are judged as Calico judges them."""
        ordered = any(tier.name == ADMIN.name and not tier.ties_undefined for tier in self.policies.tiers)
        return ordered or self.plugin.has(Trait.ORDERED_TIES)

    @property
    def evaluator(self) -> Evaluator:
        """The compiled policies."""
        return self.evaluation.evaluator

    @property
    def cluster(self) -> Cluster:
        """The cluster that is judged."""
        return self.evaluation.cluster

    @cached_property
    def walks(self) -> tuple[Walked, ...]:
        """The recorded walks of everything that some policy of the scenario concerns."""
        return walks(self.evaluation)

    @cached_property
    def overriding(self) -> tuple[Overriding, ...]:
        """The policies that open what NetworkPolicies close."""
        return overriding(self.walks)

    @cached_property
    def ties(self) -> Ties:
        """The policies of equal order whose order matters."""
        return ties(self.walks)

    @cached_property
    def flows(self) -> Flows:
        """Connections by name, with the verdicts of the scenario."""
        return Flows(self.evaluation)

    @cached_property
    def active(self) -> tuple[CompiledPolicy, ...]:
        """The policies that count in the scenario and are understood, in evaluation order."""
        return tuple(p for p in self.evaluator.policies if p.policy.certain and self.evaluation.active(p.number))

    @cached_property
    def kubernetes(self) -> tuple[CompiledPolicy, ...]:
        """Those of them that are written as a NetworkPolicy of Kubernetes."""
        return tuple(p for p in self.active if p.policy.id.kind in _KUBERNETES)

    @cached_property
    def kubernetes_in(self) -> Mapping[str, tuple[CompiledPolicy, ...]]:
        """Those by the namespace that they are in."""
        found: defaultdict[str, list[CompiledPolicy]] = defaultdict(list)
        for compiled in self.kubernetes:
            found[compiled.policy.id.namespace].append(compiled)
        return {name: tuple(policies) for name, policies in found.items()}

    @cached_property
    def labelled_workloads(self) -> LabelledWorkloads:
        """The workloads whose own object has labels."""
        return LabelledWorkloads(self.cluster.workloads)

    def remarks(self, kind: RemarkKind, *, kubernetes: bool = False) -> Iterator[tuple[Policy, Remark]]:
        """Every remark of this kind on an active policy, or only on those of Kubernetes."""
        for compiled in self.kubernetes if kubernetes else self.active:
            for remark in compiled.policy.remarks:
                if remark.kind is kind:
                    yield compiled.policy, remark

    @cached_property
    def pod_slots(self) -> int:
        """The slots of pods on the pod network, without the arbitrary pod."""
        classes = self.evaluator.classes
        inside = enumerate(classes.slots[: classes.first_outside])
        return mask_of(i for i, s in inside if s.kind is EndpointKind.POD and s.owner != classes.arbitrary)

    @cached_property
    def host_slots(self) -> int:
        """The slots of hostNetwork pods."""
        classes = self.evaluator.classes
        inside = enumerate(classes.slots[: classes.first_outside])
        return mask_of(i for i, s in inside if s.kind is EndpointKind.HOST)

    @cached_property
    def known(self) -> int:
        """All slots but those of the arbitrary pod."""
        return self.evaluator.classes.all & ~self.evaluator.classes.strangers

    @cached_property
    def served(self) -> ServedPods:
        """The Services in front of each pod."""
        return served_pods(self.cluster)

    @cached_property
    def redundancy(self) -> Redundancy:
        """The rules and policies that decide nothing."""
        return redundancy(self.evaluation)

    def pods(self, slots: int, most: int | None = None) -> tuple[Pod, ...]:
        """The pods that a set of slots stands for, each once; of many only the first."""
        classes = self.evaluator.classes
        inside = (slot for slot in bits(slots) if slot < classes.first_outside)
        owners = dict.fromkeys(classes.slots[slot].owner for slot in inside)
        return tuple(islice((pod for owner in owners for pod in classes.classes[owner].pods), most))

    @cached_property
    def labels_by_namespace(self) -> Mapping[str, Values]:
        """The labels of the pods of each namespace."""
        found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for pod in self.cluster.pods:
            here = found[pod.namespace]
            for key, value in pod.labels.items:
                if value is not None:
                    here[key].add(value)
        return {name: {key: frozenset(values) for key, values in here.items()} for name, here in found.items()}

    @cached_property
    def endpoint_labels(self) -> Values:
        """The labels of all pods, host endpoints and network sets."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for values in self.labels_by_namespace.values():
            for key, some in values.items():
                found[key] |= some
        hosts, sets = self.cluster.host_endpoints, self.cluster.network_sets
        for labels in (*(each.labels for each in hosts), *(each.labels for each in sets)):
            for key, value in labels.items:
                if value is not None:
                    found[key].add(value)
        return {key: frozenset(values) for key, values in found.items()}

    @cached_property
    def _records(self) -> Mapping[_Document, list[Record]]:
        found: defaultdict[_Document, list[Record]] = defaultdict(list)
        for record in sorted(self.report.records, key=lambda record: record.line):
            found[record.file, record.document].append(record)
        return found

    @cached_property
    def _policies_by_place(self) -> Mapping[_Document, list[Policy]]:
        found: defaultdict[_Document, list[Policy]] = defaultdict(list)
        for policy in sorted(self.policies.policies, key=lambda policy: policy.ref.line):
            found[policy.ref.file, policy.ref.document].append(policy)
        return found

    @cached_property
    def _numbers(self) -> Mapping[PolicyId, int]:
        return {compiled.policy.id: compiled.number for compiled in self.evaluator.policies}

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What there is to say about the input, without what is about policies that do not count in the scenario."""
        return tuple(each for each in self.report.diagnostics if self._counts(each))

    def _counts(self, diagnostic: Diagnostic) -> bool:
        policy = self.policy_of(diagnostic)
        if policy is not None:
            return self.evaluation.active(self._numbers[policy.id])
        record = self.record_of(diagnostic)
        number = self._numbers.get(PolicyId(record.kind, record.namespace, record.name)) if record else None
        if number is None:
            return True
        # A policy of this name that is written elsewhere has taken its place, or says the same again.
        return diagnostic.code == DUPLICATE and self.evaluation.active(number)

    def record_at(self, file: str, document: int, line: int) -> Record | None:
        """What became of the object that is written in a line of a document, which may be a List of many."""
        here = self._records.get((file, document))
        return here[max(0, bisect_right(here, line, key=lambda record: record.line) - 1)] if here else None

    def policy_at(self, file: str, document: int, line: int) -> Policy | None:
        """The policy that is written in a line of a document, drafts included."""
        record, here = self.record_at(file, document, line), self._policies_by_place.get((file, document), [])
        begins = line if record is None else record.line
        before = here[: bisect_right(here, begins, key=lambda policy: policy.ref.line)]
        found = before[-1] if before else None
        return found if record is None or (found is not None and found.ref.line == record.line) else None

    def record_of(self, diagnostic: Diagnostic) -> Record | None:
        """What became of the object that a diagnostic is about."""
        return self.record_at(diagnostic.file, diagnostic.document, diagnostic.line)

    def policy_of(self, diagnostic: Diagnostic) -> Policy | None:
        """The policy that a diagnostic is about."""
        return self.policy_at(diagnostic.file, diagnostic.document, diagnostic.line)
