"""Cards that exist in one what-if only: they come into view, and go without harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CARDS = "root => root.__netviz.scene.nodes.size"
IN_VIEW = "root => root.__netviz.isAllInView()"
MANIFESTS = """
apiVersion: v1
kind: Pod
metadata: {name: sender, labels: {app: sender}}
spec: {containers: [{name: c, image: example}]}
---
apiVersion: v1
kind: Pod
metadata: {name: receiver, labels: {app: receiver}}
spec: {containers: [{name: c, image: example}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: close-all}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: let-sender-send}
spec: {podSelector: {matchLabels: {app: sender}}, policyTypes: [Egress], egress: [{}]}
"""


def test_a_card_of_one_what_if_comes_into_view_and_goes_again(
    serve: Callable[..., str], visit: Callable[..., Visit], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("manifests")
    (folder / "two-pods.yaml").write_text(MANIFESTS)
    page = visit(serve(ROOT / "app.py", folder)).page
    root = page.locator(".netviz")
    root.wait_for()
    element = root.element_handle()
    page.wait_for_function("root => root.__netviz?.updates >= 1", arg=element)
    before = root.evaluate(CARDS)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("let-sender-send", exact=True).click()
    page.wait_for_function(f"root => ({CARDS})(root) > {before}", arg=element)
    page.wait_for_function(IN_VIEW, arg=element)
    sidebar.get_by_text("let-sender-send", exact=True).click()
    page.wait_for_function(f"root => ({CARDS})(root) === {before}", arg=element)
