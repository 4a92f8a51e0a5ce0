"""Workload templates become pods, and pods find their workload (M10-M13, M16, M17)."""

from __future__ import annotations

import pytest

from netviz.errors import Severity
from netviz.model.cluster import ContainerRole, Pod, Workload, WorkloadId
from netviz.sets.connections import TCP, UDP
from tests.unit.manifests.objects import cluster_of, complaints, messages, owned, pod, workload


def names(*texts: str) -> list[str]:
    return [pod.name for pod in cluster_of(*texts).cluster.pods]


def only(*texts: str) -> Workload:
    (found,) = cluster_of(*texts).cluster.workloads
    return found


def first_pod(*texts: str) -> Pod:
    return cluster_of(*texts).cluster.pods[0]


@pytest.mark.parametrize(
    "kind",
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"],
)
def test_m10_a_template_becomes_a_pod_of_the_workloads_own_namespace(kind: str) -> None:
    spec = "{serviceAccountName: web, hostNetwork: true, containers: [{name: c, ports: [{containerPort: 80}]}]}"
    pod = first_pod(workload(kind, "web", labels="{app: web}", pod_spec=spec))
    assert (pod.namespace, pod.workload) == ("shop", WorkloadId("shop", kind, "web"))
    assert pod.labels.value("app") == "web"
    assert (pod.service_account, pod.host_network, pod.synthetic) == ("web", True, True)
    assert [(port.port, port.protocol) for port in pod.ports] == [(80, TCP)]


