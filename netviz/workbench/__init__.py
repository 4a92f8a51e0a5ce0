"""Answers a page's questions, in this process or in a worker of its own."""

from netviz.view.settings import SYSTEM_NAMESPACES, ViewSettings
from netviz.view.trace import Half, Step
from netviz.workbench.bench import Workbench
from netviz.workbench.board import BoardCard, SelectedWorkload, TierColumn
from netviz.workbench.desk import Desk, LocalDesk, Opening, WorkerDesk, check_alive, is_elsewhere, let_go
from netviz.workbench.fidelity import Fidelity, FidelityLine
from netviz.workbench.finding import FoundCard, FoundCards, LabelChoice
from netviz.workbench.grid import Grid, GridCell, GridLine, GridQuestion
from netviz.workbench.interface import Bench
from netviz.workbench.questions import (
    BASELINE,
    Assumptions,
    CardFacts,
    CauseLine,
    ChangeLine,
    DocumentLine,
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
from netviz.workbench.remote import Waiting, WorkerLost
from netviz.workbench.selecting import SelectedDirection, Selecting, SelectingPolicy
from netviz.workbench.table import Table, TableQuestion, TableRow

__all__ = [
    "BASELINE",
    "SYSTEM_NAMESPACES",
    "Assumptions",
    "Bench",
    "BoardCard",
    "CardFacts",
    "CauseLine",
    "ChangeLine",
    "Desk",
    "DocumentLine",
    "Draft",
    "EndpointChoice",
    "Fidelity",
    "FidelityLine",
    "FoundCard",
    "FoundCards",
    "Grid",
    "GridCell",
    "GridLine",
    "GridQuestion",
    "Half",
    "InputFile",
    "LabelChoice",
    "LoadSummary",
    "LocalDesk",
    "Opening",
    "PackQuestion",
    "PackedFile",
    "PictureAnswer",
    "PictureQuestion",
    "PluginVerdict",
    "PolicyCard",
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
