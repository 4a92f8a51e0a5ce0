"""Tiers, what is not modelled and the network plugin, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_dashboard import ANY_EDGE, EDGE_AT, ROOT, choose, map_of, wait

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

MIXED = ROOT / "tests" / "unit" / "workbench" / "mixed.yaml"
BOARD = ".st-key-nv-board"
SIDEWAYS = "board => { board.scrollLeft = board.scrollWidth; return board.scrollLeft; }"

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(serve: Callable[..., str], visit: Callable[..., Visit]) -> OpenPage:
    """`open_page(file, query="", **options of visit)`: the page with one file of the command line."""

    def opened(file: Path = MIXED, query: str = "", **options: object) -> Page:
        page = visit(f"{serve(ROOT / 'app.py', str(file))}/{query}", **options).page
        map_of(page)
        return page

    return opened


def view(page: Page, name: str) -> None:
    shown = page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True))
    shown.first.click()


def differs(page: Page) -> bool:
    return bool(map_of(page).evaluate("root => root.__netviz.payload.differences !== ''"))


@pytest.mark.parametrize("dark", [False, True])
def test_a_policy_is_switched_on_the_board_and_the_map_follows(open_page: OpenPage, dark: bool) -> None:
    page = open_page(dark=dark)
    view(page, "Policies")
    board = page.locator(BOARD)
    expect(board.get_by_text("1. Tier kube-admin")).to_be_visible()
    expect(board.get_by_text("selects 0 pods")).to_be_visible()
    card = board.locator("[class*=st-key-nv-card]").filter(has_text="BaselineAdminNetworkPolicy")
    card.get_by_text("on", exact=True).click()
    page.wait_for_url(lambda url: "off=" in url)
    view(page, "Map")
    assert differs(page)


def test_the_board_scrolls_sideways_and_not_the_page(open_page: OpenPage) -> None:
    page = open_page(width=1100)
    view(page, "Policies")
    board = page.locator(BOARD)
    last = board.get_by_text("These are not modelled")
    last.wait_for()
    assert board.evaluate(SIDEWAYS) > 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(last).to_be_in_viewport()


def test_a_policy_opens_with_its_yaml_and_leads_to_the_editor(open_page: OpenPage) -> None:
    page = open_page()
    view(page, "Policies")
    page.locator(BOARD).get_by_role("button", name="db-clients").click()
    policy = page.get_by_role("dialog")
    expect(policy.get_by_test_id("stCode").filter(has_text="namespaceSelector")).to_be_visible()
    policy.get_by_role("button", name="Edit for the what-if").click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="YAML")).to_have_value(
        "apiVersion: networking.k8s.io/v1\n"
        "kind: NetworkPolicy\n"
        "metadata: {name: db-clients, namespace: data}\n"
        "spec:\n"
        "  podSelector: {matchLabels: {app: db}}\n"
        "  policyTypes: [Ingress]\n"
        "  ingress:\n"
        "    - from: [{namespaceSelector: {matchLabels: {team: blue}}}]\n"
        "      ports: [{port: 5432}]\n"
    )


def test_from_a_workload_to_its_policies_and_from_one_of_these_to_another_workload(open_page: OpenPage) -> None:
    page = open_page(ROOT / "sample_manifests" / "calico-tiers")
    view(page, "Policies")
    choose(page, "Which policies select", "checkout", "booking/checkout (Deployment")
    listed = page.locator(".st-key-nv-selecting")
    expect(listed.get_by_text("Policies that select booking/checkout[Deployment]")).to_be_visible()
    listed.get_by_role("button").first.click()
    policy = page.get_by_role("dialog")
    policy.get_by_text("choose one to see all its policies").wait_for()
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    policy.get_by_test_id("stDataFrame").click(position={"x": 15, "y": 55})
    expect(listed.get_by_text("Policies that select billing/invoices[Deployment]")).to_be_visible()
    expect(policy).to_be_hidden()


def test_what_is_not_modelled_is_one_click_from_the_map(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="3 not modelled").click()
    expect(page.get_by_text("What the answers leave open (3)")).to_be_visible()
    expect(page.get_by_text("a part that cannot be decided")).to_be_visible()


def test_another_plugin_answers_differently_and_the_address_brings_it_back(
    open_page: OpenPage, tmp_path: Path
) -> None:
    manifest = tmp_path / "by-address.yaml"
    manifest.write_text(BY_ADDRESS)
    page = open_page(manifest)
    root = map_of(page)
    place = root.evaluate(EDGE_AT, root.evaluate(ANY_EDGE, ["web", "db"]))
    page.mouse.click(place["x"], place["y"])
    expect(page.get_by_text("✗ Cilium: denied")).to_be_visible()
    page.get_by_role("button", name="Assumptions").click()
    page.get_by_role("combobox", name="Network plugin").click()
    page.get_by_role("option", name="Cilium").click()
    page.get_by_role("button", name="Apply", exact=True).click()
    page.wait_for_url(lambda url: "cni=cilium" in url)
    again = map_of(open_page(manifest, "?" + page.url.partition("?")[2]))
    wait(again, "root => !root.__netviz.payload.edges.some(e => e.from.includes('web') && e.to.includes('db'))")


def test_an_arrow_is_explained_again_after_a_question_of_the_form(open_page: OpenPage) -> None:
    page = open_page(ROOT / "sample_manifests" / "aks-frontend-backend")
    root = map_of(page)
    place = root.evaluate(EDGE_AT, root.evaluate(ANY_EDGE, ["frontend", "backend"]))
    answer = page.get_by_text("default/frontend[Pod] → default/backend[Pod]")
    page.mouse.click(place["x"], place["y"])
    expect(answer).to_be_visible()
    page.get_by_text("Ask: may A reach B?").click()
    for name, typed in (("From", "backend"), ("To", "frontend")):
        choose(page, name, typed, f"default/{typed} (Pod")
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(answer).to_be_hidden()
    page.mouse.click(place["x"], place["y"])
    expect(answer).to_be_visible()


BY_ADDRESS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: []}
status: {podIP: 10.244.0.7}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: []}
status: {podIP: 10.244.0.8}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-address, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{ipBlock: {cidr: 10.244.0.7/32}}]}]
"""
