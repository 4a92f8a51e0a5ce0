"""What reading the input already says of it, as findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netviz.analysis.findings.facts import DUPLICATE, Facts
from netviz.analysis.findings.finding import Check, Finding
from netviz.analysis.findings.words import listed
from netviz.dialects.plugins import is_calico
from netviz.errors import Diagnostic, Severity
from netviz.source import SourceRef

_UNKNOWN_FIELD = "unknown-field"
_KUBERNETES = ("networking.k8s.io", "extensions")
_ADMIN = "policy.networking.k8s.io"
_LABELS = ("labels", "matchLabels", "matchExpressions")


def ref_of(diagnostic: Diagnostic) -> SourceRef:
    """The place of a diagnostic."""
    return SourceRef(file=diagnostic.file, document=diagnostic.document, path=diagnostic.path, line=diagnostic.line)


def object_of(facts: Facts, diagnostic: Diagnostic) -> str:
    """What a diagnostic is about: the id of a policy, or kind, namespace and name of another object."""
    policy = facts.policy_of(diagnostic)
    if policy is not None:
        return str(policy.id)
    record = facts.record_of(diagnostic)
    if record is None:
        return diagnostic.file
    return "/".join(filter(None, (record.kind, record.namespace, record.name)))


def _group(facts: Facts, diagnostic: Diagnostic) -> str:
    """The API group of the document that a diagnostic is about; that of NetworkPolicy for a draft."""
    record = facts.record_of(diagnostic)
    if record is not None:
        return record.api_version.rpartition("/")[0]
    policy = facts.policy_of(diagnostic)
    return _KUBERNETES[0] if policy is not None and policy.id.kind == "NetworkPolicy" else ""


def _is_network_policy(facts: Facts, diagnostic: Diagnostic) -> bool:
    record = facts.record_of(diagnostic)
    named = "NetworkPolicy" if record is None else record.kind
    return named == "NetworkPolicy" and _group(facts, diagnostic) in _KUBERNETES


def _wants_quotes(diagnostic: Diagnostic) -> bool:
    label = any(word in diagnostic.path for word in _LABELS)
    return diagnostic.code == "cannot-decode" and label and (diagnostic.hint or "").startswith("quote it")


def _wants_no_quotes(diagnostic: Diagnostic) -> bool:
    return diagnostic.path.endswith(".port") and (diagnostic.hint or "").startswith("remove the quotes")


def _refused(facts: Facts) -> Iterator[Finding]:
    for diagnostic in facts.diagnostics:
        elsewhere = diagnostic.code in (DUPLICATE, _UNKNOWN_FIELD)
        elsewhere = elsewhere or _wants_quotes(diagnostic) or _wants_no_quotes(diagnostic)
        if diagnostic.severity is Severity.ERROR and not elsewhere and _is_network_policy(facts, diagnostic):
            yield NP001.finding(
                f"{diagnostic.path}: {diagnostic.sentence()}; the policy is left out, so that what it may select is"
                " unknown",
                diagnostic.hint or "write what the API server takes",
                about=object_of(facts, diagnostic),
                ref=ref_of(diagnostic),
            )


def _defined_again(facts: Facts) -> Iterator[Finding]:
    for diagnostic in facts.diagnostics:
        if diagnostic.code == DUPLICATE:
            yield NP015.finding(
                f"{diagnostic.message} ({diagnostic.hint})",
                "keep one of them: applied one after the other, the later would replace the earlier",
                about=object_of(facts, diagnostic),
                ref=ref_of(diagnostic),
                severity=diagnostic.severity,
            )


def _badly_quoted(facts: Facts) -> Iterator[Finding]:
    for diagnostic in facts.diagnostics:
        if _wants_quotes(diagnostic):
            message = (
                f"{diagnostic.path}: {diagnostic.value} is no text to YAML, and the value of a label has to be one"
            )
        elif _wants_no_quotes(diagnostic):
            message = f"{diagnostic.path}: the quoted {diagnostic.value} is the name of a port and not its number"
        else:
            continue
        yield NP032.finding(
            message,
            f"write {diagnostic.value} in quotes" if _wants_quotes(diagnostic) else f"write port: {diagnostic.value}",
            about=object_of(facts, diagnostic),
            ref=ref_of(diagnostic),
        )


def _unknown_fields(facts: Facts) -> Iterator[Finding]:
    found: defaultdict[tuple[str, int], list[Diagnostic]] = defaultdict(list)
    for diagnostic in facts.diagnostics:
        group = _group(facts, diagnostic)
        if diagnostic.code == _UNKNOWN_FIELD and group != _ADMIN and not is_calico(f"{group}/"):
            found[diagnostic.file, diagnostic.document].append(diagnostic)
    for here in found.values():
        first = here[0]
        fields = listed([f"`{each.path}`" for each in here])
        refused = any(each.severity is Severity.ERROR for each in here)
        effect = "the API server refuses the object" if refused else "ignored"
        yield NP034.finding(
            f"no such field: {fields}; {effect}",
            first.hint or "compare the spelling and the indentation with the API",
            about=object_of(facts, first),
            ref=ref_of(first),
            severity=first.severity,
        )


NP001 = Check(
    id="NP001",
    severity=Severity.ERROR,
    title="Refused by the API server",
    rationale="A NetworkPolicy that the API server refuses protects nobody. It is left out here, and all that it may"
    " have selected is unknown until it is mended.",
    run=_refused,
)
NP015 = Check(
    id="NP015",
    severity=Severity.ERROR,
    title="Defined more than once",
    rationale="Two manifests of the same kind, namespace and name are one object: the one that is applied last replaces"
    " the other. Which one that is, the manifests do not say.",
    run=_defined_again,
)
NP032 = Check(
    id="NP032",
    severity=Severity.ERROR,
    title="Wrong quotes",
    rationale="YAML reads `yes`, `on` and `1` without quotes as a boolean or a number, which no label value may be; and"
    " a port in quotes is the name of a container port. The API server refuses both.",
    run=_badly_quoted,
)
NP034 = Check(
    id="NP034",
    severity=Severity.WARNING,
    title="Unknown field",
    rationale="A misspelt field is refused or silently dropped, and what it was to say is not said. A policy without"
    " its podSelector selects every pod; a rule without its peers lets everybody in.",
    run=_unknown_fields,
)
