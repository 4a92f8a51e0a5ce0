"""Reads the controllers that make pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job and their kin (M10-M12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netviz.manifests.document import Fields
from netviz.manifests.known_fields import ORDINALS, POD_TEMPLATE, WORKLOAD_SPECS
from netviz.manifests.metadata import Metadata, Owner, required_child, warn_unknown
from netviz.manifests.pods import PodTemplate, read_template
from netviz.model.cluster import WorkloadId
from netviz.source import SourceRef

_ONE_POD: Final = frozenset(("DaemonSet", "CronJob"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A workload object of the input, with the labels of that object; those of its pods are the template's.

    `replicas` is the number as written, None if not written; `wanted` is how many pods it would run now, 0 for a
    finished Job. `first_ordinal` is that of a StatefulSet's first pod. `indexed`: a Job whose pods carry a completion
    index. `marks_pods`: a Job that labels its pods itself.
    """

    id: WorkloadId
    labels: Mapping[str, str]
    owner: Owner | None
    uid: str | None
    template: PodTemplate
    replicas: int | None
    wanted: int
    first_ordinal: int = 0
    indexed: bool = False
    marks_pods: bool = True
    ref: SourceRef


def read_controller(root: Fields, meta: Metadata) -> Controller | None:
    """A workload; None, after an error was reported, if its pod template cannot be used.

    Errors elsewhere, such as in `replicas`, are reported and the pods of the template still count.
    """
    kind = str(root.raw("kind"))
    spec = required_child(root, "spec")
    if spec is None:
        return None
    warn_unknown(spec, WORKLOAD_SPECS[kind])
    job = _job_spec(spec) if kind == "CronJob" else spec
    template = None if job is None else read_template(job)
    if job is None or template is None:
        return None
    replicas = _count(spec, "parallelism" if kind == "Job" else "replicas") if kind not in _ONE_POD else None
    return Controller(
        id=WorkloadId(meta.namespace, kind, meta.name),
        labels=meta.labels,
        owner=meta.owner,
        uid=meta.uid,
        template=template,
        replicas=replicas,
        wanted=_wanted(root, spec, kind, replicas),
        first_ordinal=_first_ordinal(spec) if kind == "StatefulSet" else 0,
        indexed="Job" in kind and job.string("completionMode") == "Indexed",
        marks_pods=not ("Job" in kind and job.boolean("manualSelector")),
        ref=root.ref(),
    )


def _job_spec(spec: Fields) -> Fields | None:
    template = required_child(spec, "jobTemplate")
    if template is None:
        return None
    warn_unknown(template, POD_TEMPLATE)
    job = required_child(template, "spec")
    if job is not None:
        warn_unknown(job, WORKLOAD_SPECS["Job"])
    return job


def _first_ordinal(spec: Fields) -> int:
    ordinals = spec.child("ordinals")
    if ordinals is None:
        return 0
    warn_unknown(ordinals, ORDINALS)
    return _count(ordinals, "start") or 0


def _wanted(root: Fields, spec: Fields, kind: str, replicas: int | None) -> int:
    wanted = 1 if replicas is None else replicas
    if kind != "Job":
        return wanted
    if _job_finished(root):
        return 0
    completions = _count(spec, "completions")
    return wanted if completions is None else min(wanted, completions)


def _job_finished(root: Fields) -> bool:
    status = root.child("status")
    conditions = status.children("conditions") if status else []
    return any(c.string("type") in ("Complete", "Failed") and c.string("status") == "True" for c in conditions)


def _count(fields: Fields, key: str) -> int | None:
    count = fields.integer(key)
    if count is not None and count < 0:
        fields.error("invalid-value", "must be greater than or equal to 0", key, value=count)
        return None
    return count