def test_m10_a_namespace_inside_of_the_template_is_ignored() -> None:
    text = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec: {template: {metadata: {namespace: other}, spec: {}}}
    """
    assert first_pod(text).namespace == "shop"


@pytest.mark.parametrize("version", ["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"])
def test_m10_old_versions_of_a_deployment_are_read(version: str) -> None:
    assert len(names(workload("Deployment", "web").replace("apps/v1", version))) == 1


def test_m10_the_service_account_is_default_unless_written() -> None:
    assert first_pod(pod("a")).service_account == "default"
    assert first_pod(pod("a", spec="{serviceAccount: old}")).service_account == "old"


def test_a24_containers_come_before_sidecars_and_those_before_other_init_containers() -> None:
    spec = """{
      initContainers: [
        {name: setup, ports: [{name: web, containerPort: 1}]},
        {name: proxy, restartPolicy: Always, ports: [{name: web, containerPort: 2, protocol: UDP}]}],
      containers: [{name: main, ports: [{name: web, containerPort: 3}]}]}"""
    ports = first_pod(pod("a", spec=spec)).ports
    assert [(p.port, p.role) for p in ports] == [
        (3, ContainerRole.CONTAINER),
        (2, ContainerRole.SIDECAR),
        (1, ContainerRole.INIT),
    ]
    assert ports[1].protocol == UDP


@pytest.mark.parametrize(
    ("kind", "spec", "count"),
    [
        ("Deployment", "", 1),
        ("Deployment", "replicas: 0,", 0),
        ("Deployment", "replicas: 1,", 1),
        ("Deployment", "replicas: 500,", 2),
        ("ReplicaSet", "replicas: 3,", 2),
        ("DaemonSet", "", 1),
        ("CronJob", "", 1),
        ("Job", "", 1),
        ("Job", "parallelism: 4,", 2),
        ("Job", "parallelism: 4, completions: 1,", 1),
        ("Job", "parallelism: 0,", 0),
        ("StatefulSet", "replicas: 2,", 2),
    ],
)
def test_m11_at_most_two_pods_stand_for_a_workload(kind: str, spec: str, count: int) -> None:
    assert len(names(workload(kind, "web", spec=spec))) == count


def test_m11_a_workload_without_replicas_is_still_listed() -> None:
    found = only(workload("Deployment", "web", spec="replicas: 0,"))
    assert (found.id.name, found.pods, found.replicas) == ("web", (), 0)


def test_m11_each_ordinal_of_a_stateful_set_has_a_pod_as_selectors_can_tell_them_apart() -> None:
    pods = cluster_of(workload("StatefulSet", "db", spec="replicas: 4, ordinals: {start: 5},")).cluster.pods
    key = "statefulset.kubernetes.io/pod-name"
    assert [pod.labels.value(key) for pod in pods] == ["db-5", "db-6", "db-7", "db-8"]


def test_m11_of_a_huge_stateful_set_the_last_pod_stands_for_all_others() -> None:
    pods = cluster_of(workload("StatefulSet", "db", spec="replicas: 1000,")).cluster.pods
    values = {pod.labels.value("apps.kubernetes.io/pod-index") for pod in pods}
    assert len(pods) == 32
    assert values == {None, *(str(i) for i in range(31))}


def test_m11_pods_of_different_workloads_of_one_name_have_different_names() -> None:
    found = names(workload("Deployment", "web"), workload("StatefulSet", "web"), pod("web"))
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("Deployment", "pod-template-hash"),
        ("DaemonSet", "controller-revision-hash"),
        ("DaemonSet", "pod-template-generation"),
        ("StatefulSet", "controller-revision-hash"),
        ("Job", "controller-uid"),
        ("Job", "batch.kubernetes.io/controller-uid"),
        ("CronJob", "job-name"),
        ("CronJob", "batch.kubernetes.io/job-name"),
    ],
)
def test_m12_labels_that_controllers_add_are_there_with_unknown_values(kind: str, key: str) -> None:
    labels = first_pod(workload(kind, "web")).labels
    assert labels.has(key) is True
    assert labels.value(key) is None
    assert labels.complete


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("Job", "job-name", "web"),
        ("Job", "batch.kubernetes.io/job-name", "web"),
        ("StatefulSet", "apps.kubernetes.io/pod-index", "0"),
        ("StatefulSet", "statefulset.kubernetes.io/pod-name", "web-0"),
    ],
)
def test_m12_values_that_follow_from_names_are_known(kind: str, key: str, value: str) -> None:
    assert first_pod(workload(kind, "web")).labels.value(key) == value


def test_m12_only_an_indexed_job_numbers_its_pods() -> None:
    key = "batch.kubernetes.io/job-completion-index"
    assert first_pod(workload("Job", "web", spec="completionMode: Indexed,")).labels.has(key) is True
    assert first_pod(workload("Job", "web")).labels.has(key) is False


def test_m12_a_job_with_a_manual_selector_adds_no_labels() -> None:
    assert first_pod(workload("Job", "web", spec="manualSelector: true,")).labels.items == (("app", "x"),)


DEPLOYMENT = workload("Deployment", "web", spec="replicas: 3,")
HASHED = "labels: {app: x, pod-template-hash: abc},"


def test_m13_real_pods_replace_the_synthetic_ones() -> None:
    replica_set = workload("ReplicaSet", "web-abc").replace(
        "namespace: shop}", f"namespace: shop, {owned('Deployment', 'web')}}}"
    )
    found = only(DEPLOYMENT, replica_set, pod("web-abc-1", meta=owned("ReplicaSet", "web-abc")))
    assert found.id == WorkloadId("shop", "Deployment", "web")
    assert found.pods == ("web-abc-1",)
    assert found.owners == (("ReplicaSet", "web-abc"),)
    assert found.replicas == 3


def test_m13_a_replica_set_that_is_not_in_the_input_is_followed_by_the_template_hash() -> None:
    found = only(DEPLOYMENT, pod("web-abc-1", meta=HASHED + owned("ReplicaSet", "web-abc")))
    assert (found.id.kind, found.pods, found.owners) == ("Deployment", ("web-abc-1",), (("ReplicaSet", "web-abc"),))


def test_m13_without_the_hash_label_a_name_alone_proves_nothing() -> None:
    reading = cluster_of(DEPLOYMENT, pod("web-abc-1", meta=owned("ReplicaSet", "web-abc")))
    assert [w.id.kind for w in reading.cluster.workloads] == ["Deployment", "ReplicaSet"]


def test_m13_a_job_that_is_not_in_the_input_is_followed_to_its_cron_job_by_its_name() -> None:
    found = only(workload("CronJob", "backup"), pod("backup-28-x", meta=owned("Job", "backup-28", "batch/v1")))
    assert (found.id.kind, found.pods, found.owners) == ("CronJob", ("backup-28-x",), (("Job", "backup-28"),))


def test_m13_a_replica_set_in_the_input_leads_to_a_deployment_that_is_not() -> None:
    replica_set = workload("ReplicaSet", "web-abc").replace(
        "namespace: shop}", f"namespace: shop, {owned('Deployment', 'web')}}}"
    )
    found = only(replica_set)
    assert found.id == WorkloadId("shop", "Deployment", "web")
    assert (len(found.pods), found.replicas) == (1, None)


def test_m13_pods_of_an_owner_that_is_not_in_the_input_form_one_workload_of_its_name() -> None:
    meta = owned("ReplicaSet", "web-abc", "extensions/v1beta1")
    found = only(pod("a", meta="labels: {app: x, n: '1'}," + meta), pod("b", meta="labels: {app: x}," + meta))
    assert found.id == WorkloadId("shop", "ReplicaSet", "web-abc")
    assert found.pods == ("a", "b")
    assert found.labels.items == (("app", "x"),)


def test_m13_an_owner_that_is_no_controller_does_not_count() -> None:
    found = only(pod("a", meta=owned("ReplicaSet", "web").replace("controller: true", "controller: false")))
    assert found.id.kind == "Pod"


def test_m13_a_controller_of_a_foreign_group_is_not_taken_for_ours() -> None:
    reading = cluster_of(workload("CronJob", "backup"), pod("p", meta=owned("Job", "backup-1", "batch.example.com/v1")))
    assert [w.id.kind for w in reading.cluster.workloads] == ["CronJob", "Job"]


def test_a_static_pod_belongs_to_itself_and_not_to_its_node() -> None:
    assert only(pod("etcd-n1", meta=owned("Node", "n1", "v1"))).id.kind == "Pod"


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_m16_finished_pods_are_no_endpoints_but_their_workload_is_listed(phase: str) -> None:
    found = only(
        workload("Job", "mig"), pod("mig-1", meta=owned("Job", "mig", "batch/v1"), status=f"{{phase: {phase}}}")
    )
    assert (found.pods, found.finished) == ((), ("mig-1",))


def test_m16_a_finished_job_has_no_pods() -> None:
    done = workload("Job", "mig")[:-1] + ", status: {conditions: [{type: Complete, status: 'True'}]}}"
    assert only(done).pods == ()


def test_m16_a_pending_pod_without_address_is_an_endpoint() -> None:
    found = first_pod(pod("a", status="{phase: Pending}"))
    assert found.pending
    assert not first_pod(pod("a", status="{phase: Running, podIP: 10.0.0.1}")).pending


NODE = """
apiVersion: v1
kind: Node
metadata: {name: n1}
status:
  addresses:
    - {type: Hostname, address: n1}
    - {type: ExternalIP, address: 9.9.9.9}
    - {type: InternalIP, address: 10.9.0.4}
