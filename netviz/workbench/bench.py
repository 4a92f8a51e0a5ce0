"""The bench: one loaded input and the answers to a page's questions about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from netviz.dialects.plugins import Plugin, parse_plugin
from netviz.engine.evaluator import Evaluation
from netviz.engine.matrix import Grouping
from netviz.engine.options import Options
from netviz.engine.reach import peer_ends
from netviz.errors import Diagnostic, UsageError
from netviz.exporters.svg import render_svg
from netviz.loading import Loaded, load_files, under
from netviz.manifests.limits import DEFAULT_LIMITS, Limits
from netviz.manifests.progress import Progress
from netviz.model.cluster import Cluster
from netviz.view.settings import ViewSettings
from netviz.workbench import inventory
from netviz.workbench.answers import Asker, lookup
from netviz.workbench.asking import grouping_of, protocol_number
from netviz.workbench.board import SelectedWorkload, TierColumn, policy_cards, selected_workloads, tier_columns
from netviz.workbench.check_reports import report
from netviz.workbench.checking import Checked, checked_text, frozen_text
from netviz.workbench.drafts import draft_diagnostics, drafted_ids, with_draft_report
from netviz.workbench.drawing import edge_question, packed, picture_answer
from netviz.workbench.excerpts import quoter
from netviz.workbench.exposed import Exposures, exposure_csv, exposure_lines
from netviz.workbench.fidelity import Fidelity, FidelityLine, fidelity
from netviz.workbench.finding import FoundCards, LabelChoice, find_cards, label_choices
from netviz.workbench.findings import Findings
from netviz.workbench.fixes import FixAnswer, FixQuestion
from netviz.workbench.fixing import fix_asked
from netviz.workbench.grid import Grid
from netviz.workbench.impacts import ImpactPairs, ImpactTable, impact_csv, impact_pairs, impact_table
from netviz.workbench.linting import Found, findings_page, look
from netviz.workbench.listing import grid_answer, step_sentence, table_answer, whole_table
from netviz.workbench.options import options_for
from netviz.workbench.picking import drawn_namespaces, endpoint_choices, endpoint_ids
from netviz.workbench.plugins import Comparing
from netviz.workbench.probing import Observed, Planner, ProbeQuestion, ProbeScript, probe_answer
from netviz.workbench.proofs import ProofAnswer
from netviz.workbench.proving import prove_scenario
from netviz.workbench.questions import (
    BASELINE,
    Assumptions,
    CardFacts,
    ChangeLine,
    CheckQuestion,
    Draft,
    EndpointChoice,
    FindingsQuestion,
    GridQuestion,
    InputFile,
    LoadSummary,
    PackedFile,
    PackQuestion,
    PictureAnswer,
    PictureQuestion,
    PluginVerdict,
    PolicyCard,
    ReachQuestion,
    TableQuestion,
    WhatIf,
    WhyAnswer,
    WhyQuestion,
)
from netviz.workbench.reach_words import reach_csv
from netviz.workbench.reaching import ReachAnswer, reach_answer
from netviz.workbench.selecting import Selecting, selecting
from netviz.workbench.table import Table
from netviz.workbench.two_inputs import TwoInputs
from netviz.workbench.workings import Workings


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
        self._work = Workings(self._loaded, self._options_under(self._plugin))
        self._work.options.assumed_pods()
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
        return self._work.remember(("summary",), lambda: inventory.summary(self._loaded))

    def policies(self, what_if: WhatIf = BASELINE) -> tuple[PolicyCard, ...]:
        """Every policy of the input, and of the drafts that are no replacement."""
        sides = self._work.sides(what_if)
        return policy_cards(sides.after.evaluator, sides.policies, self._work.texts(what_if))

    def board(self, what_if: WhatIf = BASELINE) -> tuple[TierColumn, ...]:
        """The same policies by tier, in evaluation order."""
        return self._work.remember(
            ("board", what_if.drafts), lambda: tier_columns(self.policies(what_if), self._work.sides(what_if).policies)
        )

    def selected(self, what_if: WhatIf, policy: str) -> tuple[SelectedWorkload, ...]:
        """The workloads that a policy selects; UsageError if there is no such policy."""
        return selected_workloads(self._work.evaluator(what_if.drafts), policy)

    def selecting(self, what_if: WhatIf, name: str) -> Selecting:
        """The policies that select a workload or a pod; UsageError for what no policy can select."""
        evaluation = self._work.sides(what_if).after
        return selecting(evaluation, lookup(evaluation, self._work.ends(what_if, evaluation), name))

    def unmodelled(self, what_if: WhatIf) -> tuple[FidelityLine, ...]:
        """Everything that is legal and not modelled; how many pairs hang on it is for `fidelity` to say."""
        return self._work.drafted(what_if.drafts).unmodelled

    def fidelity(self, what_if: WhatIf) -> Fidelity:
        """Everything that keeps pairs of workloads from being decided, and how many."""

        def examine() -> Fidelity:
            sides, by = self._work.sides(what_if), Grouping.WORKLOAD
            matrix = self._work.matrices(what_if, by)[1]
            return fidelity(sides.after, matrix, peer_ends(sides.after, by), sides.policies, self._loaded.report)

        return self._work.remember(("fidelity", what_if), examine)

    def endpoints(self, first: tuple[str, ...] = ()) -> tuple[EndpointChoice, ...]:
        """What can be picked as an end: at most `MOST_ENDPOINTS`, those of the namespaces in `first` before others."""
        return endpoint_choices(self._cluster, first)

    def endpoint_ids(self) -> tuple[str, ...]:
        """The ids of everything that can be picked, listed or not."""
        return endpoint_ids(self._cluster)

    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that a workload or a Service lives in, by name."""
        return self._work.remember(("namespaces",), lambda: drawn_namespaces(self._cluster))

    def labels(self) -> tuple[LabelChoice, ...]:
        """The labels that pods of the input have, without those that tell every pod from every other."""
        return self._work.remember(("label choices",), lambda: label_choices(self._cluster))

    def find(self, text: str) -> FoundCards:
        """Workloads and namespaces whose name or label contains the text, drawn or not."""
        return find_cards(self._cluster, text, self._work.card_labels("workload"))

    def findings(self, what_if: WhatIf, question: FindingsQuestion) -> Findings:
        """A page of what the checks find."""

        def elsewhere(plugin: Plugin) -> Evaluation:
            return self._other(plugin, what_if)._work.sides(what_if).after

        def examine() -> Found:
            sides = self._work.sides(what_if)
            report = with_draft_report(self._loaded, what_if.drafts)
            return look(sides.after, sides.policies, report, self._loaded, elsewhere)

        found = self._work.remember(("findings", what_if), examine)
        return findings_page(found, question, quoter(self._work.texts(what_if)))

    def step(self, previous: WhatIf, what_if: WhatIf, by: str) -> str:
        """What the step from one scenario to another does, in a sentence; "" where nothing was switched."""
        return step_sentence(self._work, previous, what_if, by)

    def picture(self, what_if: WhatIf, question: PictureQuestion) -> PictureAnswer:
        """The picture of a scenario beside the baseline, and every changed pair."""
        return picture_answer(self._work, what_if, question)

    def pairs(self, what_if: WhatIf, by: str) -> tuple[ChangeLine, ...]:
        """Every pair that is allowed, unknown or changed, one by one and without folding, sorted by name."""
        grouping = grouping_of(by)
        return inventory.pair_lines(self._work.matrices(what_if, grouping)[1], self._work.comparison(what_if, grouping))

    def grid(self, what_if: WhatIf, question: GridQuestion) -> Grid:
        """A window of the matrix; UsageError for a zone that is not there, or is part of an input too large to open."""
        return grid_answer(self._work, what_if, question)

    def table(self, what_if: WhatIf, question: TableQuestion) -> Table:
        """A page of the pairs that are allowed, unknown or changed; UsageError for filters that make no sense."""
        return table_answer(self._work, what_if, question)

    def table_csv(self, what_if: WhatIf, question: TableQuestion) -> str:
        """All pages as CSV; errors as for `table`."""
        return whole_table(self._work, what_if, question)

    def impact(self, what_if: WhatIf) -> ImpactTable:
        """What switching each policy alone would change, what changes most first."""
        return self._work.remember(("impact", what_if), lambda: impact_table(self._work.sides(what_if).after))

    def impact_csv(self, what_if: WhatIf) -> str:
        """The same as CSV."""
        return impact_csv(self._work.sides(what_if).after)

    def impact_pairs(self, what_if: WhatIf, policy: str, by: str) -> ImpactPairs:
        """The pairs that switching one policy changes; UsageError if there is no such policy."""
        return impact_pairs(self._work.sides(what_if).after, policy, grouping_of(by))

    def exposure(self, what_if: WhatIf) -> Exposures:
        """What policies allow with pods that are not in the input, what is open to most first."""
        return self._work.remember(("exposure", what_if), lambda: exposure_lines(self._work.sides(what_if).after))

    def exposure_csv(self, what_if: WhatIf) -> str:
        """The same as CSV."""
        return exposure_csv(self.exposure(what_if))

    def reach(self, what_if: WhatIf, question: ReachQuestion) -> ReachAnswer:
        """What can be reached from somewhere; UsageError for names that mean nothing here."""
        return self._work.remember(
            ("reach", what_if, question), lambda: reach_answer(self._work.sides(what_if).after, question)
        )

    def reach_csv(self, what_if: WhatIf, question: ReachQuestion) -> str:
        """Everything that is reached as CSV; errors as for `reach`."""
        return reach_csv(self.reach(what_if, question))

    def svg(self, what_if: WhatIf, question: PictureQuestion, *, dark: bool = False) -> str:
        """The picture as a standalone SVG document."""
        return render_svg(self.picture(what_if, question).picture, dark=dark)

    def pack(self, what_if: WhatIf, question: PictureQuestion, wanted: PackQuestion) -> tuple[PackedFile, ...]:
        """The files of a review pack, in the order of the formats; UsageError for one that cannot be made here."""
        return packed(self._work, what_if, question, wanted)

    def why(self, what_if: WhatIf, question: WhyQuestion) -> WhyAnswer:
        """Verdict and traces for one connection; UsageError for a name or protocol that is not known."""
        evaluation = self._work.sides(what_if).after
        asker = Asker(evaluation, quoter(self._work.texts(what_if)))
        ends = self._work.ends(what_if, evaluation)
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
        return self._work.remember(("plugins", what_if, question), comparing.verdicts)

    def expectations(self, what_if: WhatIf, question: CheckQuestion) -> Checked:
        """What becomes of every expectation of a file, or what is wrong with the file."""
        evaluation, texts = self._work.sides(what_if).after, self._work.texts(what_if)
        return self._work.remember(("expected", what_if, question), lambda: checked_text(evaluation, question, texts))

    def expectation_report(self, what_if: WhatIf, question: CheckQuestion, form: str) -> str:
        """The same as a report: junit, sarif or md."""
        return report(self.expectations(what_if, question), form)

    def frozen(self, what_if: WhatIf, by: str) -> str:
        """Everything that may connect, as an expectations file; UsageError if there are too many pairs."""
        return frozen_text(self._work.sides(what_if).after, grouping_of(by).value)

    def probes(self, what_if: WhatIf, question: ProbeQuestion) -> ProbeScript:
        """A script that tries connections on the cluster; UsageError for one that cannot be tried."""
        return probe_answer(self._work.sides(what_if).after, question)

    def observed(self, what_if: WhatIf, data: bytes) -> Observed:
        """What such a script has observed beside what is predicted."""
        return Planner(self._work.sides(what_if).after).compare(data)

    def _other(self, plugin: Plugin, what_if: WhatIf) -> Workbench:
        """The same input under another plugin: this bench, if the plugin makes no difference here."""
        if plugin in self._others:
            return self._others[plugin]
        judged = under(self._loaded, plugin)
        same = judged.policies.effective() == self._loaded.policies.effective()
        same &= judged.cluster.host_endpoints == self._loaded.cluster.host_endpoints
        if same and not what_if.drafts and self._options_under(plugin) == self._work.options:
            return self
        other = Workbench(self._loaded, self._assumptions, plugin)
        if plugin == parse_plugin(plugin.name):
            self._others[plugin] = other
        return other

    def fixes(self, what_if: WhatIf, question: FixQuestion) -> FixAnswer:
        """The smallest changes to policies that make a connection allowed or denied; errors as for `why`."""
        sides = self._work.sides(what_if)
        find = partial(fix_asked, self._loaded, sides.policies, sides.after, what_if, question)
        return self._work.remember(("fixes", what_if, question), find)

    def proof(self, what_if: WhatIf, intents: tuple[str, ...]) -> ProofAnswer:
        """Whether the what-if does just what is intended; UsageError for what is no intent."""
        sides = self._work.sides(what_if)
        prove = partial(prove_scenario, self._loaded, sides.before, sides.after.scenario, what_if, intents)
        return self._work.remember(("proof", what_if, intents), prove)

    def card(self, what_if: WhatIf, peer: str) -> CardFacts:
        """What is known about one card of the picture; UsageError if there is none of that id."""
        by = Grouping.POD if peer.endswith("[Pod]") else Grouping.WORKLOAD
        for grouping in dict.fromkeys((by, Grouping.WORKLOAD, Grouping.POD, Grouping.NAMESPACE)):
            scope = self._work.scope(grouping, ViewSettings(namespaces=(peer.partition("/")[0],)), what_if)
            _, after = self._work.matrices(what_if, grouping, scope)
            if any(p.id == peer for p in after.peers):
                return inventory.card_facts(self._work.sides(what_if).after, after, peer)
        raise UsageError(f"there is no card called {peer!r}")

    def edge_question(self, what_if: WhatIf, picture: PictureQuestion, source: str, target: str) -> WhyQuestion:
        """The question that explains a drawn edge between two cards, folded ends included."""
        return edge_question(self._work, what_if, picture, source, target)

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
        self._compared = TwoInputs(self._earlier, self._loaded, self._work.options)

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
