"""Every fix that is offered works, and what it is said to change beside it is exactly what it changes.

A fix is taken as text: put into the input in place of what it replaces, read by the reader, judged afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

import pytest
import yaml

from netviz.analysis.changes import Changed, Changes
from netviz.analysis.compare import compare
from netviz.analysis.fixes.edits import ChangedPolicy, Edit
from netviz.analysis.fixes.search import Fix, find_fixes
from netviz.analysis.wishes import Party, Wish, standing
from netviz.engine import Connection, Evaluation, Evaluator, Grouping, Options, Scenario, Verdict
from netviz.engine.matrix import PeerType
from netviz.engine.vocabulary import vocabulary_of
from netviz.loading import Loaded, load_files
from netviz.model.cluster import Pod
from netviz.model.policy import PolicyId
from netviz.sets.addresses import AddressSet, IpAddress
from netviz.sets.connections import ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.workbench.fixing import situation_of
from tests.admin_generators import admin_case
from tests.calico_generators import calico_case
from tests.engine_questions import PROTOCOLS, EngineSide, pods_by_endpoint
from tests.generators import Case, as_text, random_case, random_flows
from tests.oracle.kubernetes import Flow
from tests.oracle.manifests import Raw
from tests.property.test_mixed_oracle import mixed_case

CASES: dict[str, Callable[[int], Case]] = {
    "kubernetes": lambda seed: random_case(seed, exact=True),
    "gaps": lambda seed: random_case(seed, exact=False),
    "admin": admin_case,
    "calico": calico_case,
    "mixed": mixed_case,
}
FLOWS = 3
TRIED = 4


@dataclass(frozen=True, slots=True)
class World:
    """A case as it was read, and judged."""

    case: Case
    loaded: Loaded
    scenario: Scenario

    @classmethod
    def of(cls, case: Case, *, enforced: bool) -> World:
        loaded = load_files([("in.yaml", case.text().encode())])
        policies = loaded.policies.policies
        scenario = Scenario(
            disabled=frozenset(policy.id for policy in policies if str(policy.id) in case.disabled),
            enforced=frozenset(policy.id for policy in policies if policy.stage) if enforced else frozenset(),
        )
        return cls(case, loaded, scenario)

    @property
    def options(self) -> Options:
        return Options(ip_blocks=self.case.ip_blocks, pod_cidrs=self.case.pod_cidrs)

    def evaluation(self) -> Evaluation:
        return Evaluator(self.loaded.cluster, self.loaded.policies, self.options).evaluate(self.scenario)

    def edited(self, fix: Fix) -> Loaded:
        """The input after the fix."""
        gone = {edited(edit) for edit in fix.edits} - {None}
        kept = [item for item in self.case.objects if policy_id(item) not in gone]
        texts = [as_text(kept), *fix.texts]
        return load_files([(f"{number}.yaml", text.encode()) for number, text in enumerate(texts)])

    def sides(self, fix: Fix, wish: Wish) -> tuple[Evaluation, Evaluation]:
        """Before and after, each read and compiled by itself."""
        after = self.edited(fix)
        words = vocabulary_of(self.loaded.policies) | vocabulary_of(after.policies) | wish.vocabulary()
        before, now = (
            Evaluator(loaded.cluster, loaded.policies, self.options, words).evaluate(self.scenario)
            for loaded in (self.loaded, after)
        )
        return before, now


def edited(edit: Edit) -> PolicyId | None:
    return edit.policy if isinstance(edit, ChangedPolicy) else None


def policy_id(item: Raw) -> PolicyId | None:
    """The identity of a policy as the product has it; None for everything else."""
    kind, metadata = item["kind"], item["metadata"]
    if not kind.endswith("Policy"):
        return None
    everywhere = "Global" in kind or "Admin" in kind or "Cluster" in kind
    calico = "calico." if "projectcalico" in item["apiVersion"] else ""
    name = metadata["name"].removeprefix("default.") if "crd." in item["apiVersion"] else metadata["name"]
    return PolicyId(calico + kind, "" if everywhere else metadata.get("namespace", "default"), name)


def party(end: Pod | IpAddress) -> Party:
    if isinstance(end, Pod):
        return Party(label=f"{end.namespace}/{end.name}", pods=(end,))
    return Party(label=str(end), addresses=AddressSet.of_range(end.family, end.value, end.value))


def wish_of(evaluation: Evaluation, case: Case, flow: Flow) -> Wish | None:
    """That the flow gets the other verdict."""
    side = EngineSide(evaluation, pods_by_endpoint(evaluation.cluster, case.objects))
    source, target = side.end(flow.source), side.end(flow.target)
    if source == target or not evaluation.slot_pairs(source, target):
        return None
    verdict = evaluation.verdict(source, target, Connection(PROTOCOLS[flow.protocol], flow.port))
    number = PROTOCOLS[flow.protocol]
    connections = ConnectionSet.of(number, IntervalSet.single(flow.port) if flow.protocol != "ICMP" else None)
    wanted = Verdict.DENY if verdict is Verdict.ALLOW else Verdict.ALLOW
    return Wish(verdict=wanted, source=party(source), target=party(target), connections=connections)


Told = dict[tuple[str, str, object, object], AddressSet]


def told(pairs: Iterable[Changed]) -> Told:
    """Changes in a form that does not depend on how addresses and workloads are cut."""
    found: Told = {}
    for pair in pairs:
        ends = [
            p.type.value if p.type is PeerType.ADDRESSES else p.id.partition("#")[0] for p in (pair.source, pair.target)
        ]
        key = (ends[0], ends[1], pair.before, pair.after)
        found[key] = found.get(key, AddressSet()) | pair.source.addresses | pair.target.addresses
    return found


def really_changed(before: Evaluation, after: Evaluation, wish: Wish) -> Changes:
    """What two matrices say that changes beside the wish."""
    comparison = compare(before.matrix(Grouping.POD), after.matrix(Grouping.POD))
    peers = {peer.id: peer for peer in comparison.peers}
    pairs = (
        Changed(source=peers[c.source], target=peers[c.target], before=c.before, after=c.after)
        for c in comparison.changes
    )
    return Changes(pairs=tuple(pairs)).beyond((wish,))


def check(dialect: str, seed: int) -> tuple[int, int]:
    """Try what is offered for some flows of a case; how many flows there were, and for how many there was a fix."""
    case = CASES[dialect](seed)
    world = World.of(case, enforced=seed % 2 == 1)
    evaluation = world.evaluation()
    rng, asked, answered = Random(seed), 0, 0
    for flow in random_flows(case, FLOWS):
        wish = wish_of(evaluation, case, flow)
        if wish is None:
            continue
        fixes = find_fixes(situation_of(world.loaded, world.loaded.policies, evaluation), wish, Grouping.POD)
        asked, answered = asked + 1, answered + bool(fixes.found)
        for fix in rng.sample(fixes.found, min(TRIED, len(fixes.found))):
            before, after = world.sides(fix, wish)
            context = f"{dialect} seed {seed} {wish}\n{case.text()}\nFIX\n" + "---\n".join(fix.texts)
            assert standing(after, wish).holds(wish.verdict), context
            assert told(fix.effects.pairs) == told(really_changed(before, after, wish).pairs), context
    return asked, answered


def test_identities_are_those_of_the_reader() -> None:
    for seed in range(20):
        case = mixed_case(seed)
        read = {policy.id for policy in load_files([("in.yaml", case.text().encode())]).policies.policies}
        assert read <= {policy_id(item) for item in yaml.safe_load_all(case.text())}


@pytest.mark.parametrize("dialect", CASES)
def test_a_fix_works_and_changes_exactly_what_it_says(dialect: str) -> None:
    counted = [check(dialect, seed) for seed in range(10)]
    assert sum(answered for _, answered in counted) > sum(asked for asked, _ in counted) / 3


@pytest.mark.soak
@pytest.mark.parametrize("dialect", CASES)
@pytest.mark.parametrize("first", range(1_000, 1_500, 50))
def test_many_fixes_work_and_change_exactly_what_they_say(dialect: str, first: int) -> None:
    counted = [check(dialect, seed) for seed in range(first, first + 50)]
    assert sum(answered for _, answered in counted) > sum(asked for asked, _ in counted) / 3
