"""A proof never holds where something speaks against it, and it holds for a change that was made to fulfil it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

import pytest

from netviz.analysis.alternatives import Alternative
from netviz.analysis.fixes.edits import ChangedPolicy
from netviz.analysis.fixes.search import Fix, find_fixes
from netviz.analysis.proof import Intent, prove_change, prove_what_if
from netviz.engine import Evaluation, Evaluator, Grouping, Options, Verdict
from netviz.loading import load_files
from netviz.sets.connections import ConnectionSet
from netviz.sets.intervals import IntervalSet
from netviz.workbench.fixing import situation_of
from tests.admin_generators import admin_case
from tests.engine_questions import PROTOCOLS
from tests.generators import CONNECTIONS, OUTSIDE, Case, as_text, random_case, random_flows
from tests.oracle import admin, kubernetes
from tests.oracle.kubernetes import Endpoint, Flow
from tests.oracle.manifests import Raw, living_pods
from tests.property.test_cause_laws import edited
from tests.property.test_fixes import CASES, World, wish_of

ORACLES: Mapping[str, tuple[Callable[[int], Case], Any]] = {
    "kubernetes": (lambda seed: random_case(seed, exact=True), kubernetes),
    "gaps": (lambda seed: random_case(seed, exact=False), kubernetes),
    "admin": (admin_case, admin),
}
SOME_CONNECTIONS = Random(1).sample(CONNECTIONS, 12)


def evaluation_of(case: Case, objects: list[Raw]) -> Evaluation:
    loaded = load_files([("in.yaml", as_text(objects).encode())])
    options = Options(ip_blocks=case.ip_blocks, pod_cidrs=case.pod_cidrs)
    return Evaluator(loaded.cluster, loaded.policies, options).evaluate()


def name_of(end: Endpoint) -> str:
    return "/".join(end[1:])


def intent_of(flow: Flow, verdict: Verdict) -> Intent:
    number = PROTOCOLS[flow.protocol]
    connections = ConnectionSet.of(number, IntervalSet.single(flow.port) if flow.protocol != "ICMP" else None)
    source, target = name_of(flow.source), name_of(flow.target)
    return Intent(text="", verdict=verdict, source=source, target=target, connections=connections)


def policies_edited(objects: list[Raw], rng: Random) -> list[Raw]:
    """Some policies dropped or changed; everything else stays."""
    changed = edited([item for item in objects if item["kind"].endswith("Policy")], rng)
    return [item for item in objects if not item["kind"].endswith("Policy")] + changed


def every_flow(objects: list[Raw]) -> Iterator[Flow]:
    pods: list[Endpoint] = [("pod", p["namespace"], p["name"]) for p in living_pods(objects)]
    outside: list[Endpoint] = [("ip", address) for address in OUTSIDE[:4]]
    for source, target in [*product(pods, pods), *product(pods, outside), *product(outside, pods)]:
        if source != target:
            for protocol, port in SOME_CONNECTIONS:
                yield Flow(source, target, protocol, port)


def check(dialect: str, seed: int) -> tuple[bool, bool]:
    """Whether a random change is proven, and whether anything speaks against it by the oracle, pair by pair."""
    make, oracle = ORACLES[dialect]
    case, rng = make(seed), Random(seed)
    after = policies_edited(case.objects, rng) if rng.random() < 0.8 else list(case.objects)
    bare = [f for f in random_flows(case, 6) if not ("pod" in (f.source[0], f.target[0]) and made(case, f))]
    options = {"ip_blocks": case.ip_blocks, "pod_cidrs": case.pod_cidrs}
    old, new = (oracle.read(objects, **options) for objects in (case.objects, after))
    wished = [f for f in bare[:2] if f.source != f.target]
    intents = [intent_of(f, Verdict.ALLOW if oracle.judge(new, f) else Verdict.DENY) for f in wished]
    sides = evaluation_of(case, case.objects), evaluation_of(case, after)
    proof = prove_change(*sides, intents, Grouping.POD)
    against = [
        flow
        for flow in every_flow(case.objects)
        if flow not in wished and oracle.judge(old, flow) is not oracle.judge(new, flow)
    ]
    unmet = [
        f for f, i in zip(wished, intents, strict=True) if oracle.judge(new, f) is not (i.verdict is Verdict.ALLOW)
    ]
    assert not (proof.holds and (against or unmet)), f"{dialect} {seed}: {against[:3]} {unmet}\n{as_text(after)}"
    return proof.holds, bool(against or unmet)


def made(case: Case, flow: Flow) -> bool:
    """Whether an end is a pod that only a template tells of, which has no name to ask for."""
    named = {("pod", p["metadata"].get("namespace") or "default", p["metadata"]["name"]) for p in pods_of(case)}
    return any(end[0] == "pod" and end not in named for end in (flow.source, flow.target))


def pods_of(case: Case) -> list[Raw]:
    return [item for item in case.objects if item["kind"] == "Pod"]


@pytest.mark.parametrize("dialect", ORACLES)
def test_a_proof_never_stands_beside_a_counterexample(dialect: str) -> None:
    found = [check(dialect, seed) for seed in range(12)]
    assert (True, False) in found
    assert (False, True) in found


@pytest.mark.soak
@pytest.mark.parametrize("dialect", ORACLES)
@pytest.mark.parametrize("first", range(1_000, 2_000, 100))
def test_of_many_changes_no_proof_stands_beside_a_counterexample(dialect: str, first: int) -> None:
    assert (False, True) in {check(dialect, seed) for seed in range(first, first + 100)}


def check_fix(dialect: str, seed: int) -> int:
    """A fix without effects is proven to do what it was made for, as two inputs and as a what-if; how many were."""
    case = CASES[dialect](seed)
    world = World.of(case, enforced=False)
    evaluation = world.evaluation()
    count = 0
    for flow in random_flows(case, 3):
        wish = None if made(case, flow) else wish_of(evaluation, case, flow)
        if wish is None:
            continue
        situation = situation_of(world.loaded, world.loaded.policies, evaluation)
        clean = [f for f in find_fixes(situation, wish, Grouping.POD).found if not f.effects.pairs]
        for fix in clean[:1]:
            intent = intent_of(flow, wish.verdict)
            before, after = world.sides(fix, wish)
            for proof in (
                prove_change(before, after, [intent], Grouping.POD),
                prove_what_if(world.evaluation(), alternative(world, fix), [intent], Grouping.POD),
            ):
                assert proof.outcomes[0].holds
                assert not proof.others.pairs
                assert proof.holds or proof.others.doubtful
            bare = prove_change(before, after, [], Grouping.POD)
            assert not bare.holds
            count += 1
    return count


def alternative(world: World, fix: Fix) -> Alternative:
    read = situation_of(world.loaded, world.loaded.policies, world.evaluation()).read
    sets = [found for text in fix.texts if (found := read(text)) is not None]
    return Alternative(
        removed=frozenset(edit.policy for edit in fix.edits if isinstance(edit, ChangedPolicy)),
        added=tuple(policy for each in sets for policy in each.policies),
        tiers=tuple(tier for each in sets for tier in each.tiers),
    )


@pytest.mark.parametrize("dialect", CASES)
def test_a_fix_without_effects_is_proven(dialect: str) -> None:
    assert sum(check_fix(dialect, seed) for seed in range(6))
