"""Workloads that a selector means and does not match: it names labels of the object, not of its pods."""

from __future__ import annotations

from collections.abc import Iterable

from netviz.engine.labels import LabelIndex
from netviz.model.cluster import Workload
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.sets.region import bits, mask_of


class LabelledWorkloads:
    """The workloads whose own object has labels, found by what a selector says of these and of the labels of the pods.

    Immutable after construction; bit i of every set means the workload of that number.
    """

    def __init__(self, workloads: Iterable[Workload]) -> None:
        self._workloads = [workload for workload in workloads if workload.object_labels.items]
        self._objects = LabelIndex([workload.object_labels for workload in self._workloads])
        self._pods = LabelIndex([workload.labels for workload in self._workloads])
        places: dict[str, list[int]] = {}
        for number, workload in enumerate(self._workloads):
            places.setdefault(workload.id.namespace, []).append(number)
        self._in = {namespace: mask_of(numbers) for namespace, numbers in places.items()}

    def meant(self, selector: Selector, namespace: str) -> list[Workload]:
        """Those of a namespace ("": of any) whose own object surely has the labels, and whose pods surely have not."""
        here = self._objects.all if not namespace else self._in.get(namespace, 0)
        if not here or selector == EVERYTHING:
            return []
        found = self._objects.select(selector).must & here
        return [self._workloads[i] for i in bits(found & ~self._pods.select(selector).may)] if found else []
