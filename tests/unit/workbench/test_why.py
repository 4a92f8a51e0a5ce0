"""Why, through every kind of Service (A33-A36), for pods that differ, and for all ports at once."""

from __future__ import annotations

from itertools import combinations

import pytest

from netviz.errors import UsageError
from netviz.sets.connections import ALL_CONNECTIONS, TCP
from netviz.workbench import WhatIf, WhyAnswer
from tests.unit.workbench.town import (
    API,
    CALLER,
    DENY_API,
    NAMESPACE,
    SERVICES,
    WEB,
    WEB_8080,
    bench,
    policy,
    service,
    why,
)

OFF = WhatIf(disabled=frozenset({"NetworkPolicy/town/deny-api"}))


FROM_HIGH = "protocol: TCP, source: {ports: ['1024:65535']}, destination: {ports: [80]}"
PING = "protocol: ICMP, icmp: {type: 8, code: 0}"


def by_backend(answer: WhyAnswer) -> dict[tuple[str, int], str]:
    return {(backend.target, backend.port): backend.verdict for backend in answer.backends}


class TestService:
    def test_each_backend_is_judged_on_its_own_target_port(self) -> None:
        answer = why(bench(), "caller", "service/town/web", 80)
        assert by_backend(answer) == {("town/web-1", 8080): "allow", ("town/web-2", 9090): "deny"}
        assert (answer.verdict, answer.via) == ("mixed", "town/web:80")
        assert answer.sentence == "town/caller[Pod] to service/town/web: mixed (1 allow, 1 deny of 2 combinations)."
        assert answer.halves == ()

    def test_backends_that_agree_give_one_verdict(self) -> None:
        answer = why(bench(NAMESPACE, *WEB, CALLER, *SERVICES), "caller", "service/town/web", 80)
        assert (answer.verdict, len(answer.backends)) == ("allow", 2)

    def test_one_backend_is_the_answer(self) -> None:
        answer = why(bench(), "caller", "service/town/api", 80)
        assert (answer.verdict, answer.port, answer.via, answer.backends) == ("deny", 80, "town/api:80", ())
        assert [half.verdict for half in answer.halves] == ["allow", "deny"]
        assert answer.sentence.startswith("town/caller may not open TCP 8080 to town/api: denied by ingress")
        assert why(bench(), "caller", "service/town/api", 80, OFF).verdict == "allow"

    def test_without_a_port_every_port_of_the_service_is_answered(self) -> None:
        answer = why(bench(), "caller", "service/town/api", what_if=OFF)
        assert {backend.via: backend.port for backend in answer.backends} == {"town/api:80": 8080, "town/api:90": 90}
        assert answer.via == "town/api"

    def test_replicas_that_are_not_in_the_input_are_one_answer(self) -> None:
        deployment = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: town}
spec:
  replicas: 5
  selector: {matchLabels: {app: api}}
  template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c}]}}
