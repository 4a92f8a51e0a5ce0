"""One cluster from many documents: namespaces, nodes, accounts, duplicates, names (M14, M15)."""

from __future__ import annotations

import pytest

from netviz.errors import Severity
from netviz.manifests.cluster import expected_versions, is_cluster_kind, read_cluster
from netviz.manifests.metadata import note_default_namespace
from netviz.manifests.report import missing_facts
from netviz.model.cluster import NAME_LABEL
from tests.unit.manifests.objects import cluster_of, complaints, documents, messages, pod, workload


def namespace(name: str, labels: str = "{}") -> str:
    return f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {labels}}}}}"


def test_m14_an_object_without_namespace_is_in_default() -> None:
    (found,) = cluster_of("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}").cluster.pods
    assert found.namespace == "default"


def test_m14_there_is_one_note_and_not_one_per_object() -> None:
    text = "\n---\n".join(f"{{kind: Pod, metadata: {{name: p{i}}}}}" for i in range(3))
    placed = documents("{kind: Pod, metadata: {name: z, namespace: shop}}", file="a.yaml")
    (note,) = note_default_namespace([*documents("{kind: Pod}", "c.yaml"), *documents(text, "b.yaml"), *placed])
    assert (note.file, note.code, note.severity) == ("b.yaml", "no-namespace", Severity.INFO)
    assert note.message == '4 objects, of which this is the first, name no namespace: taken to be in "default"'
    assert note_default_namespace(placed) == []


def test_m15_a_namespace_always_carries_its_name_label() -> None:
    (found,) = cluster_of(namespace("shop", "{team: blue}")).cluster.namespaces
    assert found.labels.as_dict() == {"team": "blue", NAME_LABEL: "shop"}
    assert found.labels.complete


def test_m15_another_value_of_the_name_label_is_overridden_with_a_warning() -> None:
    reading = cluster_of(namespace("shop", f"{{{NAME_LABEL}: other}}"))
    assert reading.cluster.namespaces[0].labels.value(NAME_LABEL) == "shop"
    (found,) = reading.diagnostics
    assert (found.code, found.severity, found.value) == ("name-label", Severity.WARNING, "other")


def test_m15_a_namespace_that_objects_only_mention_may_have_further_labels() -> None:
    service = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: b}, spec: {}}"
    reading = read_cluster(documents(pod("p", namespace="a") + "\n---\n" + service), ["c"])
    assert [(n.name, n.labels.complete, n.ref) for n in reading.cluster.namespaces] == [
        ("a", False, None),
        ("b", False, None),
        ("c", False, None),
    ]
    assert all(n.labels.value(NAME_LABEL) == n.name for n in reading.cluster.namespaces)


def test_a_namespace_of_a_workload_without_pods_is_there() -> None:
    found = cluster_of(workload("Deployment", "web", spec="replicas: 0,")).cluster.namespaces
    assert [n.name for n in found] == ["shop"]


def test_accounts_and_nodes_carry_their_labels() -> None:
    cluster = cluster_of(
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop, labels: {a: b}}, secrets: []}",
        "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {c: d}}}",
    ).cluster
    assert [(a.name, a.labels.value("a")) for a in cluster.service_accounts] == [("web", "b")]
    assert [(n.name, n.labels.value("c")) for n in cluster.nodes] == [("n1", "d")]


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        ("{namespace: a}", "required metadata.name"),
        ("{generateName: web-}", "required metadata.name"),
        ("{name: 7}", "cannot-decode metadata.name"),
        ("{name: <script>}", "invalid-value metadata.name"),
        ("{name: Web}", "invalid-value metadata.name"),
        ("{name: a, namespace: a.b}", "invalid-value metadata.namespace"),
        ("{name: a, namespace: 5}", "cannot-decode metadata.namespace"),
        ("{name: a, labels: {tier: 1}}", "cannot-decode metadata.labels.tier"),
        ("{name: a, labels: {legacy: yes}}", "cannot-decode metadata.labels.legacy"),
        ("{name: a, labels: {tier: 'no way'}}", "invalid-value metadata.labels"),
        ("{name: a, labels: {a/b/c: x}}", "invalid-value metadata.labels"),
        ("[]", "cannot-decode metadata"),
        ("null", "required metadata"),
    ],
)
def test_an_object_that_cannot_be_named_or_selected_is_refused(metadata: str, complaint: str) -> None:
    reading = cluster_of(f"{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {{}}}}")
    assert (complaints(reading), reading.accepted) == ([complaint], (False,))
    assert reading.cluster.pods == ()


def test_generate_name_gets_a_hint() -> None:
    (found,) = cluster_of("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}, spec: {}}").diagnostics
    assert found.hint is not None
    assert "generateName" in found.hint


def test_a_namespace_has_no_dots_in_its_name() -> None:
    assert complaints(cluster_of(namespace("a.b"))) == ["invalid-value metadata.name"]


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ("{apiVersion: v1, kind: Pod, metadata: {name: a}, Spec: {}, spec: {}}", "Spec", "spec"),
        ("{apiVersion: v1, kind: Pod, metadata: {name: a, label: {}}, spec: {}}", "metadata.label", "labels"),
        ("{apiVersion: v1, kind: Namespace, metadata: {name: a}, data: {}}", "data", "metadata"),
    ],
)
def test_m18_unknown_fields_outside_of_the_spec_are_warnings(text: str, path: str, hint: str) -> None:
    (found,) = cluster_of(text).diagnostics
    assert (found.code, found.severity, found.path) == ("unknown-field", Severity.WARNING, path)
    assert found.hint == f'did you mean "{hint}"?'


