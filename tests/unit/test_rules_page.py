"""Who reads a rule's number in an answer finds it in the docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\((?:rule )?([ABCDM]\d+(?:, [ABCDM]\d+)*)\)")


def texts(tree: ast.AST) -> Iterator[str]:
    """The strings of a module that a user may read: all but docstrings."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def test_every_rule_that_an_answer_names_is_explained() -> None:
    modules = [path.read_text(encoding="utf-8") for path in ROOT.glob("netviz/**/*.py")]
    found = [match for module in modules for text in texts(ast.parse(module)) for match in NAMED.findall(text)]
    named = {rule for match in found for rule in match.split(", ")}
    pages = [(ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("rules.md", "plugins.md")]
    explained = {rule for page in pages for rule in re.findall(r"^\| ([ABCDM]\d+) \|", page, re.MULTILINE)}
    assert {"A30", "A36", "B52", "C6", "D5"} <= named
    assert named - explained == set()