"""
        answer = why(bench(NAMESPACE, deployment, CALLER, *SERVICES), "caller", "service/town/api", 80)
        assert (answer.verdict, answer.backends) == ("allow", ())
        assert answer.sentence == "town/caller may open TCP 8080 to town/api."

    @pytest.mark.parametrize(
        ("target", "port", "protocol", "said"),
        [
            ("service/town/api", 8080, "TCP", "has no port TCP 8080; it has TCP 80, TCP 90"),
            ("service/town/api", 80, "UDP", "has no port UDP 80"),
            ("service/town/api", 0, "UDP", "has no UDP port"),
            ("service/town/empty", 80, "TCP", "has no backend on TCP 80 in the input"),
            ("service/town/empty", 0, "TCP", "has no backends in the input"),
            ("service/town/nothing", 0, "TCP", "nothing in the input is called"),
        ],
    )
    def test_what_cannot_be_asked_is_a_sentence(self, target: str, port: int, protocol: str, said: str) -> None:
        with pytest.raises(UsageError, match=said):
            why(bench(), "caller", target, port, protocol=protocol)


class TestSpecialServices:
    def test_a33_a_pod_that_reaches_itself_through_its_service_is_unknown_if_it_is_isolated(self) -> None:
        answer = why(bench(), "api", "service/town/api", 80)
        assert answer.verdict == "unknown"
        ((blamed, reason),) = answer.because
        assert (blamed, reason.endswith("whether the policy sees it is up to the plugin (A33)")) == ("", True)

    @pytest.mark.parametrize(
        "closing",
        [
            policy("out", "{podSelector: {matchLabels: {app: api}}, policyTypes: [Egress]}"),
            "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy,"
            " metadata: {name: default}, spec: {subject: {namespaces: {}},"
            " ingress: [{action: Deny, from: [{namespaces: {}}]}]}}",
        ],
    )
    def test_a33_so_it_is_whichever_direction_and_api_some_policy_is_about(self, closing: str) -> None:
        assert why(bench(NAMESPACE, API, *SERVICES, closing), "town/api", "service/town/api", 80).verdict == "unknown"

    def test_a36_a_headless_service_leads_to_the_pods_own_address(self) -> None:
        own = service("direct", "clusterIP: None, selector: {app: api}, ports: [{port: 8080}]")
        assert why(bench(NAMESPACE, API, own, DENY_API), "town/api", "service/town/direct", 8080).verdict == "allow"

    def test_a33_it_is_allowed_if_nothing_isolates_it(self) -> None:
        assert why(bench(), "api", "service/town/api", 80, OFF).verdict == "allow"

    def test_a33_only_the_pod_itself_is_unknown_not_its_neighbour(self) -> None:
        answer = why(bench(), "web-1", "service/town/web", 80)
        assert by_backend(answer) == {("town/web-1", 8080): "unknown", ("town/web-2", 9090): "deny"}
        assert answer.verdict == "mixed"

    def test_a32_a_pod_reaches_itself_directly(self) -> None:
        assert why(bench(), "api", "api", 8080).verdict == "allow"

    def test_a36_an_external_name_in_the_cluster_is_that_service(self) -> None:
        answer = why(bench(), "caller", "service/town/alias", 80)
        assert (answer.verdict, answer.via) == ("deny", "town/api:80")
        assert "town/alias is an alias of api.town.svc.cluster.local (A36)" in answer.notes
        assert why(bench(), "caller", "service/town/alias", 80, OFF).verdict == "allow"

    def test_a36_an_external_name_elsewhere_has_no_known_address(self) -> None:
        answer = why(bench(), "caller", "service/town/partner", 443)
        assert (answer.verdict, answer.halves) == ("unknown", ())
        ((_, reason),) = answer.because
        assert "api.partner.example, whose address is not known (A36)" in reason

    def test_a36_a_headless_service_maps_no_port(self) -> None:
        answer = why(bench(), "caller", "service/town/web-direct", 8080)
        assert by_backend(answer) == {("town/web-1", 8080): "allow", ("town/web-2", 8080): "allow"}
        assert "a headless Service maps no ports: clients dial the pods directly (A36)" in answer.notes
        assert why(bench(), "caller", "service/town/web-direct", 80).verdict == "deny"


class TestEnds:
    def test_pods_of_a_workload_that_differ_are_answered_one_by_one(self) -> None:
        text = """\
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: mix, namespace: town, uid: u1}
spec:
  replicas: 2
  selector: {matchLabels: {app: mix}}
  template: {metadata: {labels: {app: mix}}, spec: {containers: [{name: c}]}}
"""
        pods = tuple(
            f"""\
apiVersion: v1
kind: Pod
metadata:
  name: mix-{colour}
  namespace: town
  labels: {{app: mix, colour: {colour}}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: mix, uid: u1, controller: true}}]
spec: {{containers: [{{name: c}}]}}
"""
            for colour in ("red", "blue")
        )
        only_red = policy("red", "{podSelector: {matchLabels: {colour: red}}}")
        answer = why(bench(NAMESPACE, text, *pods, CALLER, only_red), "caller", "replicaset/town/mix", 80)
        assert answer.verdict == "mixed"
        assert sorted(backend.verdict for backend in answer.backends) == ["allow", "deny"]

    def test_an_address_is_an_end(self) -> None:
        assert why(bench(), "8.8.8.8", "web-1", 8080).verdict == "allow"
        assert why(bench(), "2001:db8::1", "web-1", 80).verdict == "deny"
        assert why(bench(), "caller", "8.8.8.8", 443).verdict == "allow"

    def test_the_id_of_a_card_is_an_end(self) -> None:
        assert why(bench(), "town/caller[Pod]", "town/web-1[Pod]", 8080).verdict == "allow"

    def test_a_workload_without_pods_cannot_be_asked_about(self) -> None:
        text = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: none, namespace: town}
spec:
  replicas: 0
  selector: {matchLabels: {app: none}}
  template: {metadata: {labels: {app: none}}, spec: {containers: [{name: c}]}}
"""
        with pytest.raises(UsageError, match="has no pods that could talk"):
            why(bench(NAMESPACE, text, CALLER), "caller", "none", 80)


