"""The bench: one loaded input and the answers to a page's questions about it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from netviz.analysis.compare import Comparison, compare
from netviz.dialects.plugins import Plugin, parse_plugin
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.fixed import End
from netviz.engine.matrix import INGRESS_PEER, Grouping, ReachabilityMatrix
from netviz.engine.naming import INGRESS_CONTROLLER
from netviz.engine.options import Options, Scenario
from netviz.engine.reach import peer_ends
from netviz.engine.vocabulary import vocabulary_of
from netviz.errors import Diagnostic, UsageError
from netviz.exporters.svg import render_svg
from netviz.loading import Loaded, load_files, under
from netviz.manifests.limits import DEFAULT_LIMITS, Limits
from netviz.manifests.progress import Progress
from netviz.model.cluster import Cluster
from netviz.model.policy import PolicySet
from netviz.source import SourceText
from netviz.view.build import build_picture, make_layout
from netviz.view.filters import CardLabels
from netviz.view.layout import Layout
from netviz.view.picture import Picture
from netviz.view.settings import ViewSettings, frame_of
from netviz.workbench import inventory
from netviz.workbench.answers import Asker, lookup
from netviz.workbench.asking import drawable, grouping_of, protocol_number
from netviz.workbench.board import SelectedWorkload, TierColumn, policy_cards, selected_workloads, tier_columns
from netviz.workbench.check_reports import report
from netviz.workbench.checking import Checked, CheckQuestion, checked_text, frozen_text
from netviz.workbench.drafts import draft_diagnostics, draft_texts, drafted_ids, with_draft_report, with_drafts
from netviz.workbench.excerpts import quoter
from netviz.workbench.exposed import Exposures, exposure_csv, exposure_lines
from netviz.workbench.fidelity import Fidelity, FidelityLine, fidelity, unmodelled_lines, unmodelled_notes
from netviz.workbench.finding import FoundCards, LabelChoice, asks_for_labels, card_labels, find_cards, label_choices
from netviz.workbench.findings import Findings, FindingsQuestion
from netviz.workbench.fixes import FixAnswer, FixQuestion
from netviz.workbench.fixing import fix_asked
from netviz.workbench.grid import MOST_COUNTED, Grid, GridQuestion, of_all, peer_grid, zone_grid, zone_tallies
from netviz.workbench.impacts import ImpactPairs, ImpactTable, impact_csv, impact_pairs, impact_table
from netviz.workbench.linting import Found, findings_page, look
from netviz.workbench.options import options_for
from netviz.workbench.packing import Pack, context_of, is_exact, pair_rows
from netviz.workbench.plugins import Comparing
from netviz.workbench.probing import Observed, Planner, ProbeQuestion, ProbeScript, probe_answer
from netviz.workbench.proofs import ProofAnswer
from netviz.workbench.proving import prove_scenario
from netviz.workbench.questions import (
    BASELINE,
    Assumptions,
    CardFacts,
    ChangeLine,
    Draft,
    EndpointChoice,
    InputFile,
    LoadSummary,
    PackedFile,
    PackQuestion,
    PictureAnswer,
    PictureQuestion,
    PluginVerdict,
    PolicyCard,
    WhatIf,
    WhyAnswer,
    WhyQuestion,
)
from netviz.workbench.reach_words import reach_csv
from netviz.workbench.reaching import ReachAnswer, ReachQuestion, reach_answer
from netviz.workbench.reasons import explainer
from netviz.workbench.scope import EVERYTHING, Scope, is_large, pod_step, scope_of
from netviz.workbench.selecting import Selecting, selecting
from netviz.workbench.steps import counted_step, step_words
from netviz.workbench.table import Entry, Table, TableQuestion, decided, entries, filtered, table_csv, table_page
from netviz.workbench.two_inputs import TwoInputs

_REMEMBERED = 12
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Sides:
    """The baseline and the what-if, over one vocabulary, so that their peers are the same."""

    before: Evaluation
    after: Evaluation
    policies: PolicySet


class Workbench:
    """Everything that a page may ask about one input. Questions and answers are plain values that can be pickled.

    The bench keeps no bytes of the input: only cluster objects, policies, and the text of policy documents. What it has
    worked out for the last few scenarios it remembers; nothing else about it changes.
    """

    def __init__(
        self,
        loaded: Loaded,
        assumptions: Assumptions = Assumptions(),  # noqa: B008 - frozen
        plugin: Plugin | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._limits = limits
        self._plugin = plugin or parse_plugin(assumptions.cni, assumptions.cni_version)
        self._loaded = under(loaded, self._plugin)
        self._assumptions = assumptions
        self._options = self._options_under(self._plugin)
        self._options.assumed_pods()
        self._memory: OrderedDict[object, object] = OrderedDict()
        self._others: dict[Plugin, Workbench] = {}
        self._earlier: Loaded | None = None
        self._compared: TwoInputs | None = None

    def _options_under(self, plugin: Plugin) -> Options:
        assumed = self._assumptions
        return options_for(plugin, ip_blocks=assumed.ip_blocks, pod_cidrs=assumed.pod_cidrs)

    @classmethod
    def load(
        cls,
        files: Sequence[InputFile],
        assumptions: Assumptions = Assumptions(),  # noqa: B008 - frozen
        *,
        limits: Limits = DEFAULT_LIMITS,
        progress: Progress | None = None,
    ) -> Workbench:
        """Read files that were uploaded; UsageError for assumptions that make no sense.

        `progress` is told how far the reading is, as by `load_files`; what it raises ends the reading.
        """
        named = [(file.name, file.data) for file in files]
        return cls(load_files(named, limits=limits, progress=progress), assumptions, limits=limits)

    def with_assumptions(self, assumptions: Assumptions) -> Workbench:
        """The same input under other assumptions; UsageError for a pod CIDR or a network plugin that is none."""
        other = Workbench(self._loaded, assumptions, limits=self._limits)
        if self._earlier is not None:
            other._compare_with(self._earlier)
        return other

    @property
    def assumptions(self) -> Assumptions:
        """What this bench assumes."""
        return self._assumptions

    @property
    def _cluster(self) -> Cluster:
        return self._loaded.cluster

    def summary(self) -> LoadSummary:
        """What became of the input."""
        return inventory.summary(self._loaded)

    def policies(self, what_if: WhatIf = BASELINE) -> tuple[PolicyCard, ...]:
        """Every policy of the input, and of the drafts that are no replacement."""
        sides = self._sides(what_if)
        return policy_cards(sides.after.evaluator, sides.policies, self._texts(what_if))

    def board(self, what_if: WhatIf = BASELINE) -> tuple[TierColumn, ...]:
        """The same policies by tier, in evaluation order."""
        return self._remember(
            ("board", what_if.drafts), lambda: tier_columns(self.policies(what_if), self._sides(what_if).policies)
        )

    def selected(self, what_if: WhatIf, policy: str) -> tuple[SelectedWorkload, ...]:
        """The workloads that a policy selects; UsageError if there is no such policy."""
        return selected_workloads(self._evaluator(what_if.drafts), policy)

    def selecting(self, what_if: WhatIf, name: str) -> Selecting:
        """The policies that select a workload or a pod; UsageError for what no policy can select."""
        evaluation = self._sides(what_if).after
        return selecting(evaluation, lookup(evaluation, self._ends(what_if, evaluation), name))

    def unmodelled(self, what_if: WhatIf) -> tuple[FidelityLine, ...]:
        """Everything that is legal and not modelled; how many pairs hang on it is for `fidelity` to say."""
        return unmodelled_lines(self._sides(what_if).policies, self._loaded.report)

    def fidelity(self, what_if: WhatIf) -> Fidelity:
        """Everything that keeps pairs of workloads from being decided, and how many."""

        def examine() -> Fidelity:
            sides, by = self._sides(what_if), Grouping.WORKLOAD
            matrix = self._matrices(what_if, by)[1]
            return fidelity(sides.after, matrix, peer_ends(sides.after, by), sides.policies, self._loaded.report)

        return self._remember(("fidelity", what_if), examine)

    def endpoints(self) -> tuple[EndpointChoice, ...]:
        """What can be picked as an end of a connection."""
        return inventory.endpoint_choices(self._cluster)

    def labels(self) -> tuple[LabelChoice, ...]:
        """The labels that pods of the input have, without those that tell every pod from every other."""
        return self._remember(("label choices",), lambda: label_choices(self._cluster))

    def find(self, text: str) -> FoundCards:
        """Workloads and namespaces whose name or label contains the text, drawn or not."""
        return find_cards(self._cluster, text, self._card_labels("workload"))

    def findings(self, what_if: WhatIf, question: FindingsQuestion) -> Findings:
        """A page of what the checks find."""

        def elsewhere(plugin: Plugin) -> Evaluation:
            return self._other(plugin, what_if)._sides(what_if).after

        def examine() -> Found:
            sides = self._sides(what_if)
            report = with_draft_report(self._loaded, what_if.drafts)
            return look(sides.after, sides.policies, report, self._loaded, elsewhere)

        found = self._remember(("findings", what_if), examine)
        return findings_page(found, question, quoter(self._texts(what_if)))

    def step(self, previous: WhatIf, what_if: WhatIf, by: str) -> str:
        """What the step from one scenario to another does, in a sentence; "" where nothing was switched."""
        if previous == what_if:
            return ""
        grouping = grouping_of(by)
        if is_large(self._cluster, grouping) and previous.drafts == what_if.drafts:
            counts = pod_step(self._sides(previous).after, self._sides(what_if).after)
            return counted_step(previous, what_if, self._loaded.policies, counts)
        scope = self._scope(grouping, ViewSettings(), previous, what_if)
        old, new = self._matrices(previous, grouping, scope)[1], self._matrices(what_if, grouping, scope)[1]
        return step_words(previous, what_if, self._loaded.policies, compare(old, new))

    def picture(self, what_if: WhatIf, question: PictureQuestion) -> PictureAnswer:
        """The picture of a scenario beside the baseline, and every changed pair."""
        question, notes = drawable(question, self._cluster)
        by = grouping_of(question.by)
        scope = self._scope(by, question, what_if)
        before, after = self._matrices(what_if, by, scope)
        picture = self._picture(what_if, question, before, after, (*notes, *filter(None, [scope.note])))
        changes = self._comparison(what_if, by, scope)
        return PictureAnswer(
            picture=picture,
            changes=inventory.change_lines(changes),
            exact=not any(cell.unknown for cell in after.cells.values()),
            assumptions=inventory.assumptions(self._evaluator(what_if.drafts), self._plugin),
        )

    def pairs(self, what_if: WhatIf, by: str) -> tuple[ChangeLine, ...]:
        """Every pair that is allowed, unknown or changed, one by one and without folding, sorted by name."""
        grouping = grouping_of(by)
        return inventory.pair_lines(self._matrices(what_if, grouping)[1], self._comparison(what_if, grouping))

    def grid(self, what_if: WhatIf, question: GridQuestion) -> Grid:
        """A window of the matrix; UsageError for a zone that is not there, or is part of an input too large to open."""
        counted = len(self._cluster.workloads) <= MOST_COUNTED
        by = Grouping.WORKLOAD if counted else Grouping.NAMESPACE
        texts = tuple(text.casefold() for text in (question.from_text, question.to_text) if text)
        named = tuple(n.name for n in self._cluster.namespaces if any(text in n.name.casefold() for text in texts))
        view = ViewSettings(namespaces=named if is_large(self._cluster, by) else ())
        scope = self._scope(by, view, what_if)
        after, changes = self._matrices(what_if, by, scope)[1], self._comparison(what_if, by, scope)
        if not question.source:
            key = ("tallies", what_if, scope)
            tallies = self._remember(key, lambda: zone_tallies(after, changes, counted=counted))
            names = [w.id.namespace for w in self._cluster.workloads] if scope.namespaces is not None else []
            return of_all(zone_grid(tallies, question), question, names)
        if not counted:
            raise UsageError(f"pairs of workloads are not worked out for more than {MOST_COUNTED:,} workloads")
        return peer_grid(after, changes, question)

    def table(self, what_if: WhatIf, question: TableQuestion) -> Table:
        """A page of the pairs that are allowed, unknown or changed; UsageError for filters that make no sense."""
        every, found, explain = self._rows(what_if, question)
        return table_page(found, question, len(every), explain)

    def table_csv(self, what_if: WhatIf, question: TableQuestion) -> str:
        """All pages as CSV; errors as for `table`."""
        _, found, explain = self._rows(what_if, question)
        return table_csv(found, explain)

    def _rows(
        self, what_if: WhatIf, question: TableQuestion
    ) -> tuple[tuple[Entry, ...], list[Entry], Callable[[Entry], tuple[str, str]]]:
        by = grouping_of(question.view.by)
        count = {Grouping.WORKLOAD: len(self._cluster.workloads), Grouping.POD: len(self._cluster.pods)}.get(by, 0)
        if count > MOST_COUNTED and not question.view.namespaces:
            raise UsageError(f"pairs are listed for at most {MOST_COUNTED:,} {by}s: choose the level of namespaces")
        scope = self._scope(by, question.view, what_if)
        matrix, comparison = self._matrices(what_if, by, scope)[1], self._comparison(what_if, by, scope)
        every = self._remember(("entries", what_if, by, scope), lambda: entries(matrix, comparison))
        labels = self._card_labels(question.view.by) if question.view.labels else {}
        after = self._sides(what_if).after
        ends = self._remember(("ends", what_if.drafts, by, scope), lambda: peer_ends(after, by, scope.namespaces))
        return every, filtered(every, question, labels), partial(decided, after, ends)

    def impact(self, what_if: WhatIf) -> ImpactTable:
        """What switching each policy alone would change, what changes most first."""
        return self._remember(("impact", what_if), lambda: impact_table(self._sides(what_if).after))

    def impact_csv(self, what_if: WhatIf) -> str:
        """The same as CSV."""
        return impact_csv(self._sides(what_if).after)

    def impact_pairs(self, what_if: WhatIf, policy: str, by: str) -> ImpactPairs:
        """The pairs that switching one policy changes; UsageError if there is no such policy."""
        return impact_pairs(self._sides(what_if).after, policy, grouping_of(by))

    def exposure(self, what_if: WhatIf) -> Exposures:
        """What policies allow with pods that are not in the input, what is open to most first."""
        return self._remember(("exposure", what_if), lambda: exposure_lines(self._sides(what_if).after))

    def exposure_csv(self, what_if: WhatIf) -> str:
        """The same as CSV."""
        return exposure_csv(self.exposure(what_if))

    def reach(self, what_if: WhatIf, question: ReachQuestion) -> ReachAnswer:
        """What can be reached from somewhere; UsageError for names that mean nothing here."""
        return self._remember(("reach", what_if, question), lambda: reach_answer(self._sides(what_if).after, question))

    def reach_csv(self, what_if: WhatIf, question: ReachQuestion) -> str:
        """Everything that is reached as CSV; errors as for `reach`."""
        return reach_csv(self.reach(what_if, question))

    def svg(self, what_if: WhatIf, question: PictureQuestion, *, dark: bool = False) -> str:
        """The picture as a standalone SVG document."""
        question, notes = drawable(question, self._cluster)
        by = grouping_of(question.by)
        scope = self._scope(by, question, what_if)
        before, after = self._matrices(what_if, by, scope)
        notes = (*notes, *filter(None, [scope.note]))
        return render_svg(self._picture(what_if, question, before, after, notes), dark=dark)

    def pack(self, what_if: WhatIf, question: PictureQuestion, wanted: PackQuestion) -> tuple[PackedFile, ...]:
        """The files of a review pack, in the order of the formats; UsageError for one that cannot be made here."""
        # With it comes pyvis, which brings a whole notebook along: that takes longer than most answers.
        from netviz.exporters.formats import exporter

        drawn, notes = drawable(question, self._cluster)
        by, level = grouping_of(question.by), grouping_of(drawn.by)
        by = level if is_large(self._cluster, by) else by
        scopes = self._scope(by, question, what_if), self._scope(level, drawn, what_if)
        both, evaluation = self._matrices(what_if, by, scopes[0]), self._sides(what_if).after
        drawn_matrices = self._matrices(what_if, level, scopes[1])
        picture = self._picture(what_if, drawn, *drawn_matrices, (*notes, *filter(None, [scopes[1].note])))
        pack = Pack(
            picture=picture,
            rows=pair_rows(
                both[1],
                self._comparison(what_if, by, scopes[0]),
                namespaces=question.namespaces,
                explainer=explainer(evaluation, picture, drawn_matrices, self._texts(what_if)),
            ),
            context=context_of(
                evaluation,
                self._loaded,
                wanted,
                by=by.value,
                exact=is_exact(*both),
                drafted=[i for draft in what_if.drafts for i in drafted_ids(draft)],
            ),
        )
        return pack.files(exporter(name) for name in wanted.formats)

    def why(self, what_if: WhatIf, question: WhyQuestion) -> WhyAnswer:
        """Verdict and traces for one connection; UsageError for a name or protocol that is not known."""
        evaluation = self._sides(what_if).after
        asker = Asker(evaluation, quoter(self._texts(what_if)))
        ends = self._ends(what_if, evaluation)
        source = lookup(evaluation, ends, question.source)
        target = lookup(evaluation, ends, question.target)
        return asker.why(source, target, protocol_number(question.protocol), question.port)

    def plugins(self, what_if: WhatIf, question: WhyQuestion) -> tuple[PluginVerdict, ...]:
        """The verdict on a connection under every network plugin, that of the chosen one first; errors as for `why`."""
        comparing = Comparing(
            chosen=self._plugin,
            answer=lambda plugin: self._other(plugin, what_if).why(what_if, question),
            left_out=lambda plugin: under(self._loaded, plugin).left_out,
        )
        return self._remember(("plugins", what_if, question), comparing.verdicts)

    def expectations(self, what_if: WhatIf, question: CheckQuestion) -> Checked:
        """What becomes of every expectation of a file, or what is wrong with the file."""
        evaluation, texts = self._sides(what_if).after, self._texts(what_if)
        return self._remember(("expected", what_if, question), lambda: checked_text(evaluation, question, texts))

    def expectation_report(self, what_if: WhatIf, question: CheckQuestion, form: str) -> str:
        """The same as a report: junit, sarif or md."""
        return report(self.expectations(what_if, question), form)

    def frozen(self, what_if: WhatIf, by: str) -> str:
        """Everything that may connect, as an expectations file; UsageError if there are too many pairs."""
        return frozen_text(self._sides(what_if).after, grouping_of(by).value)

    def probes(self, what_if: WhatIf, question: ProbeQuestion) -> ProbeScript:
        """A script that tries connections on the cluster; UsageError for one that cannot be tried."""
        return probe_answer(self._sides(what_if).after, question)

    def observed(self, what_if: WhatIf, data: bytes) -> Observed:
        """What such a script has observed beside what is predicted."""
        return Planner(self._sides(what_if).after).compare(data)

    def _other(self, plugin: Plugin, what_if: WhatIf) -> Workbench:
        """The same input under another plugin: this bench, if the plugin makes no difference here."""
        if plugin in self._others:
            return self._others[plugin]
        judged = under(self._loaded, plugin)
        same = judged.policies.effective() == self._loaded.policies.effective()
        same &= judged.cluster.host_endpoints == self._loaded.cluster.host_endpoints
        if same and not what_if.drafts and self._options_under(plugin) == self._options:
            return self
        other = Workbench(self._loaded, self._assumptions, plugin)
        if plugin == parse_plugin(plugin.name):
            self._others[plugin] = other
        return other

    def fixes(self, what_if: WhatIf, question: FixQuestion) -> FixAnswer:
        """The smallest changes to policies that make a connection allowed or denied; errors as for `why`."""
        sides = self._sides(what_if)
        find = partial(fix_asked, self._loaded, sides.policies, sides.after, what_if, question)
        return self._remember(("fixes", what_if, question), find)

    def proof(self, what_if: WhatIf, intents: tuple[str, ...]) -> ProofAnswer:
        """Whether the what-if does just what is intended; UsageError for what is no intent."""
        sides = self._sides(what_if)
        prove = partial(prove_scenario, self._loaded, sides.before, sides.after.scenario, what_if, intents)
        return self._remember(("proof", what_if, intents), prove)

    def card(self, what_if: WhatIf, peer: str) -> CardFacts:
        """What is known about one card of the picture; UsageError if there is none of that id."""
        by = Grouping.POD if peer.endswith("[Pod]") else Grouping.WORKLOAD
        for grouping in dict.fromkeys((by, Grouping.WORKLOAD, Grouping.POD, Grouping.NAMESPACE)):
            scope = self._scope(grouping, ViewSettings(namespaces=(peer.partition("/")[0],)), what_if)
            _, after = self._matrices(what_if, grouping, scope)
            if any(p.id == peer for p in after.peers):
                return inventory.card_facts(self._sides(what_if).after, after, peer)
        raise UsageError(f"there is no card called {peer!r}")

    def edge_question(self, what_if: WhatIf, picture: PictureQuestion, source: str, target: str) -> WhyQuestion:
        """The question that explains a drawn edge between two cards, folded ends included."""
        picture, _ = drawable(picture, self._cluster)
        by = grouping_of(picture.by)
        before, after = self._matrices(what_if, by, self._scope(by, picture, what_if))
        drawn = self._picture(what_if, picture, before, after)
        found = inventory.edge_ends(drawn, (before, after), source, target)
        if found is None:
            raise UsageError("that connection is not in the picture any more")
        return WhyQuestion(source=found[0], target=found[1])

    def compare_with(self, files: Sequence[InputFile]) -> LoadSummary | None:
        """Read the input that this one is compared with, as the state before; without files there is none any more."""
        if not files:
            self._earlier = self._compared = None
            return None
        named = [(file.name, file.data) for file in files]
        earlier = under(load_files(named, limits=self._limits), self._plugin)
        self._compare_with(earlier)
        return inventory.summary(earlier)

    def _compare_with(self, earlier: Loaded) -> None:
        self._earlier = under(earlier, self._plugin)
        self._compared = TwoInputs(self._earlier, self._loaded, self._options)

    def compared(self, question: PictureQuestion) -> PictureAnswer:
        """Both inputs in one picture, and every changed pair with its causes; UsageError if there is no other input."""
        return self._two_inputs().picture(question)

    def compared_proof(self, intents: tuple[str, ...]) -> ProofAnswer:
        """Whether the other input became this one just as intended; UsageError as for `compared`, or for no intent."""
        return self._two_inputs().proof(intents)

    def compared_svg(self, question: PictureQuestion, *, dark: bool = False) -> str:
        """The picture of both inputs as a standalone SVG document; UsageError if there is no other input."""
        return self._two_inputs().svg(question, dark=dark)

    def compared_why(self, question: WhyQuestion) -> tuple[WhyAnswer | None, WhyAnswer | None]:
        """Verdict and traces before and after, None where an end is not there; errors as for `why` and `compared`."""
        return self._two_inputs().why(question)

    def _two_inputs(self) -> TwoInputs:
        if self._compared is None:
            raise UsageError("there is no other input to compare with: choose it on the Compare page")
        return self._compared

    def check_draft(self, draft: Draft) -> tuple[Diagnostic, ...]:
        """What is wrong with a draft: the same checks as for a file."""
        return draft_diagnostics(self._loaded, draft)

    def drafted(self, draft: Draft) -> tuple[str, ...]:
        """The ids of the policies in a draft."""
        return drafted_ids(draft)

    def _remember(self, key: object, make: Callable[[], _T]) -> _T:
        if key in self._memory:
            self._memory.move_to_end(key)
        else:
            self._memory[key] = make()
            while len(self._memory) > _REMEMBERED:
                self._memory.popitem(last=False)
        return self._memory[key]  # type: ignore[return-value]  # each kind of key holds one type

    def _evaluator(self, drafts: tuple[Draft, ...], *, edited: bool = True) -> Evaluator:
        def make() -> Evaluator:
            plain = self._loaded.policies
            drafted = with_drafts(self._loaded, drafts)
            words = vocabulary_of(plain) | vocabulary_of(drafted)
            return Evaluator(self._cluster, drafted if edited else plain, self._options, words)

        return self._remember(("evaluator", drafts, edited or not drafts), make)

    def _sides(self, what_if: WhatIf) -> _Sides:
        after = self._evaluator(what_if.drafts)
        before = self._evaluator(what_if.drafts, edited=False)
        policies = with_drafts(self._loaded, what_if.drafts)
        known = {str(p.id): p.id for p in policies.policies}
        scenario = Scenario(
            disabled=frozenset(known[i] for i in what_if.disabled if i in known),
            enforced=frozenset(known[i] for i in what_if.enforced if i in known),
        )
        return _Sides(before.evaluate(), after.evaluate(scenario), policies)

    def _scope(self, by: Grouping, view: ViewSettings, *what_ifs: WhatIf) -> Scope:
        """The namespaces that a view looks at; where it names none, those of switched policies are among them."""
        if not is_large(self._cluster, by):
            return EVERYTHING
        switched = {policy for what_if in what_ifs for policy in what_if.disabled | what_if.enforced}
        also = {p.id.namespace for p in self._loaded.policies.policies if switched and str(p.id) in switched}
        evaluation = self._evaluator(what_ifs[-1].drafts).evaluate()
        key = ("scope", by, frame_of(view), tuple(sorted(also)))
        return self._remember(key, lambda: scope_of(evaluation, by, view, sorted(also)))

    def _matrices(
        self, what_if: WhatIf, by: Grouping, scope: Scope = EVERYTHING
    ) -> tuple[ReachabilityMatrix, ReachabilityMatrix]:
        sides, some = self._sides(what_if), scope.namespaces
        before = self._remember(("before", what_if.drafts, by, some), lambda: sides.before.matrix(by, some))
        if what_if == BASELINE:
            return before, before
        return before, self._remember(("after", what_if, by, some), lambda: sides.after.matrix(by, some))

    def _comparison(self, what_if: WhatIf, by: Grouping, scope: Scope = EVERYTHING) -> Comparison:
        key = ("changes", what_if, by, scope.namespaces)
        return self._remember(key, lambda: compare(*self._matrices(what_if, by, scope)))

    def _picture(
        self,
        what_if: WhatIf,
        question: PictureQuestion,
        before: ReachabilityMatrix,
        after: ReachabilityMatrix,
        notes: tuple[str, ...] = (),
    ) -> Picture:
        def layout() -> Layout:
            return make_layout(before, view=question, labels=labels)

        labels = self._labels(question)
        frame = frame_of(question)
        return build_picture(
            after,
            None if what_if == BASELINE else before,
            title=question.title or "Allowed connections",
            what_if=inventory.what_if_words(what_if, self._loaded.policies),
            view=question,
            labels=labels,
            notes=(
                *notes,
                *inventory.picture_notes(self._loaded, self._evaluator(what_if.drafts)),
                *unmodelled_notes(self.unmodelled(what_if)),
            ),
            layout=self._remember(("layout", what_if.drafts, frame, tuple(peer.id for peer in before.peers)), layout),
        )

    def _labels(self, question: PictureQuestion) -> CardLabels:
        """The labels of the cards, if the question speaks of labels."""
        if question.by == "namespace" or not asks_for_labels(question):
            return {}
        return self._card_labels(question.by)

    def _card_labels(self, by: str) -> CardLabels:
        return self._remember(("labels", by), lambda: card_labels(self._cluster, by))

    def _texts(self, what_if: WhatIf) -> tuple[SourceText, ...]:
        return (*self._loaded.report.texts, *draft_texts(what_if.drafts))

    def _ends(self, what_if: WhatIf, evaluation: Evaluation) -> Callable[[str], tuple[End, ...] | None]:
        def find(text: str) -> tuple[End, ...] | None:
            if text in (INGRESS_CONTROLLER, INGRESS_PEER):
                return None
            home = frozenset((text.partition("/")[0],))
            for by in (Grouping.WORKLOAD, Grouping.POD, Grouping.NAMESPACE):
                some = home if is_large(self._cluster, by) else None
                ends = self._remember(("ends", what_if.drafts, by, some), partial(peer_ends, evaluation, by, some))
                if text in ends:
                    return ends[text]
            return None

        return find
