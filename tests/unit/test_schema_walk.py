"""No field of a policy is ignored silently: every published field of every kind that is evaluated is walked.

A field either tells its values apart in the normal form, or a diagnostic names it, or it is in `NO_EFFECT` with the
reason; and what is not published is refused.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Final

import pytest

from netviz.dialects import DIALECTS
from netviz.dialects.base import Dialect, TierDialect
from netviz.errors import Diagnostic, Severity
from netviz.loading import Loaded, load_files
from netviz.manifests.document import Fields
from netviz.model.policy import Policy, PolicyRule, PolicySet
from netviz.source import SourceRef
from tests.schema_walk import Kind, Leaf, Manifest, misspelt, prefixes, read_kinds

FILE: Final = "sample.json"
NOWHERE: Final = SourceRef(file="", document=0, path="", line=0)
CLUSTER: Final = b"""
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
---
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
 "spec": {"containers": [{"name": "web", "ports": [{"name": "http", "containerPort": 80}]}]}}
"""

_BOOKKEEPING: Final = "kept by the API server"
_LABELS: Final = "policies are selected by nothing"
NO_EFFECT: Final = {
    "metadata.generateName": "a name is required, and wins over it",
    "metadata.labels{}": _LABELS,
    "metadata.annotations{}": "notes for people and controllers",
    "metadata.creationTimestamp": _BOOKKEEPING,
    "metadata.deletionTimestamp": "a policy is enforced until it is gone",
    "metadata.deletionGracePeriodSeconds": _BOOKKEEPING,
    "metadata.finalizers[]": "a policy is enforced until it is gone",
    "metadata.generation": _BOOKKEEPING,
    "metadata.managedFields[]": _BOOKKEEPING,
    "metadata.ownerReferences[]": "says who deletes it",
    "metadata.resourceVersion": _BOOKKEEPING,
    "metadata.selfLink": _BOOKKEEPING,
    "metadata.uid": _BOOKKEEPING,
    "status": "says what a controller made of the policy",
    "spec.ingress[].name": "names the rule in explanations",
    "spec.egress[].name": "names the rule in explanations",
    "spec.ingress[].metadata.annotations{}": "notes for people and controllers",
    "spec.egress[].metadata.annotations{}": "notes for people and controllers",
    "spec.performanceHints[]": "never changes what is enforced",
    "spec.applyOnForward": "concerns what a host forwards at its HostEndpoints; pods are policed all the same",
}
OF_CLUSTER_KINDS: Final = {"metadata.namespace": "the API server empties it: the kind has no namespace"}


KINDS: Final = read_kinds()
FORMER: Final = {"metadata.clusterName", "metadata.initializers"}
"""Fields that old exports still carry."""

FIDELITY: Final = Path(__file__).parents[2] / "docs" / "fidelity.md"
_OF_CALICO: Final = "Calico's NetworkPolicy and GlobalNetworkPolicy"
SECTIONS: Final = {
    "network-policy": "NetworkPolicy",
    "admin-network-policy": "AdminNetworkPolicy",
    "baseline-admin-network-policy": "BaselineAdminNetworkPolicy",
    "cluster-network-policy": "ClusterNetworkPolicy",
    "calico-network-policy": _OF_CALICO,
    "calico-global-network-policy": _OF_CALICO,
    "calico-staged-network-policy": _OF_CALICO,
    "calico-staged-global-network-policy": _OF_CALICO,
    "calico-staged-kubernetes-network-policy": "StagedKubernetesNetworkPolicy",
    "calico-tier": "Tier",
}
"""The section of docs/fidelity.md about each kind."""


class Fate(Enum):
    """What becomes of a field."""

    MODELLED = "modelled"
    REPORTED = "reported"
    IGNORED = "ignored"


def handled(kind: Kind) -> bool:
    name = kind.api_version, kind.kind
    return any(d.handles(*name) or (isinstance(d, TierDialect) and d.handles_tier(*name)) for d in DIALECTS)


def without_effect(kind: Kind) -> dict[str, str]:
    return NO_EFFECT | ({} if kind.namespaced else OF_CLUSTER_KINDS)


WALK: Final = [pytest.param(kind, leaf, id=f"{kind.name}:{leaf.path}") for kind in KINDS for leaf in kind.leaves]
VERSIONS: Final = [pytest.param(kind, version, id=f"{kind.name}:{version}") for kind in KINDS for version in kind.also]
WORDS: Final = {
    f"{kind.name}:{path}": (leaf.write(leaf.values[0]), path)
    for kind in KINDS
    for leaf in kind.leaves
    for path in prefixes(leaf.path)
}
"""For every key that a kind has anywhere: a manifest with it, and its path."""


def load(manifest: Manifest) -> Loaded:
    return load_files([(FILE, json.dumps(manifest).encode()), ("cluster.yaml", CLUSTER)])


def problems(loaded: Loaded) -> list[Diagnostic]:
    return [diagnostic for diagnostic in loaded.report.diagnostics if diagnostic.file == FILE]


def errors(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in problems(loaded) if problem.severity is Severity.ERROR]


def meaning(policies: PolicySet) -> PolicySet:
    """The policies without what only explanations use."""

    def bare(rules: tuple[PolicyRule, ...]) -> tuple[PolicyRule, ...]:
        return tuple(replace(r, ref=NOWHERE, peer_refs=(), port_refs=(), note="", reason="") for r in rules)

    def of(policy: Policy) -> Policy:
        return replace(policy, ref=NOWHERE, reason="", ingress=bare(policy.ingress), egress=bare(policy.egress))

    return replace(policies, policies=tuple(of(policy) for policy in policies.policies))


def names(problem: Diagnostic, place: str) -> bool:
    """Whether a diagnostic is about the field, something in it, or the part of a rule that it belongs to."""
    path = problem.path
    if path.startswith(place):
        return True
    return place.startswith((f"{path}.", f"{path}[")) and path.count(".") > 1 and not path.endswith("]")


def fate(leaf: Leaf) -> Fate:
    """What becomes of a field, after checking that its values are valid."""
    before, written = load(leaf.without), [load(leaf.write(value)) for value in leaf.values]
    for loaded in written:
        assert not errors(loaded)
    forms = [meaning(loaded.policies) for loaded in written]
    apart = all(one != other for one, other in itertools.combinations(forms, 2))
    if apart and (errors(before) or any(form != meaning(before.policies) for form in forms)):
        return Fate.MODELLED
    known = {(p.path, p.code) for p in problems(before)}
    if all(any(names(p, leaf.place) for p in problems(loaded) if (p.path, p.code) not in known) for loaded in written):
        return Fate.REPORTED
    return Fate.IGNORED


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: type(dialect).__name__)
def test_the_kinds_of_every_dialect_are_walked(dialect: Dialect) -> None:
    assert any(dialect.handles(kind.api_version, kind.kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_the_walk_is_read_by_a_dialect(kind: Kind) -> None:
    assert handled(kind)


def test_what_is_listed_as_without_effect_is_a_published_field() -> None:
    published = {leaf.path for kind in KINDS for leaf in kind.leaves}
    assert published >= (NO_EFFECT | OF_CLUSTER_KINDS).keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_manifest_that_the_walk_starts_from_is_valid(kind: Kind) -> None:
    assert errors(load(kind.start)) == []


def test_the_walk_finds_out_a_field_that_changes_nothing() -> None:
    kind = next(kind for kind in KINDS if kind.name == "network-policy")
    leaf = next(leaf for leaf in kind.leaves if leaf.path == "spec.ingress[].ports[].endPort")
    assert fate(leaf) is Fate.MODELLED
    assert fate(replace(leaf, write=lambda _: leaf.without)) is Fate.IGNORED


@pytest.mark.promise(4)
@pytest.mark.parametrize(("kind", "leaf"), WALK)
def test_no_field_is_ignored_silently(kind: Kind, leaf: Leaf) -> None:
    if leaf.refused or leaf.only:
        for value in leaf.values:
            assert any(names(p, leaf.place) and p.severity is Severity.ERROR for p in problems(load(leaf.write(value))))
        return
    ignored = leaf.path in without_effect(kind)
    assert fate(leaf) is Fate.IGNORED if ignored else fate(leaf) is not Fate.IGNORED


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_no_field_is_ignored_silently_in_other_versions_with_the_same_fields(kind: Kind, version: str) -> None:
    for leaf in kind.leaves:
        if not leaf.refused:
            ignored = fate(leaf.in_version(version)) is Fate.IGNORED
            assert (leaf.path, ignored) == (leaf.path, leaf.path in without_effect(kind))


def plain(path: str) -> str:
    return path.replace("[]", "").replace("{}", "")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_field_is_accepted_that_is_not_published(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted: set[str] = set()
    judge = Fields.unknown

    def unknown(fields: Fields, ignore: frozenset[str] = frozenset()) -> list[str]:
        keys = tuple(part for part in fields.path if isinstance(part, str))
        accepted.update(".".join((*keys, key)) for key in ignore)
        return judge(fields, ignore)

    monkeypatch.setattr(Fields, "unknown", unknown)
    for leaf in kind.leaves:
        load_files([(FILE, json.dumps(leaf.write(leaf.values[0])).encode())])
    published = {plain(path) for leaf in kind.leaves for path in prefixes(leaf.path)}
    assert accepted <= published | FORMER | {"apiVersion", "kind"}


def word(kind: Kind, leaf: Leaf) -> str:
    """What docs/fidelity.md calls the fate of a field."""
    if leaf.path in without_effect(kind):
        return "no effect"
    if leaf.refused:
        return "refused"
    if leaf.only:
        return "evaluated"
    doubts = [doubtful(load(leaf.write(value)).policies) for value in leaf.values]
    return "UNKNOWN" if all(doubts) else "in part" if any(doubts) else "evaluated"


def doubtful(policies: PolicySet) -> bool:
    return any("certain=False" in repr(policy) or "Unresolved(" in repr(policy) for policy in policies.policies)


def documented(section: str) -> dict[str, str]:
    """The fate of every path that a table of docs/fidelity.md names."""
    text = FIDELITY.read_text(encoding="utf-8")
    _, _, below = text.partition(f"\n## {section}\n")
    rows = [line.split("|") for line in below.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    return {plain(path): row[2].strip() for row in rows for path in re.findall("`([^`]+)`", row[1])}


@pytest.mark.parametrize(("name", "section"), SECTIONS.items(), ids=SECTIONS)
def test_the_page_on_fidelity_says_of_every_field_what_becomes_of_it(name: str, section: str) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    table = documented("Every kind of policy") | ({} if kind.namespaced else {"metadata.namespace": "no effect"})
    table |= documented(section)
    for leaf in kind.leaves:
        rows = [path for path in map(plain, prefixes(leaf.path)) if path in table]
        assert (leaf.path, table[rows[-1]] if rows else "") == (leaf.path, word(kind, leaf))


def test_the_page_on_fidelity_speaks_of_published_fields_only() -> None:
    assert {kind.name for kind in KINDS} == SECTIONS.keys()
    for section in {*SECTIONS.values(), "Every kind of policy"}:
        names = [name for name in SECTIONS if section in (SECTIONS[name], "Every kind of policy")]
        kinds = [kind for kind in KINDS if kind.name in names]
        published = {plain(path) for kind in kinds for leaf in kind.leaves for path in prefixes(leaf.path)}
        assert documented(section).keys() <= published
        assert documented(section)


@pytest.mark.parametrize(("manifest", "path"), WORDS.values(), ids=WORDS.keys())
def test_a_misspelt_field_is_reported_at_its_place(manifest: Manifest, path: str) -> None:
    wrong, place = misspelt(manifest, path)
    loaded = load(wrong)
    found = {problem.path: problem for problem in problems(loaded) if problem.code == "unknown-field"}
    assert place in found
    if place.startswith("spec."):
        assert found[place].severity is Severity.ERROR
        assert not any(policy.certain for policy in loaded.policies.policies)
