"""What the dashboard may ask of a bench, wherever that bench lives: in this process or in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from netviz.workbench.questions import BASELINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netviz.errors import Diagnostic
    from netviz.workbench.board import SelectedWorkload, TierColumn
    from netviz.workbench.checking import Checked
    from netviz.workbench.exposed import Exposures
    from netviz.workbench.fidelity import Fidelity, FidelityLine
    from netviz.workbench.finding import FoundCards, LabelChoice
    from netviz.workbench.findings import Findings
    from netviz.workbench.fixes import FixAnswer, FixQuestion
    from netviz.workbench.grid import Grid
    from netviz.workbench.impacts import ImpactPairs, ImpactTable
    from netviz.workbench.probing import Observed, ProbeQuestion, ProbeScript
    from netviz.workbench.proofs import ProofAnswer
    from netviz.workbench.questions import (
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
    from netviz.workbench.reaching import ReachAnswer
    from netviz.workbench.selecting import Selecting
    from netviz.workbench.table import Table

CHANGING = frozenset({"compare_with"})
"""The questions that change what the bench holds: earlier answers do not count after them."""


class Bench(Protocol):
    """Every question about one input, as `Workbench` answers it.

    Questions and answers are plain values that can be pickled, since they may travel between processes: no generator,
    no lambda, nothing that holds an evaluator. A question that is added here reaches a worker by its name.
    """

    @property
    def assumptions(self) -> Assumptions:
        """What this bench assumes."""
        ...

    def with_assumptions(self, assumptions: Assumptions) -> Bench:
        """The same input under other assumptions."""
        ...

    def summary(self) -> LoadSummary:
        """What became of the input."""
        ...

    def policies(self, what_if: WhatIf = BASELINE) -> tuple[PolicyCard, ...]:
        """Every policy of the input, and of the drafts that are no replacement."""
        ...

    def board(self, what_if: WhatIf = BASELINE) -> tuple[TierColumn, ...]:
        """The same policies by tier."""
        ...

    def selected(self, what_if: WhatIf, policy: str) -> tuple[SelectedWorkload, ...]:
        """The workloads that a policy selects."""
        ...

    def selecting(self, what_if: WhatIf, name: str) -> Selecting:
        """The policies that select a workload or a pod."""
        ...

    def unmodelled(self, what_if: WhatIf) -> tuple[FidelityLine, ...]:
        """Everything that is legal and not modelled."""
        ...

    def fidelity(self, what_if: WhatIf) -> Fidelity:
        """Everything that keeps pairs of workloads from being decided."""
        ...

    def endpoints(self, first: tuple[str, ...] = ()) -> tuple[EndpointChoice, ...]:
        """What can be picked as an end of a connection, of very much only a part."""
        ...

    def endpoint_ids(self) -> tuple[str, ...]:
        """The ids of everything that can be picked, listed or not."""
        ...

    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that a workload or a Service lives in."""
        ...

    def labels(self) -> tuple[LabelChoice, ...]:
        """The labels that pods of the input have."""
        ...

    def find(self, text: str) -> FoundCards:
        """Workloads and namespaces whose name or label contains the text, drawn or not."""
        ...

    def findings(self, what_if: WhatIf, question: FindingsQuestion) -> Findings:
        """A page of what the checks find."""
        ...

    def step(self, previous: WhatIf, what_if: WhatIf, by: str) -> str:
        """What one step of the what-if does, in a sentence."""
        ...

    def picture(self, what_if: WhatIf, question: PictureQuestion) -> PictureAnswer:
        """The picture of a scenario beside the baseline, and every changed pair."""
        ...

    def pairs(self, what_if: WhatIf, by: str) -> tuple[ChangeLine, ...]:
        """Every pair that is allowed, unknown or changed."""
        ...

    def grid(self, what_if: WhatIf, question: GridQuestion) -> Grid:
        """A window of the matrix."""
        ...

    def table(self, what_if: WhatIf, question: TableQuestion) -> Table:
        """A page of the pairs that are allowed, unknown or changed."""
        ...

    def table_csv(self, what_if: WhatIf, question: TableQuestion) -> str:
        """All pages as CSV."""
        ...

    def impact(self, what_if: WhatIf) -> ImpactTable:
        """What switching each policy alone would change."""
        ...

    def impact_csv(self, what_if: WhatIf) -> str:
        """The same as CSV."""
        ...

    def impact_pairs(self, what_if: WhatIf, policy: str, by: str) -> ImpactPairs:
        """The pairs that switching one policy changes."""
        ...

    def exposure(self, what_if: WhatIf) -> Exposures:
        """What policies allow with pods that are not in the input."""
        ...

    def exposure_csv(self, what_if: WhatIf) -> str:
        """The same as CSV."""
        ...

    def reach(self, what_if: WhatIf, question: ReachQuestion) -> ReachAnswer:
        """What can be reached from somewhere."""
        ...

    def reach_csv(self, what_if: WhatIf, question: ReachQuestion) -> str:
        """Everything that is reached as CSV."""
        ...

    def svg(self, what_if: WhatIf, question: PictureQuestion, *, dark: bool = False) -> str:
        """The picture as a standalone SVG document."""
        ...

    def pack(self, what_if: WhatIf, question: PictureQuestion, wanted: PackQuestion) -> tuple[PackedFile, ...]:
        """The files of a review pack."""
        ...

    def why(self, what_if: WhatIf, question: WhyQuestion) -> WhyAnswer:
        """Verdict and traces for one connection."""
        ...

    def plugins(self, what_if: WhatIf, question: WhyQuestion) -> tuple[PluginVerdict, ...]:
        """The verdict on a connection under every network plugin."""
        ...

    def fixes(self, what_if: WhatIf, question: FixQuestion) -> FixAnswer:
        """The smallest changes to policies that make a connection allowed or denied."""
        ...

    def expectations(self, what_if: WhatIf, question: CheckQuestion) -> Checked:
        """What becomes of every expectation of a file."""
        ...

    def expectation_report(self, what_if: WhatIf, question: CheckQuestion, form: str) -> str:
        """The same as a report: junit, sarif or md."""
        ...

    def frozen(self, what_if: WhatIf, by: str) -> str:
        """Everything that may connect, as an expectations file."""
        ...

    def probes(self, what_if: WhatIf, question: ProbeQuestion) -> ProbeScript:
        """A script that tries connections on the cluster."""
        ...

    def observed(self, what_if: WhatIf, data: bytes) -> Observed:
        """What such a script has observed beside what is predicted."""
        ...

    def proof(self, what_if: WhatIf, intents: tuple[str, ...]) -> ProofAnswer:
        """Whether the what-if does just what is intended."""
        ...

    def card(self, what_if: WhatIf, peer: str) -> CardFacts:
        """What is known about one card of the picture."""
        ...

    def edge_question(
        self, what_if: WhatIf, picture: PictureQuestion, source: str, target: str
    ) -> WhyQuestion:
        """The question that explains a drawn edge."""
        ...

    def compare_with(self, files: Sequence[InputFile]) -> LoadSummary | None:
        """Read the input that this one is compared with, as the state before; without files there is none any more."""
        ...

    def compared(self, question: PictureQuestion) -> PictureAnswer:
        """Both inputs in one picture, and every changed pair with its causes."""
        ...

    def compared_proof(self, intents: tuple[str, ...]) -> ProofAnswer:
        """Whether the other input became this one just as intended."""
        ...

    def compared_svg(self, question: PictureQuestion, *, dark: bool = False) -> str:
        """The picture of both inputs as a standalone SVG document."""
        ...

    def compared_why(self, question: WhyQuestion) -> tuple[WhyAnswer | None, WhyAnswer | None]:
        """Verdict and traces for one connection before and after."""
        ...

    def check_draft(self, draft: Draft) -> tuple[Diagnostic, ...]:
        """What is wrong with a draft."""
        ...

    def drafted(self, draft: Draft) -> tuple[str, ...]:
        """The ids of the policies in a draft."""
        ...
