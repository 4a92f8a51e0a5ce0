"""Kubernetes network policies as a picture, a what-if and an explanation.

The names of `netviz.api` are imported when they are first asked for (PEP 562): a command line that prints its help
imports this package, too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netviz.api import (
        Comparison,
        Connection,
        Evaluation,
        Evaluator,
        Finding,
        Grouping,
        Impact,
        Loaded,
        Options,
        Result,
        Scenario,
        Verdict,
        check,
        diff,
        evaluate,
        impact,
        lint,
        load,
    )

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Connection",
    "Evaluation",
    "Evaluator",
    "Finding",
    "Grouping",
    "Impact",
    "Loaded",
    "Options",
    "Result",
    "Scenario",
    "Verdict",
    "check",
    "diff",
    "evaluate",
    "impact",
    "lint",
    "load",
]


def __getattr__(name: str) -> object:
    """A name of the Python interface."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module("netviz.api"), name)
    globals()[name] = value
    return value
