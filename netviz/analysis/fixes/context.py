"""What is known when a fix is looked for: the wish, who decides about it now, and the policies as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from netviz.analysis.fixes.edits import free_name
from netviz.analysis.wishes import Party, Wish, pairs_of
from netviz.dialects.plugins import Plugin
from netviz.engine.evaluator import Evaluation
from netviz.engine.options import a_connection
from netviz.engine.walk import Event, EventKind
from netviz.manifests.document import Document
from netviz.model.cluster import Cluster
from netviz.model.policy import Action, Direction, Policy, PolicyId, PolicyRule, Tier
from netviz.sets.region import bits

_MOST_PAIRS: Final = 12
_MOST_CONNECTIONS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """What allows or denies something in one direction: a rule of a policy, or the end of a tier (`rule` None).

    Without a tier, it is what becomes of what no policy decides.
    """

    action: Action
    tier: Tier | None = None
    policy: Policy | None = None
    rule: PolicyRule | None = None


class Context:
    """A wish and the evaluation in which it does not hold. `documents` are the policies that can be edited."""

    def __init__(
        self, evaluation: Evaluation, wish: Wish, documents: Mapping[PolicyId, Document], plugin: Plugin
    ) -> None:
        self.evaluation = evaluation
        self.wish = wish
        self.documents = documents
        self.plugin = plugin

    @property
    def cluster(self) -> Cluster:
        """The cluster that is judged."""
        return self.evaluation.cluster

    def subject(self, direction: Direction) -> Party:
        """Whose policies decide in this direction."""
        return self.wish.source if direction is Direction.EGRESS else self.wish.target

    def peer(self, direction: Direction) -> Party:
        """The other side."""
        return self.wish.target if direction is Direction.EGRESS else self.wish.source

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy, in evaluation order."""
        return tuple(compiled.policy for compiled in self.evaluation.evaluator.policies)

    def free_name(self, verb: str, direction: Direction, namespace: str) -> str:
        """A name for a policy that no policy of the namespace has ("" for those without)."""
        wanted = f"{verb}-{_short(self.wish.source)}-to-{_short(self.wish.target)}-{direction.value}"
        return free_name(wanted, (policy.id.name for policy in self.policies if policy.id.namespace == namespace))

    def selecting(self, direction: Direction) -> tuple[Policy, ...]:
        """The active policies that surely concern every pod of the subject in this direction, in evaluation order."""
        evaluation = self.evaluation
        found: set[int] | None = None
        for pod in self.subject(direction).pods:
            for slot in evaluation.slots_of(pod):
                here = evaluation.evaluator.selecting(slot, direction, evaluation.inactive)
                sure = {number for number, surely in here if surely}
                found = sure if found is None else found & sure
        return tuple(evaluation.evaluator.policies[number].policy for number in sorted(found or ()))

    def editable(self, direction: Direction) -> Iterator[tuple[Policy, Document]]:
        """Those of them that isolate the subject, or have rules for it, and whose documents are at hand."""
        for policy in self.selecting(direction):
            document = self.documents.get(policy.id)
            if document is not None and policy.certain and policy.stage is None:
                yield policy, document

    def isolated_in(self, direction: Direction, tier: str) -> bool:
        """Whether some policy of a tier surely isolates every pod of the subject."""
        return any(policy.tier == tier and direction in policy.captures for policy in self.selecting(direction))

    def deciders(self, direction: Direction, action: Action) -> tuple[Decider, ...]:
        """What gives the wish's connections this action in one direction, for some pairs and connections of them."""
        found: dict[Decider, None] = {}
        atoms = self.evaluation.evaluator.atoms
        wanted = list(bits(atoms.mask(self.wish.connections)))[:_MOST_CONNECTIONS]
        for number, (source, target) in enumerate(pairs_of(self.evaluation, self.wish)):
            if number >= _MOST_PAIRS:
                break
            for s, t in self.evaluation.slot_pairs(source, target):
                subject, peer = (s, t) if direction is Direction.EGRESS else (t, s)
                for atom in wanted:
                    connection = a_connection(atoms.atoms[atom])
                    events = self.evaluation.trace(subject, peer, direction, connection)
                    found |= dict.fromkeys(_deciders(events, action))
        return tuple(found)


def _short(party: Party) -> str:
    if party.addresses:
        blocks = party.addresses.cidrs()
        return "addresses" if len(blocks) > 1 else blocks[0].partition("/")[0]
    if party.whole:
        return party.namespace
    return party.label.partition("[")[0].rpartition("/")[2] or "any"


def number_of(rule: PolicyRule) -> int:
    """The place of a rule in the list in which it is written."""
    return int(rule.path.rpartition("[")[2].rstrip("]"))


def first_place(deciders: Iterable[Decider], policy: Policy) -> int | None:
    """The place of the first rule of a policy that decides; None if none does."""
    rules = [d.rule for d in deciders if d.rule is not None and d.policy is not None and d.policy.id == policy.id]
    return min(map(number_of, rules), default=None)


def _deciders(events: tuple[Event, ...], action: Action) -> Iterator[Decider]:
    for event in events:
        if event.action is not action or not event.hit:
            continue
        if event.kind is EventKind.RULE and event.step is not None and event.match is not None:
            yield Decider(action=action, tier=event.tier, policy=event.step.policy, rule=event.match.rule)
        else:
            yield Decider(action=action, tier=event.tier)
