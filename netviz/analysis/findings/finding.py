"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netviz.engine.options import Verdict
from netviz.errors import Severity
from netviz.source import SourceRef

if TYPE_CHECKING:
    from netviz.analysis.findings.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowWitness:
    """A connection that shows the finding: its ends as `netviz why` takes them, and its verdict now."""

    source: str
    target: str
    protocol: str
    port: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PodWitness:
    """A pod that shows the finding, as `namespace/name`."""

    pod: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWitness:
    """A label that nothing has, and the nearest one that something has, as `key=value`, or only its key."""

    key: str
    value: str
    nearest: str


Witness = FlowWitness | PodWitness | LabelWitness


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check has found.

    `check` is the id of the check. `message` says what is so, `advice` what to do about it. `ref` is the place, None
    for what has none; `path` is the field path there. `object` is the id of the policy as in docs/cli.md, or the kind,
    namespace and name of another object in the same form.
    """

    check: str
    severity: Severity
    message: str
    advice: str
    ref: SourceRef | None
    path: str
    object: str
    witness: Witness | None = None

    @property
    def namespace(self) -> str:
        """The namespace that it is about, "" for what has none."""
        kind, *rest = self.object.split("/")
        return rest[0] if rest and (kind == "Namespace" or len(rest) > 1) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One pitfall that is looked for: `title` names it, `rationale` says in a few sentences why it matters."""

    id: str
    severity: Severity
    title: str
    rationale: str
    run: Callable[[Facts], Iterable[Finding]]

    def finding(
        self,
        message: str,
        advice: str,
        *,
        about: object,
        ref: SourceRef | None,
        path: str | None = None,
        severity: Severity | None = None,
        witness: Witness | None = None,
    ) -> Finding:
        """A finding of this check `about` an object, at `ref`; `path` is that of the place if it is not given."""
        return Finding(
            check=self.id,
            severity=severity or self.severity,
            message=message,
            advice=advice,
            ref=ref,
            path=(ref.path if ref else "") if path is None else path,
            object=str(about),
            witness=witness,
        )
