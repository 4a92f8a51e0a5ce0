"""What keeps answers from being exact: everything that is legal and not modelled, and the pairs that hang on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import End
from netviz.engine.matrix import ReachabilityMatrix
from netviz.manifests.report import LoadReport
from netviz.model.cluster import Pod
from netviz.model.policy import EveryPeer, NotPeer, Policy, PolicySet, RulePeer, SomePeer, Unresolved
from netviz.source import SourceRef
from netviz.workbench.answers import Asker, reasons

NOT_MODELLED = "not modelled"
NOT_ENFORCED = "not enforced"
REFUSED = "refused"
NOT_KNOWN = "not in the input"
_MOST_COMBINATIONS = 200
"""Kinds of unknown pairs that are looked into; the others are counted as not examined."""

_Reason = tuple[str, str]
"""The id of a policy ("" for none), and in words why something about it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityLine:
    """One thing that may make a verdict UNKNOWN, with its place.

    `category` is "not modelled" (legal, and netviz does not judge it), "not enforced" (by the network plugin: it has no
    effect), "refused", or "not in the input". `pairs` is how many pairs of workloads have an UNKNOWN part because of
    it, as far as they were examined.
    """

    category: str
    file: str
    line: int
    kind: str
    name: str
    message: str
    pairs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """All such things. `unknown` pairs have an UNKNOWN part, of which `examined` were asked what it rests on."""

    lines: tuple[FidelityLine, ...]
    unknown: int
    examined: int


def unmodelled_lines(policies: PolicySet, report: LoadReport) -> tuple[FidelityLine, ...]:
    """Everything that is legal and not modelled, by place."""
    return tuple(line for _, line in _candidates(policies, report) if line.category == NOT_MODELLED)


def unmodelled_notes(lines: Sequence[FidelityLine]) -> tuple[str, ...]:
    """The sentence that belongs under a picture; none if everything is modelled."""
    if not lines:
        return ()
    subject = "One thing in the input is" if len(lines) == 1 else f"{len(lines)} things in the input are"
    return (f"{subject} not modelled: traffic that may hang on that is unknown.",)


def fidelity(
    evaluation: Evaluation,
    matrix: ReachabilityMatrix,
    ends: Mapping[str, tuple[End, ...]],
    policies: PolicySet,
    report: LoadReport,
) -> Fidelity:
    """Everything that is not modelled, and whatever else an UNKNOWN pair rests on; `ends` by peer id of the matrix."""
    counts, examined = _causes(evaluation, matrix, ends)
    rest = dict(counts)
    lines: list[FidelityLine] = []
    for reason, line in _candidates(policies, report):
        pairs = counts.get(reason, 0)
        rest.pop(reason, None)
        if pairs or line.category in (NOT_MODELLED, NOT_ENFORCED):
            lines.append(replace(line, pairs=pairs))
    places = {str(policy.id): policy for policy in policies.policies}
    lines += [_not_known(places.get(policy), why, pairs) for (policy, why), pairs in rest.items()]
    order = (NOT_MODELLED, REFUSED, NOT_KNOWN, NOT_ENFORCED)
    lines.sort(key=lambda line: (order.index(line.category), line.file, line.line, line.message))
    unknown = sum(bool(cell.unknown) for cell in matrix.cells.values())
    return Fidelity(lines=tuple(lines), unknown=unknown, examined=examined)


def _causes(
    evaluation: Evaluation, matrix: ReachabilityMatrix, ends: Mapping[str, tuple[End, ...]]
) -> tuple[Counter[_Reason], int]:
    """How many unknown pairs rest on each reason, and how many were examined; pairs of equal classes are asked once."""
    classes = evaluation.evaluator.classes
    one_of_each = {
        peer: {classes.class_of(end) if isinstance(end, Pod) else end: end for end in reversed(found)}
        for peer, found in ends.items()
    }
    alike: defaultdict[object, list[tuple[str, str]]] = defaultdict(list)
    for (i, j), cell in matrix.cells.items():
        if cell.unknown:
            source, target = matrix.peers[i].id, matrix.peers[j].id
            alike[frozenset(one_of_each[source]), frozenset(one_of_each[target])].append((source, target))
    asker = Asker(evaluation, lambda _: ())
    counts: Counter[_Reason] = Counter()
    examined = 0
    # A stride rather than the first ones, so that no corner of a large input is left out.
    for pairs in list(alike.values())[:: -(-len(alike) // _MOST_COMBINATIONS) or 1]:
        source, target = pairs[0]
        found = set(reasons(asker, tuple(one_of_each[source].values()), tuple(one_of_each[target].values())))
        counts.update(dict.fromkeys(found, len(pairs)))
        examined += len(pairs)
    return counts, examined


def _candidates(policies: PolicySet, report: LoadReport) -> Iterator[tuple[_Reason, FidelityLine]]:
    """Everything that may make a verdict unknown, with the reason that an explanation gives for it."""
    refused = {(record.file, record.document) for record in report.records if record.outcome == "refused"}
    idle = {(problem.file, problem.line) for problem in report.diagnostics if problem.code == "not-enforced"}
    listed = {(item.file, item.line): item for item in report.unsupported}
    for policy in policies.policies:
        place = policy.ref.file, policy.ref.line
        category = REFUSED if (policy.ref.file, policy.ref.document) in refused else NOT_MODELLED
        if not policy.certain:
            item = listed.pop(place, None)
            message = item.message if item else policy.reason
            yield (str(policy.id), policy.reason), _line(category, policy, policy.ref, message)
        else:
            yield from _of_rules(policy, category)
    for item in listed.values():
        yield (
            ("", ""),
            FidelityLine(
                category=NOT_ENFORCED if (item.file, item.line) in idle else NOT_MODELLED,
                file=item.file,
                line=item.line,
                kind=item.kind,
                name=item.name,
                message=item.message,
            ),
        )


def _of_rules(policy: Policy, category: str) -> Iterator[tuple[_Reason, FidelityLine]]:
    for rule in (*policy.ingress, *policy.egress):
        whys = [rule.reason] if not rule.certain and rule.reason else []
        whys += [leaf.reason for peer in (rule.local, rule.peer) for leaf in _unresolved(peer)]
        for why in dict.fromkeys(whys):
            yield (str(policy.id), why), _line(category, policy, rule.ref, f"{rule.path}: {why}")


def _unresolved(peer: RulePeer) -> Iterator[Unresolved]:
    match peer:
        case Unresolved():
            yield peer
        case EveryPeer(parts) | SomePeer(parts):
            for part in parts:
                yield from _unresolved(part)
        case NotPeer(part):
            yield from _unresolved(part)


def _line(category: str, policy: Policy, ref: SourceRef, message: str) -> FidelityLine:
    name = f"{policy.id.namespace}/{policy.id.name}" if policy.id.namespace else policy.id.name
    return FidelityLine(
        category=category, file=ref.file, line=ref.line, kind=policy.id.kind, name=name, message=message
    )


def _not_known(policy: Policy | None, why: str, pairs: int) -> FidelityLine:
    if policy is None:
        return FidelityLine(category=NOT_KNOWN, file="", line=0, kind="", name="", message=why, pairs=pairs)
    return replace(_line(NOT_KNOWN, policy, policy.ref, why), pairs=pairs)
