from __future__ import annotations

from netviz.errors import Diagnostic
from netviz.manifests.document import Document, Fields, path_text


def entries(problems: list[Diagnostic]) -> list[Fields]:
    data = {"rules": [{"port": "x"}, {"port": 1}]}
    document = Document(file="p.yaml", index=1, data=data, line_of=len)
    return Fields(document, data, (), problems).children("rules")


def test_an_error_of_one_entry_is_none_of_its_sibling() -> None:
    problems: list[Diagnostic] = []
    bad, good = entries(problems)
    bad.integer("port")
    good.integer("port")
    assert (bad.errors, good.errors) == (True, False)


def test_an_error_about_the_entry_itself_or_deep_inside_counts() -> None:
    problems: list[Diagnostic] = []
    whole, deep = entries(problems)
    whole.error("required", "must say something")
    deep.error("required", "must say something", "a", "b/c", 0)
    assert whole.errors
    assert deep.errors


def test_a_warning_is_no_error() -> None:
    problems: list[Diagnostic] = []
    first, _ = entries(problems)
    first.warning("odd", "odd", "port")
    assert not first.errors


def test_a_path_shows_no_more_of_a_key_than_a_diagnostic_may() -> None:
    assert len(path_text(("spec", "a" * 5000))) < 300
