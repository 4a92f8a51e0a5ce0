"""Answers a page's questions, in-process now and in a worker later."""

from netviz.view.trace import Half, Step
from netviz.workbench.bench import Workbench
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
    PolicyCard,
    WhatIf,
    WhyAnswer,
    WhyQuestion,
)

__all__ = [
    "BASELINE",
    "Assumptions",
    "CardFacts",
    "ChangeLine",
    "DocumentLine",
    "Draft",
    "EndpointChoice",
    "Half",
    "InputFile",
    "LoadSummary",
    "PictureAnswer",
    "PictureQuestion",
    "PolicyCard",
    "Step",
    "WhatIf",
    "WhyAnswer",
    "WhyQuestion",
    "Workbench",
]
