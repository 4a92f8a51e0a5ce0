"""Policies as the engine orders them: a column for each tier, a card for each policy, and whom a policy selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass

from netviz.engine.evaluator import Evaluator
from netviz.engine.rules import CompiledPolicy
from netviz.errors import UsageError
from netviz.manifests.uncertain import UNSUPPORTED_TIER
from netviz.model.policy import Action, Direction, Policy, PolicyId, PolicySet
from netviz.sets.region import bits
from netviz.source import SourceText
from netviz.workbench.excerpts import TextsByPlace
from netviz.workbench.questions import PolicyCard


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCard:
    """A policy on the board. `actions` counts its rules: (allow, deny, pass).

    `stage` is "", set or delete; `twin` the id of the policy in the input that a staged one would replace or delete, ""
    if there is none.
    """

    policy: PolicyCard
    order: float | None
    actions: tuple[int, int, int]
    stage: str = ""
    twin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierColumn:
    """A tier that holds a policy. `default` is deny or pass; `order` None sorts last; `missing`: not defined (B15)."""

    name: str
    label: str
    order: float | None
    default: str
    missing: bool = False
    ties_undefined: bool = False
    cards: tuple[BoardCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedWorkload:
    """A workload of which a policy selects `pods` pods; `certain` is false where that cannot be decided.

    `id` is what `Bench.selecting` takes.
    """

    id: str
    label: str
    pods: int
    certain: bool


def policy_cards(evaluator: Evaluator, policies: PolicySet, texts: Sequence[SourceText]) -> tuple[PolicyCard, ...]:
    """Every policy, in evaluation order."""
    counts = {p.policy.id: _count(evaluator, p.subject.may) for p in evaluator.policies}
    places = TextsByPlace(texts)
    return tuple(
        PolicyCard(
            id=str(policy.id),
            kind=policy.id.kind,
            namespace=policy.id.namespace,
            name=policy.id.name,
            tier=policy.tier,
            file=policy.ref.file,
            line=policy.ref.line,
            directions=tuple(d.value for d in Direction if d in policy.captures or policy.rules(d)),
            selects=counts[policy.id],
            state=_state(policy),
            problem=policy.reason,
            text="\n".join(found.lines) + "\n" if (found := places.at(policy.ref)) else "",
        )
        for policy in policies.policies
    )


def tier_columns(cards: Sequence[PolicyCard], policies: PolicySet) -> tuple[TierColumn, ...]:
    """The tiers that hold a policy, in evaluation order, with their policies in evaluation order."""
    by_tier: dict[str, list[BoardCard]] = {}
    known = {policy.id for policy in policies.policies}
    for card, policy in zip(cards, policies.policies, strict=True):
        by_tier.setdefault(policy.tier, []).append(_board_card(card, policy, known))
    return tuple(
        TierColumn(
            name=tier.name,
            label=tier.label,
            order=tier.order,
            default=tier.default.value,
            missing=tier.missing,
            ties_undefined=tier.ties_undefined,
            cards=tuple(by_tier[tier.name]),
        )
        for tier in policies.tiers
        if tier.name in by_tier
    )


def selected_workloads(evaluator: Evaluator, policy: str) -> tuple[SelectedWorkload, ...]:
    """The workloads that a policy selects, by name; UsageError if there is no such policy."""
    compiled = next((p for p in evaluator.policies if str(p.policy.id) == policy), None)
    if compiled is None:
        raise UsageError(f"there is no policy called {policy!r}")
    pods: Counter[tuple[str, str, str]] = Counter()
    doubtful: set[tuple[str, str, str]] = set()
    for owner, certain in _owners(evaluator, compiled).items():
        for pod in evaluator.classes.classes[owner].pods:
            workload = (pod.namespace, pod.workload.name, pod.workload.kind)
            pods[workload] += 1
            if not certain:
                doubtful.add(workload)
    return tuple(
        SelectedWorkload(
            id=f"{kind.lower()}/{namespace}/{name}",
            label=f"{namespace}/{name} ({kind})",
            pods=count,
            certain=(namespace, name, kind) not in doubtful,
        )
        for (namespace, name, kind), count in sorted(pods.items())
    )


def _owners(evaluator: Evaluator, compiled: CompiledPolicy) -> dict[int, bool]:
    """The classes of pods that a policy selects, and whether surely."""
    inside = (1 << evaluator.classes.first_outside) - 1
    found: dict[int, bool] = {}
    for slot in bits(compiled.subject.may & inside):
        owner = evaluator.classes.slots[slot].owner
        found[owner] = found.get(owner, True) and bool(compiled.subject.must >> slot & 1)
    return found


def _board_card(card: PolicyCard, policy: Policy, known: Container[PolicyId]) -> BoardCard:
    counts = Counter(rule.action for direction in Direction for rule in policy.rules(direction))
    return BoardCard(
        policy=card,
        order=policy.order,
        actions=(counts[Action.ALLOW], counts[Action.DENY], counts[Action.PASS]),
        stage=policy.stage.value if policy.stage else "",
        twin=str(policy.twin) if policy.twin in known else "",
    )


def _state(policy: Policy) -> str:
    if policy.tier == UNSUPPORTED_TIER.name:
        return "unsupported"
    if not policy.certain:
        return "refused"
    return "staged" if policy.stage else "enforced"


def _count(evaluator: Evaluator, slots: int) -> int:
    classes = evaluator.classes
    inside = slots & ((1 << classes.first_outside) - 1)
    owners = {classes.slots[slot].owner for slot in bits(inside)}
    return sum(len(classes.classes[owner].pods) for owner in owners)
