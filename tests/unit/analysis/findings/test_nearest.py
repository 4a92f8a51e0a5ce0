from __future__ import annotations

import pytest

from netviz.analysis.findings.nearest import nearest_label
from netviz.selectors.tree import AllOf, HasKey, Negated, Selector, ValueIn

KNOWN = {
    "app": frozenset({"web", "db"}),
    "app.kubernetes.io/name": frozenset({"gateway"}),
    "tier": frozenset({"front"}),
}


@pytest.mark.parametrize(
    ("selector", "nearest"),
    [
        (ValueIn("app", ("wbe",)), "app=web"),
        (ValueIn("ap", ("web",)), "app=web"),
        (ValueIn("name", ("gateway",)), "app.kubernetes.io/name=gateway"),
        (ValueIn("tier", ("zzz",)), "tier=front"),
        (HasKey("teir"), "tier"),
        (AllOf((ValueIn("app", ("web",)), ValueIn("tier", ("frnt",)))), "tier=front"),
    ],
)
def test_the_label_that_nearly_matched_is_named(selector: Selector, nearest: str) -> None:
    witness = nearest_label(selector, KNOWN)
    assert witness is not None
    assert witness.nearest == nearest


@pytest.mark.parametrize("selector", [ValueIn("app", ("web",)), ValueIn("app", ("qqqq",)), Negated(HasKey("app"))])
def test_where_nothing_is_near_nothing_is_named(selector: Selector) -> None:
    assert nearest_label(selector, KNOWN) is None
