"""Several sets of policies over one cluster, judged by one evaluator, so that they can be compared row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.options import Options, Scenario
from netviz.engine.vocabulary import Vocabulary
from netviz.model.cluster import Cluster
from netviz.model.policy import Policy, PolicyId, PolicySet, Tier, tier_position


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What other policies there would be: some instead of those of `removed`. `tiers` are those of `added`.

    Further ones, of either, are `disabled`, or `enforced` if they are staged.
    """

    removed: frozenset[PolicyId] = frozenset()
    added: tuple[Policy, ...] = ()
    tiers: tuple[Tier, ...] = ()
    disabled: frozenset[PolicyId] = frozenset()
    enforced: frozenset[PolicyId] = frozenset()


class Alternatives:
    """The policies as they are and other sets of them, compiled at once.

    Policies that are not in all sets are all in the evaluator, and a scenario switches off those that are not meant. So
    that two of one identity can be there, the kind of each added one carries a number; at the end of the key by which
    policies of one order are sorted, it moves none of them.
    """

    def __init__(
        self,
        cluster: Cluster,
        options: Options,
        policies: PolicySet,
        scenario: Scenario,
        others: Sequence[Alternative],
        words: Vocabulary,
    ) -> None:
        self._scenario = scenario
        self._plain = policies.policies
        self._others = tuple(others)
        self._added = tuple(
            tuple(replace(p, id=_numbered(p.id, number)) for p in other.added) for number, other in enumerate(others)
        )
        tiers = {tier.name: tier for other in others for tier in other.tiers} | {t.name: t for t in policies.tiers}
        together = PolicySet(
            tiers=tuple(sorted(tiers.values(), key=tier_position)),
            policies=(*policies.policies, *(policy for added in self._added for policy in added)),
        )
        self._evaluator = Evaluator(cluster, together, options, words)
        self.before: Evaluation = self._evaluation(Alternative(), ())

    def after(self, number: int) -> Evaluation:
        """The evaluation under one of the other sets."""
        return self._evaluation(self._others[number], self._added[number])

    def _evaluation(self, other: Alternative, added: tuple[Policy, ...]) -> Evaluation:
        disabled = self._scenario.disabled | other.disabled
        enforced = self._scenario.enforced | other.enforced
        pairs = list(zip(added, other.added, strict=True))
        meant = {policy.id for policy in added}
        off = {policy.id for some in self._added for policy in some if policy.id not in meant}
        off |= {policy.id for policy, plain in pairs if plain.id in disabled}
        staged = {policy.id for policy, plain in pairs if plain.stage is not None and plain.id in enforced}
        # A staged policy that counts takes the place of its twin, also where that is an added one.
        kept = [p for p in self._plain if p.id not in other.removed] + list(other.added)
        twins = {p.twin for p in kept if p.stage is not None and p.id in enforced - disabled}
        off |= {policy.id for policy, plain in pairs if plain.id in twins}
        return self._evaluator.evaluate(Scenario(disabled | other.removed | off, enforced | staged))


def _numbered(policy: PolicyId, number: int) -> PolicyId:
    return PolicyId(f"{policy.kind}\0{number}", policy.namespace, policy.name)
