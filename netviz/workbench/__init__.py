"""Answers a page's questions, in this process or in a worker of its own.

What stands here is imported when it is first asked for (PEP 562): the command line uses a few modules of this room, and
would otherwise wait for all of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from netviz.view.settings import SYSTEM_NAMESPACES, ViewSettings
    from netviz.view.trace import Half, Step
    from netviz.workbench.bench import Workbench
    from netviz.workbench.board import BoardCard, SelectedWorkload, TierColumn
    from netviz.workbench.checking import Checked, CheckedLine
    from netviz.workbench.desk import Desk, LocalDesk, Opening, WorkerDesk, check_alive, is_elsewhere, let_go
    from netviz.workbench.exposed import ExposureLine, Exposures
    from netviz.workbench.fidelity import Fidelity, FidelityLine
    from netviz.workbench.finding import FoundCard, FoundCards, LabelChoice
    from netviz.workbench.findings import FindingLine, Findings
    from netviz.workbench.fixes import EffectLine, FixAnswer, FixEdit, FixLine, FixQuestion
    from netviz.workbench.grid import Grid, GridCell, GridLine
    from netviz.workbench.impacts import ImpactLine, ImpactPair, ImpactPairs, ImpactTable
    from netviz.workbench.interface import Bench
    from netviz.workbench.probing import Observed, ObservedLine, ProbeQuestion, ProbeScript
    from netviz.workbench.proofs import IntentLine, ProofAnswer
    from netviz.workbench.questions import (
        BASELINE,
        MOST_DOCUMENTS,
        MOST_ENDPOINTS,
        Assumptions,
        CardFacts,
        CauseLine,
        ChangeLine,
        CheckQuestion,
        DocumentLine,
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
    from netviz.workbench.reaching import ChokeLine, HopLine, ReachAnswer, ReachedLine, Way
    from netviz.workbench.remote import Waiting, WorkerLost
    from netviz.workbench.selecting import SelectedDirection, Selecting, SelectingPolicy
    from netviz.workbench.table import Table, TableRow

__all__ = [
    "BASELINE",
    "MOST_DOCUMENTS",
    "MOST_ENDPOINTS",
    "SYSTEM_NAMESPACES",
    "Assumptions",
    "Bench",
    "BoardCard",
    "CardFacts",
    "CauseLine",
    "ChangeLine",
    "CheckQuestion",
    "Checked",
    "CheckedLine",
    "ChokeLine",
    "Desk",
    "DocumentLine",
    "Draft",
    "EffectLine",
    "EndpointChoice",
    "ExposureLine",
    "Exposures",
    "Fidelity",
    "FidelityLine",
    "FindingLine",
    "Findings",
    "FindingsQuestion",
    "FixAnswer",
    "FixEdit",
    "FixLine",
    "FixQuestion",
    "FoundCard",
    "FoundCards",
    "Grid",
    "GridCell",
    "GridLine",
    "GridQuestion",
    "Half",
    "HopLine",
    "ImpactLine",
    "ImpactPair",
    "ImpactPairs",
    "ImpactTable",
    "InputFile",
    "IntentLine",
    "LabelChoice",
    "LoadSummary",
    "LocalDesk",
    "Observed",
    "ObservedLine",
    "Opening",
    "PackQuestion",
    "PackedFile",
    "PictureAnswer",
    "PictureQuestion",
    "PluginVerdict",
    "PolicyCard",
    "ProbeQuestion",
    "ProbeScript",
    "ProofAnswer",
    "ReachAnswer",
    "ReachQuestion",
    "ReachedLine",
    "SelectedDirection",
    "SelectedWorkload",
    "Selecting",
    "SelectingPolicy",
    "Step",
    "Table",
    "TableQuestion",
    "TableRow",
    "TierColumn",
    "ViewSettings",
    "Waiting",
    "Way",
    "WhatIf",
    "WhyAnswer",
    "WhyQuestion",
    "Workbench",
    "WorkerDesk",
    "WorkerLost",
    "check_alive",
    "is_elsewhere",
    "let_go",
]

_HOMES: Final = {
    "netviz.view.settings": ("SYSTEM_NAMESPACES", "ViewSettings"),
    "netviz.view.trace": ("Half", "Step"),
    "netviz.workbench.bench": ("Workbench",),
    "netviz.workbench.board": ("BoardCard", "SelectedWorkload", "TierColumn"),
    "netviz.workbench.checking": ("Checked", "CheckedLine"),
    "netviz.workbench.desk": ("Desk", "LocalDesk", "Opening", "WorkerDesk", "check_alive", "is_elsewhere", "let_go"),
    "netviz.workbench.exposed": ("ExposureLine", "Exposures"),
    "netviz.workbench.fidelity": ("Fidelity", "FidelityLine"),
    "netviz.workbench.finding": ("FoundCard", "FoundCards", "LabelChoice"),
    "netviz.workbench.findings": ("FindingLine", "Findings"),
    "netviz.workbench.fixes": ("EffectLine", "FixAnswer", "FixEdit", "FixLine", "FixQuestion"),
    "netviz.workbench.grid": ("Grid", "GridCell", "GridLine"),
    "netviz.workbench.impacts": ("ImpactLine", "ImpactPair", "ImpactPairs", "ImpactTable"),
    "netviz.workbench.interface": ("Bench",),
    "netviz.workbench.probing": ("Observed", "ObservedLine", "ProbeQuestion", "ProbeScript"),
    "netviz.workbench.proofs": ("IntentLine", "ProofAnswer"),
    "netviz.workbench.questions": (
        "BASELINE",
        "MOST_DOCUMENTS",
        "MOST_ENDPOINTS",
        "Assumptions",
        "CardFacts",
        "CauseLine",
        "ChangeLine",
        "CheckQuestion",
        "DocumentLine",
        "Draft",
        "EndpointChoice",
        "FindingsQuestion",
        "GridQuestion",
        "InputFile",
        "LoadSummary",
        "PackedFile",
        "PackQuestion",
        "PictureAnswer",
        "PictureQuestion",
        "PluginVerdict",
        "PolicyCard",
        "ReachQuestion",
        "TableQuestion",
        "WhatIf",
        "WhyAnswer",
        "WhyQuestion",
    ),
    "netviz.workbench.reaching": (
        "ChokeLine",
        "HopLine",
        "ReachAnswer",
        "ReachedLine",
        "Way",
    ),
    "netviz.workbench.remote": ("Waiting", "WorkerLost"),
    "netviz.workbench.selecting": ("SelectedDirection", "Selecting", "SelectingPolicy"),
    "netviz.workbench.table": ("Table", "TableRow"),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """The public name, from the module that defines it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
