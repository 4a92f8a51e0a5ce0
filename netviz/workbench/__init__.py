"""Answers a page's questions, in-process now and in a worker later."""

from netviz.view.settings import SYSTEM_NAMESPACES, ViewSettings
from netviz.view.trace import Half, Step
from netviz.workbench.bench import Workbench
from netviz.workbench.board import BoardCard, SelectedWorkload, TierColumn
from netviz.workbench.fidelity import Fidelity, FidelityLine
from netviz.workbench.finding import FoundCard, FoundCards, LabelChoice
from netviz.workbench.interface import Bench
from netviz.workbench.questions import (
    BASELINE,
    Assumptions,
    CardFacts,
    ChangeLine,
    DocumentLine,
    Draft,
    EndpointChoice,
    InputFile,
    LoadSummary,
    PictureAnswer,
    PictureQuestion,
    PluginVerdict,
    PolicyCard,
    WhatIf,
    WhyAnswer,
    WhyQuestion,
)

__all__ = [
    "BASELINE",
    "SYSTEM_NAMESPACES",
    "Assumptions",
    "Bench",
    "BoardCard",
    "CardFacts",
    "ChangeLine",
    "DocumentLine",
    "Draft",
    "EndpointChoice",
    "Fidelity",
    "FidelityLine",
    "FoundCard",
    "FoundCards",
    "Half",
    "InputFile",
    "LabelChoice",
    "LoadSummary",
    "PictureAnswer",
    "PictureQuestion",
    "PluginVerdict",
    "PolicyCard",
    "SelectedWorkload",
    "Step",
    "TierColumn",
    "ViewSettings",
    "WhatIf",
    "WhyAnswer",
    "WhyQuestion",
    "Workbench",
]