class TestAllPorts:
    def test_the_three_sets_are_everything_and_share_nothing(self) -> None:
        for target in ("web-1", "web-2", "api", "caller"):
            answer = why(bench(), "caller" if target != "caller" else "api", target)
            assert answer.sets is not None
            allowed, denied, unknown = answer.sets
            assert allowed | denied | unknown == ALL_CONNECTIONS
            assert not any(one & other for one, other in combinations(answer.sets, 2))

    def test_words_and_sets_say_the_same(self) -> None:
        answer = why(bench(), "caller", "web-1")
        assert (answer.verdict, answer.allowed, answer.denied, answer.unknown) == (
            "mixed",
            "TCP 8080",
            "any port except TCP 8080",
            "",
        )
        assert answer.sets is not None
        assert answer.sets[0].has(TCP, 8080)
        assert not answer.sets[0].has(TCP, 8081)

    def test_the_traces_are_about_an_example_that_is_named(self) -> None:
        answer = why(bench(), "caller", "web-1")
        assert (answer.protocol, answer.port) == ("TCP", 8080)
        assert "The traces below are for TCP 8080." in answer.notes
        assert [half.verdict for half in answer.halves] == ["allow", "allow"]

    def test_an_open_pair_is_allowed_and_a_shut_one_denied(self) -> None:
        assert why(bench(), "web-1", "caller").verdict == "allow"
        assert why(bench(), "caller", "api").verdict == "deny"

    def test_what_the_labels_of_a_namespace_would_decide_is_unknown(self) -> None:
        by_team = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}]}"
        known, unknown = (bench(*head, API, CALLER, policy("by-team", by_team)) for head in ([NAMESPACE], []))
        assert why(known, "caller", "api").verdict == "deny"
        answer = why(unknown, "caller", "api")
        assert (answer.verdict, answer.allowed, answer.unknown) == ("unknown", "", "any port")
        assert answer.because == (
            ("NetworkPolicy/town/by-team", "the labels of namespace town are not in the input"),
        )


def test_every_step_with_a_place_quotes_the_lines_there() -> None:
    text = "---\n".join((NAMESPACE, API, CALLER, WEB_8080, *WEB)).splitlines()
    answer = why(bench(NAMESPACE, API, CALLER, WEB_8080, *WEB), "caller", "web-1", 8080)
    steps = [step for half in answer.halves for step in half.steps if step.file]
    assert steps
    for step in steps:
        assert step.file == "town.yaml"
        assert step.excerpt
        assert all(text[number - 1] == line for number, line in step.excerpt)


def calico(rule: str) -> str:
    """A policy of all pods that allows what one rule says."""
    spec = f"{{types: [Ingress], ingress: [{{action: Allow, {rule}}}]}}"
    return f"{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {spec}}}\n"


@pytest.mark.parametrize(
    ("rule", "protocol", "port", "verdict", "allowed", "denied"),
    [
        (FROM_HIGH, "TCP", 80, "mixed", "TCP from port 1024-65535 to 80", "TCP from port 1-1023 to 80"),
        (FROM_HIGH, "TCP", 81, "deny", "", ""),
        ("protocol: TCP", "TCP", 80, "allow", "", ""),
        (PING, "ICMP", 8, "mixed", "ICMP type 8 code 0", "ICMP type 8 code 1-255"),
        (PING, "ICMP", 0, "mixed", "ICMP type 8 code 0", "ICMP type 0-7, 9-255; ICMP type 8 code 1-255"),
        ("protocol: ICMP", "ICMP", 0, "allow", "", ""),
    ],
)
def test_b36_b39_source_ports_and_icmp_codes_that_nobody_named_are_not_guessed(
    rule: str, protocol: str, port: int, verdict: str, allowed: str, denied: str
) -> None:
    asked = bench(NAMESPACE, API, CALLER, calico(rule))
    answer = why(asked, "caller", "api", port, protocol=protocol)
    assert (answer.verdict, answer.allowed, answer.denied) == (verdict, allowed, denied)
    if verdict == "mixed":
        assert [half.verdict for half in answer.halves] == ["allow", "allow"]
        assert answer.halves[1].steps[-1].action == "allow"