def test_the_same_object_twice_is_a_warning_and_counts_once() -> None:
    reading = cluster_of(
        workload("Deployment", "web"), workload("Deployment", "web").replace("apps/v1", "apps/v1beta1")
    )
    assert [(d.code, d.severity) for d in reading.diagnostics] == [("duplicate", Severity.WARNING)]
    assert (len(reading.cluster.pods), reading.accepted) == (1, (True, True))


def test_objects_that_contradict_each_other_are_all_left_out() -> None:
    reading = cluster_of(workload("Deployment", "web"), workload("Deployment", "web", labels="{app: y}"), pod("web"))
    assert complaints(reading) == ["duplicate metadata.name"] * 2
    assert all(d.severity is Severity.ERROR and "in.yaml" in str(d.hint) for d in reading.diagnostics)
    assert [w.id.kind for w in reading.cluster.workloads] == ["Pod"]
    assert reading.accepted == (False, False, True)


def test_one_name_in_different_namespaces_or_kinds_is_no_duplicate() -> None:
    reading = cluster_of(pod("a"), pod("a", namespace="other"), workload("Deployment", "a"))
    assert reading.diagnostics == ()


def test_an_address_that_two_living_pods_have_is_a_warning() -> None:
    status = "{podIP: 10.0.0.1}"
    reading = cluster_of(pod("a", status=status), pod("b", status=status))
    assert [(d.code, d.severity, d.value) for d in reading.diagnostics] == [
        ("duplicate-address", Severity.WARNING, "10.0.0.1")
    ]
    assert "shop/a" in reading.diagnostics[0].message


def test_an_address_may_be_that_of_a_finished_pod_or_of_host_network_pods() -> None:
    reading = cluster_of(
        pod("a", status="{podIP: 10.0.0.1, phase: Succeeded}"),
        pod("b", status="{podIP: 10.0.0.1}"),
        pod("h1", spec="{hostNetwork: true}", status="{hostIP: 10.9.0.1}"),
        pod("h2", spec="{hostNetwork: true}", status="{hostIP: 10.9.0.1}"),
    )
    assert reading.diagnostics == ()


def test_the_order_of_documents_changes_nothing() -> None:
    texts = [pod("b"), namespace("shop"), workload("Deployment", "web"), pod("a"), workload("DaemonSet", "agent")]
    assert cluster_of(*texts).cluster == cluster_of(*reversed(texts)).cluster


@pytest.mark.parametrize(
    ("version", "kind", "ours"),
    [
        ("v1", "Pod", True),
        ("apps/v1", "Deployment", True),
        ("extensions/v1beta1", "Ingress", True),
        ("batch/v1beta1", "CronJob", True),
        ("serving.knative.dev/v1", "Service", False),
        ("v1", "Secret", False),
        ("v1", "ConfigMap", False),
    ],
)
def test_only_kinds_that_matter_in_their_own_groups_are_read(version: str, kind: str, ours: bool) -> None:
    assert is_cluster_kind(version, kind) is ours


def test_a_version_that_no_api_has_is_told_from_a_foreign_kind() -> None:
    assert expected_versions("v1", "Deployment")[0] == "apps/v1"
    assert expected_versions("networking.k8s.io/v2", "Ingress")[0] == "networking.k8s.io/v1"
    assert expected_versions("serving.knative.dev/v1", "Service") == ()
    assert expected_versions("v1", "Pod") == expected_versions("v1", "Secret") == ()


def test_a_canary_in_env_args_and_annotations_is_not_kept() -> None:
    spec = "{containers: [{name: c, args: [CANARY], env: [{name: A, value: CANARY}]}], volumes: [{name: CANARY}]}"
    reading = cluster_of(pod("a", meta="annotations: {x: CANARY},", spec=spec), workload("Job", "j", pod_spec=spec))
    assert "CANARY" not in repr(reading)
    assert len(reading.cluster.pods) == 2


def test_missing_facts_say_what_the_answers_rest_on() -> None:
    service = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {app: none}}}"
    host = pod("h", spec="{hostNetwork: true}")
    facts = missing_facts(cluster_of(pod("p"), host, pod("q", status="{podIP: 10.0.0.1}"), service).cluster)
    assert facts == (
        "No manifest of namespace shop: labels other than the name are not known, "
        "so a namespaceSelector on them gives UNKNOWN.",
        "1 of 3 pods have no address in the input: they are assumed to lie in the pod CIDR.",
        "No node addresses of hostNetwork pods of shop/h: address rules on them give UNKNOWN.",
        "No pod matches the selector of Service shop/s.",
    )


def test_nothing_is_missing_from_a_full_export() -> None:
    service = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {app: x}}}"
    full = pod("p", meta="labels: {app: x},", status="{podIP: 10.0.0.1}")
    assert missing_facts(cluster_of(namespace("shop"), full, service).cluster) == ()


def test_a_service_whose_label_value_is_unknown_may_have_pods() -> None:
    service = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {job-name: z}}}"
    facts = missing_facts(cluster_of(workload("CronJob", "c"), service).cluster)
    assert not any("Service" in fact for fact in facts)


def test_without_pods_there_is_nothing_to_judge() -> None:
    (fact,) = missing_facts(cluster_of(namespace("shop")).cluster)
    assert "nothing to judge" in fact


def test_long_lists_of_names_are_shortened() -> None:
    (first, *_) = missing_facts(cluster_of(*(pod("p", namespace=f"n{i}") for i in range(8))).cluster)
    assert first.startswith("No manifest of namespaces n0, n1, n2, n3, n4 and 3 more:")


def test_messages_name_the_field_once() -> None:
    assert messages(cluster_of("{apiVersion: v1, kind: Pod, metadata: {name: a}}")) == ["spec must be set"]
