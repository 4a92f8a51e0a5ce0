"""What the words of a question mean."""

from __future__ import annotations

from dataclasses import replace

from netviz.engine.matrix import Grouping
from netviz.errors import UsageError
from netviz.model.cluster import Cluster
from netviz.sets.connections import PROTOCOL_NAMES
from netviz.view.settings import MOST_CARDS
from netviz.workbench.questions import PictureQuestion


def grouping_of(by: str) -> Grouping:
    """The level of that name; UsageError for others."""
    if by not in set(Grouping):
        raise UsageError(f"{by!r} is no level: choose pod, workload or namespace")
    return Grouping(by)


def protocol_number(text: str) -> int:
    """The protocol that a name or number means; UsageError for others."""
    for number, name in PROTOCOL_NAMES.items():
        if text.upper() == name.upper():
            return number
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 255:
        return int(text)
    raise UsageError(f"{text!r} is no protocol: choose one of {', '.join(PROTOCOL_NAMES.values())} or a number 1-255")


def drawable(question: PictureQuestion, cluster: Cluster) -> tuple[PictureQuestion, tuple[str, ...]]:
    """The question, or the one about namespaces in its place where the input has too many cards, and a sentence."""
    size = len(cluster.workloads)
    if question.by == "pod":
        size = max(size, len(cluster.pods))
    if question.by == "namespace" or size <= MOST_CARDS or question.namespaces or question.labels or question.focus:
        return question, ()
    many = f"{size:,} {question.by}s are too many to draw one by one: each namespace is one card."
    return replace(question, by="namespace"), (many,)
