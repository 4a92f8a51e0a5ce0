"""What is worked out of one input to answer questions about it, for the last few scenarios."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

from netviz.analysis.compare import Comparison, compare
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.fixed import End
from netviz.engine.matrix import INGRESS_PEER, Grouping, ReachabilityMatrix
from netviz.engine.naming import INGRESS_CONTROLLER
from netviz.engine.options import Options, Scenario
from netviz.engine.outside import OutsideGroups, outside_groups
from netviz.engine.reach import peer_ends
from netviz.engine.vocabulary import vocabulary_of
from netviz.loading import Loaded
from netviz.model.cluster import Cluster
from netviz.model.policy import PolicyId, PolicySet
from netviz.source import SourceText
from netviz.view.filters import CardLabels
from netviz.view.settings import ViewSettings, frame_of
from netviz.workbench.drafts import draft_texts, with_drafts
from netviz.workbench.fidelity import FidelityLine, unmodelled_lines
from netviz.workbench.finding import card_labels
from netviz.workbench.inventory import assumptions
from netviz.workbench.questions import BASELINE, Draft, WhatIf
from netviz.workbench.scope import EVERYTHING, PodWeights, Scope, is_large, pod_weights, scope_of, sizes_of

_REMEMBERED = 12
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sides:
    """The baseline and the what-if, over one vocabulary, so that their peers are the same."""

    before: Evaluation
    after: Evaluation
    policies: PolicySet


class Drafted:
    """What only the input and the drafts decide, whatever is switched; worked out when it is first asked for."""

    def __init__(self, loaded: Loaded, drafts: tuple[Draft, ...], evaluator: Evaluator) -> None:
        self._loaded = loaded
        self._evaluator = evaluator
        self.policies: PolicySet = with_drafts(loaded, drafts)

    @cached_property
    def named(self) -> Mapping[str, PolicyId]:
        """The policies by their ids in words."""
        return {str(policy.id): policy.id for policy in self.policies.policies}

    @cached_property
    def assumed(self) -> tuple[str, ...]:
        """What the answers rest on and the input does not say."""
        return assumptions(self._evaluator, self._loaded.plugin)

    @cached_property
    def unmodelled(self) -> tuple[FidelityLine, ...]:
        """Everything that is legal and not modelled."""
        return unmodelled_lines(self.policies, self._loaded.report)

    @cached_property
    def weights(self) -> PodWeights:
        """How many pods each kind of them has."""
        return pod_weights(self._evaluator)


class Workings:
    """Evaluations, matrices and comparisons of one input under one set of options.

    What is asked for again is remembered; nothing else here changes, and all that is handed out is a value.
    """

    def __init__(self, loaded: Loaded, options: Options) -> None:
        self.loaded = loaded
        self.options = options
        self._memory: OrderedDict[object, object] = OrderedDict()
        self._sizes: dict[Grouping, Mapping[str, int]] = {}

    @property
    def cluster(self) -> Cluster:
        """What the input says of the cluster."""
        return self.loaded.cluster

    def remember(self, key: object, make: Callable[[], _T]) -> _T:
        """What `make` gives, made once for a key for as long as it is among those that were last asked for."""
        if key in self._memory:
            self._memory.move_to_end(key)
        else:
            self._memory[key] = make()
            while len(self._memory) > _REMEMBERED:
                self._memory.popitem(last=False)
        return self._memory[key]  # type: ignore[return-value]  # each kind of key holds one type

    def evaluator(self, drafts: tuple[Draft, ...], *, edited: bool = True) -> Evaluator:
        """All policies of the input, or with `edited` those that the drafts leave, over the words of both."""

        def make() -> Evaluator:
            plain = self.loaded.policies
            drafted = with_drafts(self.loaded, drafts)
            words = vocabulary_of(plain) | vocabulary_of(drafted)
            return Evaluator(self.cluster, drafted if edited else plain, self.options, words)

        return self.remember(("evaluator", drafts, edited or not drafts), make)

    def sides(self, what_if: WhatIf) -> Sides:
        """The two evaluations of a what-if."""
        after = self.evaluator(what_if.drafts)
        before = self.evaluator(what_if.drafts, edited=False)
        drafted = self.drafted(what_if.drafts)
        known = drafted.named
        scenario = Scenario(
            disabled=frozenset(known[i] for i in what_if.disabled if i in known),
            enforced=frozenset(known[i] for i in what_if.enforced if i in known),
        )
        return Sides(before.evaluate(), after.evaluate(scenario), drafted.policies)

    def drafted(self, drafts: tuple[Draft, ...]) -> Drafted:
        """What is the same in every scenario with these drafts."""
        return self.remember(("drafted", drafts), lambda: Drafted(self.loaded, drafts, self.evaluator(drafts)))

    def scope(self, by: Grouping, view: ViewSettings, *what_ifs: WhatIf) -> Scope:
        """The namespaces that a view looks at; where it names none, those of switched policies are among them."""
        if not is_large(self.cluster, by):
            return EVERYTHING
        switched = {policy for what_if in what_ifs for policy in what_if.disabled | what_if.enforced}
        known = self.drafted(()).named if switched else {}
        also = {known[policy].namespace for policy in switched if policy in known}
        evaluation = self.evaluator(what_ifs[-1].drafts).evaluate()
        if by not in self._sizes:
            self._sizes[by] = sizes_of(self.cluster, by)
        key = ("scope", by, frame_of(view), tuple(sorted(also)))
        return self.remember(key, lambda: scope_of(evaluation, by, view, sorted(also), self._sizes[by]))

    def matrices(
        self, what_if: WhatIf, by: Grouping, scope: Scope = EVERYTHING
    ) -> tuple[ReachabilityMatrix, ReachabilityMatrix]:
        """The matrix of the baseline and that of the what-if; the same one twice where nothing is switched.

        Of a part of the input, addresses that nothing in it tells apart are one peer, the same in every scenario.
        """
        sides, some = self.sides(what_if), scope.namespaces
        outside = None if some is None else self._outside(what_if.drafts, some)
        before = self.remember(
            ("before", what_if.drafts, by, some), lambda: sides.before.matrix(by, some, outside=outside)
        )
        if what_if == BASELINE:
            return before, before
        return before, self.remember(
            ("after", what_if, by, some), lambda: sides.after.matrix(by, some, outside=outside)
        )

    def _outside(self, drafts: tuple[Draft, ...], namespaces: frozenset[str]) -> OutsideGroups:
        both = (self.evaluator(drafts, edited=False), self.evaluator(drafts)) if drafts else (self.evaluator(drafts),)
        return self.remember(("outside", drafts, namespaces), lambda: outside_groups(both, namespaces))

    def comparison(self, what_if: WhatIf, by: Grouping, scope: Scope = EVERYTHING) -> Comparison:
        """What the what-if changes, pair by pair."""
        key = ("changes", what_if, by, scope.namespaces)
        return self.remember(key, lambda: compare(*self.matrices(what_if, by, scope)))

    def card_labels(self, by: str) -> CardLabels:
        """The labels of every card at a level."""
        return self.remember(("labels", by), lambda: card_labels(self.cluster, by))

    def texts(self, what_if: WhatIf) -> tuple[SourceText, ...]:
        """The texts that an answer may quote: those of the policies and of the drafts."""
        return (*self.loaded.report.texts, *draft_texts(what_if.drafts))

    def ends(self, what_if: WhatIf, evaluation: Evaluation) -> Callable[[str], tuple[End, ...] | None]:
        """Finds the ends that the id of a card stands for, None for what is no card."""

        def find(text: str) -> tuple[End, ...] | None:
            if text in (INGRESS_CONTROLLER, INGRESS_PEER):
                return None
            home = frozenset((text.partition("/")[0],))
            for by in (Grouping.WORKLOAD, Grouping.POD, Grouping.NAMESPACE):
                some = home if is_large(self.cluster, by) else None
                ends = self.remember(("ends", what_if.drafts, by, some), partial(peer_ends, evaluation, by, some))
                if text in ends:
                    return ends[text]
            return None

        return find
