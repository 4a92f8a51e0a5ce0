"""Files in; cluster, policies and report out."""

from __future__ import annotations

import gc
import io
import json
import random
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from netviz.dialects import Dialect
from netviz.dialects.kubernetes import KubernetesDialect
from netviz.errors import Diagnostic, Severity, UsageError
from netviz.loading import Loaded, load, load_files
from netviz.manifests.document import Document
from netviz.model.policy import ANYONE, PODS, Action, Direction, EveryPeer, InNamespace, Policy, PolicyId, Tier

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {}
"""
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{}]
"""
BOTH = frozenset(Direction)


def loaded(*texts: str) -> Loaded:
    return load_files([(f"{i}.yaml", text.encode()) for i, text in enumerate(texts)])


def outcomes(result: Loaded) -> list[str]:
    return [record.outcome for record in result.report.records]


def codes(result: Loaded, severity: Severity = Severity.ERROR) -> list[str]:
    return [d.code for d in result.report.diagnostics if d.severity is severity]


def policy(result: Loaded) -> Policy:
    (found,) = result.policies.policies
    return found


def test_pods_and_policies_of_all_files_are_one_input() -> None:
    result = loaded(POD, POLICY)
    assert [p.name for p in result.cluster.pods] == ["web"]
    assert (policy(result).id, policy(result).certain) == (PolicyId("NetworkPolicy", "shop", "allow"), True)
    assert (result.report.files, outcomes(result), result.report.complete) == (("0.yaml", "1.yaml"), ["read"] * 2, True)


def test_only_the_text_of_policies_is_kept() -> None:
    (text,) = loaded(POD, POLICY).report.texts
    assert text.file == "1.yaml"
    assert "  ingress: [{}]" in text.lines


