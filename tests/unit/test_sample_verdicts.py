"""The samples mean what their READMEs say, through the Services and around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from netviz.workbench import BASELINE, InputFile, PictureQuestion, WhatIf, WhyQuestion, Workbench

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
AKS = SAMPLES / "aks-frontend-backend"
STRANGER = InputFile(
    name="stranger.yaml",
    data=b"""\
apiVersion: v1
kind: Pod
metadata: {name: stranger, namespace: elsewhere, labels: {app: frontend}}
spec: {containers: []}
""",
)
POLICIES = ("deny-all-ingress-to-backend", "allow-frontend-to-backend", "restrict-backend-egress")
FRONTEND, BACKEND, OTHER = "pod/default/frontend", "pod/default/backend", "pod/elsewhere/stranger"
ADDRESSES = ("192.168.1.0", "192.168.1.255", "192.168.2.1", "10.0.0.5", "10.0.0.4", "8.8.8.8")
PORTS = (("TCP", 80), ("TCP", 443), ("TCP", 8080), ("TCP", 8081), ("UDP", 8080))


class Asked(NamedTuple):
    source: str
    target: str
    protocol: str
    port: int


def files(folder: Path, names: tuple[str, ...] = ("**/*.yaml",)) -> list[InputFile]:
    paths = [path for name in names for path in sorted(folder.glob(name))]
    assert paths
    return [InputFile(name=path.name, data=path.read_bytes()) for path in paths]


def verdict(bench: Workbench, source: str, target: str, protocol: str, port: int, what_if: WhatIf = BASELINE) -> str:
    question = WhyQuestion(source=source, target=target, protocol=protocol, port=port)
    return bench.why(what_if, question).verdict


def changes(bench: Workbench, *disabled: str) -> set[tuple[str, str, str]]:
    """What switching policies off changes between workloads, as (change, from, to)."""
    off = WhatIf(disabled=frozenset(f"NetworkPolicy/{name}" for name in disabled))
    found = bench.picture(off, PictureQuestion()).changes
    return {(line.change, line.source_label, line.target_label) for line in found}


def walk_through() -> Iterator[Asked]:
    """Every pair of the two pods, a stranger with the frontend's labels and some addresses, on every port."""
    pods = (FRONTEND, BACKEND, OTHER)
    pairs = [(s, t) for s, t in product((*pods, *ADDRESSES), repeat=2) if s != t and (s in pods or t in pods)]
    for (source, target), (protocol, port) in product(pairs, PORTS):
        yield Asked(source, target, protocol, port)


def is_allowed(step: int, asked: Asked) -> bool:
    """What the walk-through says."""
    if step >= 2 and asked.target == BACKEND:
        return step >= 3 and asked.source == FRONTEND and (asked.protocol, asked.port) == ("TCP", 8080)
    if step >= 4 and asked.source == BACKEND:
        if asked.target.startswith("192.168.1."):
            return (asked.protocol, asked.port) == ("TCP", 80)
        return asked.target == "10.0.0.5" and (asked.protocol, asked.port) == ("TCP", 443)
    return True


STEPS = range(1, 5)


def with_files_up_to(step: int) -> tuple[Workbench, WhatIf]:
    names = ("base.yaml", *(f"step-{number}-*.yaml" for number in range(2, step + 1)))
    return Workbench.load([*files(AKS, names), STRANGER]), BASELINE


def with_switches_up_to(step: int) -> tuple[Workbench, WhatIf]:
    off = frozenset(f"NetworkPolicy/default/{name}" for name in POLICIES[step - 1 :])
    return Workbench.load([*files(AKS), STRANGER]), WhatIf(disabled=off)


class TestFrontendAndBackend:
    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("reach", [with_files_up_to, with_switches_up_to], ids=["files", "switches"])
    def test_every_pair_of_a_step_is_as_the_story_says(
        self, step: int, reach: Callable[[int], tuple[Workbench, WhatIf]]
    ) -> None:
        bench, what_if = reach(step)
        wrong = [
            asked
            for asked in walk_through()
            if verdict(bench, *asked, what_if) != ("allow" if is_allowed(step, asked) else "deny")
        ]
        assert wrong == []

    @pytest.mark.parametrize(("step", "expected"), [(1, "allow"), (2, "deny"), (3, "allow"), (4, "allow")])
    def test_the_frontend_and_the_service_of_the_backend(self, step: int, expected: str) -> None:
        bench, _ = with_files_up_to(step)
        answer = bench.why(BASELINE, WhyQuestion(source=FRONTEND, target="service/default/backend-svc", port=8080))
        assert (answer.verdict, answer.via, answer.port) == (expected, "default/backend-svc:8080", 8080)

    @pytest.mark.parametrize(("step", "expected"), [(1, "allow"), (2, "deny"), (3, "deny"), (4, "deny")])
    def test_a_stranger_and_the_service_of_the_backend(self, step: int, expected: str) -> None:
        bench, _ = with_files_up_to(step)
        assert verdict(bench, OTHER, "service/default/backend-svc", "TCP", 8080) == expected

    @pytest.mark.parametrize(("step", "expected"), [(1, "allow"), (2, "allow"), (3, "allow"), (4, "deny")])
    def test_the_backend_and_the_service_of_the_frontend(self, step: int, expected: str) -> None:
        bench, _ = with_files_up_to(step)
        assert verdict(bench, BACKEND, "service/default/frontend-svc", "TCP", 80) == expected

    def test_step_4_leaves_the_backend_no_dns(self) -> None:
        bench, _ = with_files_up_to(4)
        assert verdict(bench, BACKEND, OTHER, "UDP", 53) == "deny"
        assert verdict(bench, FRONTEND, OTHER, "UDP", 53) == "allow"


