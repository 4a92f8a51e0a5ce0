"""The Python interface: what docs/python.md shows is run, and prints what the page says."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

import netviz
from netviz import api
from netviz.errors import UsageError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_example_prints_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    assert len(EXAMPLES) == PAGE.count("```python")
    for code, expected in EXAMPLES:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs/python.md", "exec"), names)
        assert printed.getvalue() == expected, code


def test_the_page_shows_every_function() -> None:
    functions = {name for name in netviz.__all__ if name[0].islower()}
    assert {name for name in functions if f"netviz.{name}(" in PAGE} == functions


def test_the_package_offers_what_the_module_behind_it_does() -> None:
    assert netviz.__all__ == api.__all__
    for name in netviz.__all__:
        assert getattr(netviz, name) is getattr(api, name)


def test_what_is_not_a_public_name_is_not_found() -> None:
    with pytest.raises(AttributeError, match="'nonsense'"):
        netviz.nonsense  # noqa: B018 - asking is the test


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    program = "import netviz, sys; print(*sorted(name for name in sys.modules if name.startswith('netviz')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["netviz"]


def test_two_scenarios_of_one_input_and_two_inputs_are_compared_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "sample_manifests" / "aks-frontend-backend")
    whole = netviz.load(["."])
    bare = netviz.load(["base.yaml"])
    off = frozenset(policy.id for policy in whole.policies.policies)
    by_switch = netviz.diff(netviz.evaluate(whole, netviz.Scenario(disabled=off)), netviz.evaluate(whole))
    by_input = netviz.diff(bare, whole)
    assert [(c.source, c.target, c.before, c.after) for c in by_switch.changes] == [
        (c.source, c.target, c.before, c.after) for c in by_input.changes
    ]


def test_an_expectations_file_that_is_not_there_is_a_sentence() -> None:
    shop = netviz.load([ROOT / "sample_manifests" / "online-shop"])
    with pytest.raises(UsageError, match="No such file"):
        netviz.check(shop, "nowhere.yaml")