def test_paths_directories_and_standard_input_go_together(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    result = load([tmp_path, "-"], stdin=io.BytesIO(POLICY.encode()))
    assert result.report.files == (str(tmp_path / "pod.yaml"), "<stdin>")
    assert (len(result.cluster.pods), len(result.policies.policies)) == (1, 1)


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml"):
        load([tmp_path / "nowhere.yaml"])


def test_a_file_that_cannot_be_read_leaves_the_answer_incomplete(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_text("")
    (tmp_path / "pod.yaml").write_text(POD)
    result = load([tmp_path / "a.tar.gz", tmp_path / "pod.yaml"])
    assert (codes(result), result.report.complete, len(result.cluster.pods)) == (["bad-archive"], False, 1)


def test_n_bad_documents_give_n_diagnostics_in_one_run_and_the_others_stay() -> None:
    bad = POD.replace("name: web", "name: 'NO {}'")
    result = loaded("\n---\n".join([bad, POD, bad, "kind: [", "{apiVersion: v1, kind: Pod}"]))
    assert [d.document for d in result.report.diagnostics if d.severity is Severity.ERROR] == [1, 3, 4, 5]
    assert outcomes(result) == ["refused", "read", "refused", "refused", "refused"]
    assert (result.report.complete, len(result.cluster.pods)) == (False, 1)


def test_kinds_that_do_not_matter_are_counted() -> None:
    others = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n---\n# nothing\n---\n" + POD
    result = loaded(others)
    assert (outcomes(result), result.report.complete) == (["ignored", "empty", "read"], True)


def test_a_service_of_a_foreign_group_is_no_service_of_ours() -> None:
    result = loaded("{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: s}}")
    assert (outcomes(result), codes(result)) == (["ignored"], [])


def test_a_version_that_no_api_has_refuses_the_document() -> None:
    result = loaded("{apiVersion: v1, kind: Deployment, metadata: {name: d}}")
    (found,) = [d for d in result.report.diagnostics if d.severity is Severity.ERROR]
    assert (found.code, found.line, found.path, found.hint) == ("unknown-version", 1, "apiVersion", "write apps/v1")
    assert (outcomes(result), result.report.complete) == (["refused"], False)


def test_a_policy_that_the_api_server_refuses_stays_in_as_uncertain() -> None:
    result = loaded(POD, POLICY.replace("ingress: [{}]", "ingress: [{ports: [{port: 0}]}]"))
    assert (outcomes(result), result.report.complete) == (["read", "refused"], False)
    assert not policy(result).certain


def test_the_same_policy_twice_counts_once() -> None:
    result = loaded(POLICY, POLICY.replace("networking.k8s.io/v1", "extensions/v1beta1"))
    assert "duplicate" in codes(result, Severity.WARNING)
    assert (policy(result).certain, result.report.complete, outcomes(result)) == (True, True, ["read"] * 2)


def test_policies_that_contradict_each_other_become_one_that_may_do_what_either_does() -> None:
    other = POLICY.replace("app: web", "app: db").replace("ingress: [{}]", "egress: [{}]\n  policyTypes: [Egress]")
    result = loaded(POLICY, other)
    found = policy(result)
    assert (codes(result), outcomes(result), result.report.complete) == (["duplicate"] * 2, ["refused"] * 2, False)
    assert (found.certain, found.captures, found.id.name) == (False, BOTH, "allow")
    assert [rule.certain for rule in (*found.ingress, *found.egress)] == [False, False]
    first, second = (policy(loaded(text)).subject for text in (POLICY, other))
    assert found.subject.parts == (first, second)  # type: ignore[union-attr]


def test_a_policy_whose_document_cannot_be_used_is_uncertain_in_its_namespace() -> None:
    result = loaded(POLICY.replace("spec:", "spec: {}\nspec:"))
    found = policy(result)
    assert (codes(result), outcomes(result)) == (["duplicate-key"], ["refused"])
    assert (found.id, found.certain) == (PolicyId("NetworkPolicy", "shop", "allow"), False)
    assert found.subject == EveryPeer((PODS, InNamespace("shop")))


def foreign(version: str, kind: str, namespace: str = "shop") -> Loaded:
    place = f", namespace: {namespace}" if namespace else ""
    return loaded(f"{{apiVersion: {version}, kind: {kind}, metadata: {{name: x{place}}}, spec: {{}}}}")


@pytest.mark.parametrize(
    ("version", "kind", "directions"),
    [
        ("cilium.io/v2", "CiliumNetworkPolicy", BOTH),
        ("networking.k8s.io/v9", "NetworkPolicy", BOTH),
        ("crd.antrea.io/v1beta1", "NetworkPolicy", BOTH),
        ("security.istio.io/v1", "AuthorizationPolicy", frozenset((Direction.INGRESS,))),
        ("k8s.ovn.org/v1", "EgressFirewall", frozenset((Direction.EGRESS,))),
    ],
)
def test_a_kind_without_model_makes_verdicts_of_its_namespace_unknown(
    version: str, kind: str, directions: frozenset[Direction]
) -> None:
    result = foreign(version, kind)
    found = policy(result)
    assert found.subject == EveryPeer((PODS, InNamespace("shop")))
    assert (found.certain, found.captures) == (False, directions)
    for direction in Direction:
        rules = found.rules(direction)
        assert bool(rules) == (direction in directions)
        assert all((rule.peer, rule.ports, rule.certain) == (ANYONE, None, False) for rule in rules)
    (tier,) = [tier for tier in result.policies.tiers if tier.name == found.tier]
    assert (result.policies.tiers[0], tier.default) == (tier, Action.PASS)


@pytest.mark.parametrize(
    ("version", "kind", "namespace"),
    [
        ("cilium.io/v2", "CiliumClusterwideNetworkPolicy", ""),
        ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", ""),
        ("security.istio.io/v1", "AuthorizationPolicy", "istio-system"),
    ],
)
def test_a_cluster_wide_kind_without_model_makes_all_verdicts_unknown(version: str, kind: str, namespace: str) -> None:
    assert policy(foreign(version, kind, namespace)).subject == PODS


def test_a_kind_that_may_also_allow_is_told_from_one_that_only_restricts() -> None:
    cilium, istio = (
        foreign("cilium.io/v2", "CiliumNetworkPolicy"),
        foreign("security.istio.io/v1", "AuthorizationPolicy"),
    )
    assert [rule.action for rule in policy(cilium).ingress] == [Action.DENY, Action.ALLOW]
    assert [rule.action for rule in policy(istio).ingress] == [Action.DENY]


def test_a_kind_without_model_is_listed_with_its_place_and_a_warning() -> None:
    result = foreign("cilium.io/v2", "CiliumNetworkPolicy")
    (found,) = result.report.unsupported
    assert (found.file, found.line, found.kind, found.name) == ("0.yaml", 1, "CiliumNetworkPolicy", "x")
    assert found.message == "CiliumNetworkPolicy is not evaluated; verdicts are unknown where it may apply"
    assert codes(result, Severity.WARNING) == ["unsupported-kind"]
    assert (outcomes(result), result.report.complete) == (["unsupported"], True)


def test_a_staged_policy_of_a_kind_without_model_changes_no_verdict() -> None:
    result = foreign("cilium.io/v2", "CiliumEgressGatewayPolicy")
    assert (result.policies.policies, outcomes(result)) == ((), ["unsupported"])


def test_a_namespace_that_only_a_policy_names_is_known() -> None:
    assert [n.name for n in loaded(POLICY).cluster.namespaces] == ["shop"]


def test_diagnostics_are_sorted_by_place() -> None:
    bad = "{apiVersion: v1, kind: Pod, metadata: {name: A}}"
    places = [(d.file, d.line) for d in loaded(f"{bad}\n---\n{bad}", bad).report.diagnostics]
    assert places == sorted(places)
    assert len(places) >= 3


def test_the_order_of_files_changes_nothing_but_the_report() -> None:
    files = [("a.yaml", POD.encode()), ("b.yaml", POLICY.encode()), ("c.yaml", POLICY.replace("allow", "b").encode())]
    shuffled = random.Random(1).sample(files, 3)
    first, second = load_files(files), load_files(shuffled)
    assert (first.cluster, first.policies) == (second.cluster, second.policies)


def test_an_object_without_namespace_is_noted_once_for_all() -> None:
    result = loaded(POD.replace(", namespace: shop", ""), POLICY.replace(", namespace: shop", ""))
    (note,) = [d for d in result.report.diagnostics if d.code == "no-namespace"]
    assert (note.file, note.severity) == ("0.yaml", Severity.INFO)
    assert note.message.startswith("2 objects")


def test_canaries_are_not_kept() -> None:
    secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: CANARY}, stringData: {b: CANARY}}"
    config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: CANARY}}"
    broken = "apiVersion: v1\nkind: Secret\nmetadata: {name: t}\ndata: {a: CANARY, a: CANARY}"
    pod = POD.replace("spec: {}", "spec: {containers: [{name: c, args: [CANARY], env: [{name: A, value: CANARY}]}]}")
    result = loaded("\n---\n".join([secret, config, broken, pod]))
    assert "CANARY" not in repr(result)
    assert len(result.cluster.pods) == 1