@pytest.fixture(scope="module")
def shop() -> Workbench:
    return Workbench.load(files(SAMPLES / "online-shop"))


class TestOnlineShop:
    def test_it_has_twelve_workloads_in_three_namespaces(self, shop: Workbench) -> None:
        summary = shop.summary()
        assert (summary.workloads, summary.complete) == (12, True)
        assert {choice.namespace for choice in shop.endpoints() if choice.namespace} == {"storefront", "shop", "data"}

    def test_nothing_is_unknown(self, shop: Workbench) -> None:
        assert shop.picture(BASELINE, PictureQuestion()).exact

    def test_every_workload_is_isolated_in_both_directions(self, shop: Workbench) -> None:
        workloads = [node.peer for node in shop.picture(BASELINE, PictureQuestion()).picture.nodes if "[" in node.peer]
        assert len(workloads) == 12
        for workload in workloads:
            facts = dict(shop.card(BASELINE, workload).facts)
            assert facts["Ingress"].startswith("isolated"), workload
            assert facts["Egress"].startswith("isolated"), workload

    def test_a_connection_needs_a_policy_on_each_side(self, shop: Workbench) -> None:
        question = WhyQuestion(source="shop/checkout", target="service/shop/payments", port=443)
        assert shop.why(BASELINE, question).verdict == "allow"
        for policy in ("call-services-and-storage", "payments-clients"):
            off = WhatIf(disabled=frozenset({f"NetworkPolicy/shop/{policy}"}))
            assert shop.why(off, question).verdict == "deny"

    def test_without_the_default_deny_of_shop_nothing_changes(self, shop: Workbench) -> None:
        assert changes(shop, "shop/default-deny") == set()

    def test_without_the_default_deny_of_data_only_the_nightly_report_is_open(self, shop: Workbench) -> None:
        found = changes(shop, "data/default-deny")
        assert {(change, target) for change, _, target in found} == {("added", "data/nightly-report")}

    def test_without_its_clients_nobody_has_the_orders_database(self, shop: Workbench) -> None:
        clients = ("shop/checkout", "shop/payments", "data/nightly-report")
        assert changes(shop, "data/orders-db-clients") == {("removed", c, "data/orders-db") for c in clients}

    def test_without_call_services_the_storefront_reaches_nothing_and_the_gateway_stays_open(
        self, shop: Workbench
    ) -> None:
        off = WhatIf(disabled=frozenset({"NetworkPolicy/storefront/call-services"}))
        assert verdict(shop, "8.8.8.8", "storefront/gateway", "TCP", 8080, off) == "allow"
        found = changes(shop, "storefront/call-services")
        assert {change for change, _, _ in found} == {"removed"}
        assert {source.partition("/")[0] for _, source, _ in found} == {"storefront"}
        kept = {(s, t) for _, s, t in found}
        assert ("storefront/gateway", "storefront/web") in kept
        assert ("storefront/web", "shop/basket") in kept

    @pytest.mark.parametrize(
        ("address", "expected"),
        [("203.0.113.0", "allow"), ("203.0.113.127", "allow"), ("203.0.113.128", "deny"), ("203.0.114.1", "deny")],
    )
    def test_payments_reach_one_half_of_the_providers_block(
        self, shop: Workbench, address: str, expected: str
    ) -> None:
        assert verdict(shop, "shop/payments", address, "TCP", 443) == expected

    def test_no_rule_opens_the_admin_port_of_the_gateway(self, shop: Workbench) -> None:
        assert verdict(shop, "storefront/web", "storefront/gateway", "TCP", 9901) == "deny"
        assert verdict(shop, "ingress-controller", "storefront/gateway", "TCP", 9901) == "deny"
        assert verdict(shop, "ingress-controller", "service/storefront/gateway", "TCP", 80) == "allow"


class TestPolicyTypesPitfall:
    @pytest.mark.parametrize(("reporter", "reached"), [("reporter-mistaken", "deny"), ("reporter-meant", "allow")])
    def test_the_missing_field_shuts_the_way_in_and_nothing_else_differs(self, reporter: str, reached: str) -> None:
        bench = Workbench.load(files(SAMPLES / "policytypes-pitfall"))
        assert verdict(bench, "reports/dashboard", f"reports/{reporter}", "TCP", 8080) == reached
        assert verdict(bench, f"reports/{reporter}", "198.51.100.25", "TCP", 587) == "allow"
        assert verdict(bench, f"reports/{reporter}", "198.51.100.25", "TCP", 25) == "deny"
        assert verdict(bench, f"reports/{reporter}", "198.51.100.26", "TCP", 587) == "deny"
        assert verdict(bench, f"reports/{reporter}", "reports/dashboard", "TCP", 3000) == "deny"

    def test_with_the_mistaken_policy_off_the_way_in_is_open(self) -> None:
        bench = Workbench.load(files(SAMPLES / "policytypes-pitfall"))
        assert ("added", "reports/dashboard", "reports/reporter-mistaken") in changes(
            bench, "reports/egress-only-mistaken"
        )

    def test_the_policy_says_that_it_has_both_directions(self) -> None:
        bench = Workbench.load(files(SAMPLES / "policytypes-pitfall"))
        assert {card.name: card.directions for card in bench.policies()} == {
            "egress-only-mistaken": ("ingress", "egress"),
            "egress-only-meant": ("egress",),
        }
