from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from netviz.loading import load_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
ROOMS = ("manifests/*.py", "dialects/*.py", "loading/*.py", "workbench/drafts.py")
REPORTING = {
    "error",
    "warning",
    "report",
    "diagnostic",
    "Diagnostic",
    "Problem",
    "Refused",
    "Broken",
    "_file_problem",
    "_problem",
}
CODE = re.compile(r"[a-z]+(-[a-z]+)+|duplicate|forbidden|limit|required|unreadable")
SECTIONS = dict(re.findall(r"^### ([a-z-]+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
WITH_EXAMPLE = [code for code, section in SECTIONS.items() if "```" in section]
WITHOUT_EXAMPLE = {
    "bad-archive",
    "no-manifests",
    "no-policy",
    "not-enforced",
    "not-text",
    "other-files",
    "rules-enforced",
    "unreadable",
    "unsupported-file",
}
"""Codes that no text of a manifest brings about by itself."""


def reported(call: ast.Call) -> Iterator[str]:
    """The codes that a call reports."""
    for keyword in call.keywords:
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if name in REPORTING and texts and CODE.fullmatch(texts[0]):
        yield texts[0]


def codes_in_the_code() -> set[str]:
    by_room = {pattern: list((ROOT / "netviz").glob(pattern)) for pattern in ROOMS}
    assert all(by_room.values())
    files = [file for found in by_room.values() for file in found]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {code for call in calls for code in reported(call)}


def test_the_page_explains_every_code_that_is_reported() -> None:
    found = codes_in_the_code()
    assert len(found) > 25
    assert sorted(found - SECTIONS.keys()) == []


def test_every_code_of_the_page_has_an_example_unless_none_can_be_written() -> None:
    assert SECTIONS.keys() - set(WITH_EXAMPLE) == WITHOUT_EXAMPLE
    assert codes_in_the_code() >= WITHOUT_EXAMPLE


@pytest.mark.promise(5)
@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_an_example_is_told_what_the_page_says(code: str) -> None:
    (language, example), (_, messages) = re.findall(r"^```(\w+)\n(.*?)^```$", SECTIONS[code], re.MULTILINE | re.DOTALL)
    report = load_files([(f"example.{language}", example.encode())]).report
    assert [f"{d.severity.value}: {d}" for d in report.diagnostics] == messages.splitlines()
    assert code in {diagnostic.code for diagnostic in report.diagnostics}