@dataclass(frozen=True)
class TierlessDialect:
    """NetworkPolicy without its tier."""

    inner: Dialect

    def handles(self, api_version: str, kind: str) -> bool:
        return self.inner.handles(api_version, kind)

    def tiers(self) -> tuple[Tier, ...]:
        return ()

    def read(self, document: Document, problems: list[Diagnostic]) -> Policy | None:
        return self.inner.read(document, problems)


def test_b15_a_tier_that_is_named_and_not_defined_comes_last_with_a_warning() -> None:
    cilium = "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x}, spec: {}}"
    files = [("a.yaml", POLICY.encode()), ("b.yaml", cilium.encode())]
    result = load_files(files, dialects=[TierlessDialect(KubernetesDialect())])
    assert result.policies.tiers[-1] == Tier(name="default", order=None, missing=True)
    assert [d.path for d in result.report.diagnostics if d.code == "missing-tier"] == ["spec.tier"]
    assert [p.tier for p in result.policies.policies] == ["unsupported", "default"]


class StoppedError(Exception):
    """What somebody raises who does not want to wait any longer."""


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_progress_tells_how_much_is_read_and_made(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.manifests.progress._SECONDS", -1.0)
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(POD)] * 20}).encode()
    told: list[tuple[str, int, int]] = []
    load_files([(name, text), ("b.yaml", POD.encode())], progress=lambda *what: told.append(what))
    total = len(text) + len(POD)
    assert told == sorted(told, key=lambda what: (what[0] == "objects", what[1]))
    assert {stage: (done, all_) for stage, done, all_ in told} == {"reading": (total, total), "objects": (21, 21)}
    assert len(told) > 2 * 21


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
@pytest.mark.parametrize("stage", ["reading", "objects"])
def test_who_is_told_of_progress_may_end_the_loading(name: str, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.manifests.progress._SECONDS", -1.0)
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(POD)] * 20}).encode()

    def stop(now: str, done: int, _: int) -> None:
        if now == stage and done:
            raise StoppedError

    with pytest.raises(StoppedError):
        load_files([(name, text)], progress=stop)
    assert gc.isenabled()


