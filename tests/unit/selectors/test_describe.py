from __future__ import annotations

import pytest

from netviz.selectors.describe import describe
from netviz.selectors.kubernetes import from_label_selector
from netviz.selectors.tree import EVERYTHING, NOTHING, AllOf, AnyOf, HasKey, Negated, Selector, ValueIn, ValueTest

WEB, API = ValueIn("app", ("web",)), ValueIn("app", ("api",))


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (EVERYTHING, "everything"),
        (NOTHING, "nothing"),
        (HasKey("a.b/c"), "a.b/c"),
        (Negated(HasKey("legacy")), "!legacy"),
        (WEB, "app=web"),
        (Negated(WEB), "app!=web"),
        (ValueIn("tier", ("a", "b")), "tier in (a, b)"),
        (Negated(ValueIn("tier", ("a", "b"))), "tier not in (a, b)"),
        (ValueIn("tier", ("",)), 'tier=""'),
        (ValueTest("app", "startswith", "we"), 'app starts with "we"'),
        (Negated(ValueTest("app", "contains", "we")), 'not (app contains "we")'),
        (AllOf((WEB, HasKey("x"))), "app=web, x"),
        (AnyOf((WEB, API)), "app=web or app=api"),
        (AllOf((HasKey("x"), AnyOf((WEB, API)))), "x, (app=web or app=api)"),
        (AnyOf((WEB, AllOf((API, HasKey("x"))))), "app=web or (app=api, x)"),
        (AnyOf((WEB, EVERYTHING)), "app=web or everything"),
        (Negated(AllOf((WEB, API))), "not (app=web, app=api)"),
    ],
)
def test_a_selector_is_said_in_words(selector: Selector, text: str) -> None:
    assert describe(selector) == text


def test_a_label_selector_reads_as_kubectl_writes_it() -> None:
    selector = from_label_selector(
        {"app": "web"}, [("tier", "In", ("b", "a")), ("legacy", "DoesNotExist", ()), ("env", "NotIn", ("dev",))]
    )
    assert describe(selector) == "app=web, tier in (a, b), !legacy, env!=dev"


def test_what_is_not_a_plain_word_is_quoted_and_made_visible() -> None:
    hostile = ValueIn("a", ('x", b=y\n\u202e\\',))
    assert describe(hostile) == 'a="x\\", b=y\\u000a\\u202e\\\\"'