"""


def addresses(found: Pod) -> tuple[list[str], list[str]]:
    return [str(a) for a in found.addresses], [str(a) for a in found.host_addresses]


def test_m17_a_host_network_pod_has_the_addresses_of_its_node() -> None:
    found = first_pod(pod("a", spec="{hostNetwork: true}", status="{hostIP: 10.9.0.4, podIP: 10.9.0.4}"))
    assert addresses(found) == (["10.9.0.4"], ["10.9.0.4"])


def test_m17_the_node_tells_the_address_that_the_status_does_not() -> None:
    found = first_pod(NODE, pod("a", spec="{hostNetwork: true, nodeName: n1}"))
    assert addresses(found) == (["10.9.0.4"], ["10.9.0.4"])
    assert addresses(first_pod(NODE, pod("a", spec="{nodeName: n1}"))) == ([], ["10.9.0.4"])


def test_both_families_of_a_pod_are_read() -> None:
    found = first_pod(pod("a", status="{podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]}"))
    assert addresses(found)[0] == ["10.0.0.1", "fd00::1"]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("{initContainers: [{ports: 80}]}", "cannot-decode initContainers[0].ports"),
        ("{containers: {}}", "cannot-decode containers"),
        ("{hostNetwork: 'yes'}", "cannot-decode hostNetwork"),
        ("{serviceAccountName: A_B}", "invalid-value serviceAccountName"),
    ],
)
def test_a_template_that_policies_cannot_rely_on_refuses_the_workload(spec: str, complaint: str) -> None:
    code, path = complaint.split()
    for text, prefix in (
        (pod("a", spec=spec), "spec"),
        (workload("Deployment", "a", pod_spec=spec), "spec.template.spec"),
    ):
        reading = cluster_of(text)
        assert complaints(reading) == [f"{code} {prefix}.{path}"]
        assert (reading.accepted, reading.cluster.pods, reading.cluster.workloads) == ((False,), (), ())


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{containerPort: 70000}", "invalid-value containerPort"),
        ("{name: x}", "required containerPort"),
        ("{containerPort: '80'}", "cannot-decode containerPort"),
        ("{containerPort: 1, protocol: tcp}", "not-supported protocol"),
        ("{containerPort: 1, name: Web}", "invalid-value name"),
        ("{containerPort: 1, name: 1}", "cannot-decode name"),
        ("{containerPort: 1, name: good}", "duplicate-value name"),
    ],
)
def test_a_bad_port_is_reported_and_left_out_and_the_pod_stays(entry: str, complaint: str) -> None:
    code, path = complaint.split()
    reading = cluster_of(pod("a", spec=f"{{containers: [{{ports: [{{containerPort: 5, name: good}}, {entry}]}}]}}"))
    assert complaints(reading) == [f"{code} spec.containers[0].ports[1].{path}"]
    assert [port.port for port in reading.cluster.pods[0].ports] == [5]


def test_an_empty_object_in_the_place_of_ports_means_none() -> None:
    reading = cluster_of(pod("a", spec="{containers: [{ports: {}}]}"))
    assert [(d.severity, d.path) for d in reading.diagnostics] == [(Severity.WARNING, "spec.containers[0].ports")]
    assert reading.cluster.pods[0].ports == ()


def test_all_problems_of_a_document_are_reported_at_once() -> None:
    reading = cluster_of(pod("a", meta="labels: {'-': b, c: 1},", spec="{hostNetwork: 1, containers: [{ports: [{}]}]}"))
    assert len(reading.diagnostics) == 4
    assert "metadata.labels.c cannot unmarshal number into string" in messages(reading)


@pytest.mark.parametrize("count", ["-1", "'3'", "1.5"])
def test_a_number_of_replicas_that_cannot_be_read_is_an_error_and_the_pods_still_count(count: str) -> None:
    reading = cluster_of(workload("Deployment", "web", spec=f"replicas: {count},"))
    assert [d.path for d in reading.diagnostics] == ["spec.replicas"]
    assert (reading.accepted, len(reading.cluster.pods)) == ((True,), 1)


def test_a_bad_label_of_a_workload_itself_matters_to_no_policy() -> None:
    text = workload("Deployment", "web").replace("namespace: shop}", "namespace: shop, labels: {a: 1}}")
    reading = cluster_of(text)
    assert (complaints(reading), reading.accepted) == (["cannot-decode metadata.labels.a"], (True,))


@pytest.mark.parametrize(
    ("kind", "path"), [("Deployment", "spec.template"), ("CronJob", "spec.jobTemplate"), ("Job", "spec.template")]
)
def test_a_workload_without_template_is_refused(kind: str, path: str) -> None:
    text = workload(kind, "web")
    cut = text[: text.index("spec:")] + "spec: {}}"
    reading = cluster_of(cut)
    assert (complaints(reading), reading.accepted) == ([f"required {path}"], (False,))


def test_a_status_address_that_is_none_is_reported_and_not_used() -> None:
    reading = cluster_of(pod("a", status="{podIPs: [{ip: 10.0.0.256}]}"))
    assert complaints(reading) == ["invalid-value status.podIPs[0].ip"]
    assert reading.cluster.pods[0].addresses == ()


@pytest.mark.parametrize(
    ("spec", "path", "hint"),
    [
        ("{contianers: []}", "spec.contianers", "containers"),
        ("{containers: [{port: []}]}", "spec.containers[0].port", "ports"),
        (
            "{containers: [{ports: [{containerPort: 1, hostport: 2}]}]}",
            "spec.containers[0].ports[0].hostport",
            "hostPort",
        ),
    ],
)
def test_m18_an_unknown_field_is_a_warning_with_the_nearest_known_name(spec: str, path: str, hint: str) -> None:
    reading = cluster_of(pod("a", spec=spec))
    (found,) = reading.diagnostics
    assert (found.code, found.path, found.message) == ("unknown-field", path, f'unknown field "{path}"')
    assert found.hint == f'did you mean "{hint}"?'
    assert reading.accepted == (True,)