def test_progress_of_paths_counts_the_bytes_of_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(POD)
    (tmp_path / "b.yaml").write_text(POLICY)
    told: list[tuple[str, int, int]] = []
    load([tmp_path], progress=lambda *what: told.append(what))
    assert told[0] == ("reading", 0, len(POD) + len(POLICY))


@pytest.mark.parametrize(
    ("api_version", "kind", "hint"),
    [
        ("networking.k8s.io/v1", "Networkpolicy", "NetworkPolicy"),
        ("networking.k8s.io/v1", "NetworkPolicies", "NetworkPolicy"),
        ("projectcalico.org/v3", "GlobalNetworkPolicys", "GlobalNetworkPolicy"),
        ("network.k8s.io/v1", "NetworkPolicy", "networking.k8s.io/v1"),
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolcy", "AdminNetworkPolicy"),
        ("networking.k8s.io/v1", "NetworkPolicy\u200b", "NetworkPolicy"),
        ("networking.k8s.io/v1", "networkpolicy", "NetworkPolicy"),
        ("apps/v1", "deployment", "Deployment"),
        ("v1", "Pods", "Pod"),
        ("v1", "PodTemplate", None),
        ("v1", "ConfigMap", None),
        ("apps/v1", "ControllerRevision", None),
        ("networking.k8s.io/v1", "IngressClass", None),
        ("example.com/v1", "NetworkPolicy", None),
        ("example.com/v1", "NetworkPolcy", None),
        ("projectcalico.org/v3", "IPPool", None),
        ("k" * 100_000, "k" * 100_000, None),
    ],
)
def test_a_kind_that_is_nearly_one_that_is_read_is_told(api_version: str, kind: str, hint: str | None) -> None:
    result = loaded(f"apiVersion: {api_version}\nkind: {json.dumps(kind)}\nmetadata: {{name: a}}\n")
    hints = [d.hint for d in result.report.diagnostics if d.code == "unknown-kind"]
    assert hints == ([] if hint is None else [f"did you mean {hint}?"])


@pytest.mark.parametrize("api_version", ["v1", "apps/v1", "policy/v1", "networking.k8s.io/v1beta1"])
def test_a_network_policy_in_a_group_that_has_none_leaves_what_it_may_select_unknown(api_version: str) -> None:
    policy = f"apiVersion: {api_version}\nkind: NetworkPolicy\nmetadata: {{name: a, namespace: x}}\nspec: {{}}\n"
    result = loaded(policy)
    assert [each.kind for each in result.report.unsupported] == ["NetworkPolicy"]
    assert [each.certain for each in result.policies.policies] == [False]

