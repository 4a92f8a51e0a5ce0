"""Partitions endpoints into classes, compiles rules to regions, walks, answers."""

from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.engine.fixed import AnyPod, End
from netviz.engine.matrix import Grouping, ReachabilityMatrix
from netviz.engine.options import Connection, Options, Scenario, Verdict

__all__ = [
    "AnyPod",
    "Connection",
    "End",
    "Evaluation",
    "Evaluator",
    "Grouping",
    "Options",
    "ReachabilityMatrix",
    "Scenario",
    "Verdict",
]
