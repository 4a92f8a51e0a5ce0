"""docs/promises.md is what the tests say: every promise, tests that exist, and nothing that is broken."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises import PROMISES, Proof, page

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"\[([\w:]+)\]\(\.\./(tests/[\w/]+\.py)\)", PAGE)))


def names_in(file: str) -> set[str]:
    """The names of the tests in a file, as pytest writes them, and that of the file itself."""
    names = {Path(file).stem}
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=of, body=body):
                names |= {f"{of}::{inner.name}" for inner in body if isinstance(inner, ast.FunctionDef)}
    return names


class TestPage:
    def test_it_lists_every_promise_with_a_test(self) -> None:
        begun = re.findall(r"^\| (\d+) \| (.+?) \| \[test|^\| (\d+) \| (.+?) \| \[Test", PAGE, re.MULTILINE)
        told = [(int(a or c), b or d) for a, b, c, d in begun]
        assert told == list(enumerate(PROMISES, start=1))

    @pytest.mark.parametrize(("name", "file"), NAMED)
    def test_a_test_that_it_names_exists(self, name: str, file: str) -> None:
        assert name in names_in(file)

    @pytest.mark.parametrize("word", ["**broken**", "**no test**", "**not measured here**"])
    def test_no_promise_was_broken_or_left_out_in_that_run(self, word: str) -> None:
        assert word not in PAGE

    def test_it_says_where_it_comes_from_and_on_what_it_was_measured(self) -> None:
        assert "`make promises`" in PAGE
        assert re.search(r"^Measured on: .*, Python 3\.\d+\.\d+, .*, \d+ processors\.$", PAGE, re.MULTILINE)
        assert len(NAMED) >= len(PROMISES)


class TestBook:
    """How the page comes about."""

    def test_a_run_writes_what_its_tests_measured_and_leaves_the_others_out(self, tmp_path: Path) -> None:
        (tmp_path / "test_small.py").write_text(
            "import pytest\n"
            "def test_measured(promise):\n    promise(2, '0.5 s', '1 s')\n"
            "@pytest.mark.promise(4)\n@pytest.mark.parametrize('n', [1, 2])\ndef test_marked(n): pass\n"
            "def test_broken(promise):\n    promise(3, '2 GB', '1 GB')\n    assert False\n"
            "@pytest.mark.promise(5)\n@pytest.mark.skip\ndef test_skipped(): pass\n"
            "def test_of_something_else(): assert False\n"
        )
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "tests.promises", "--promises=page.md", "test_small.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "1 failed, 3 passed, 1 skipped, 1 deselected" in done.stdout
        rows = [line for line in (tmp_path / "page.md").read_text().splitlines() if "](../test_small.py)" in line]
        assert [row.split(" | ", 2)[2] for row in rows] == [
            "[test_measured](../test_small.py) | 0.5 s | 1 s |",
            "[test_broken](../test_small.py) | **broken** 2 GB | 1 GB |",
            "[test_marked](../test_small.py) | 2 cases pass |  |",
            "[test_skipped](../test_small.py) | **not measured here** |  |",
        ]

    def test_a_promise_without_a_test_is_conspicuous(self) -> None:
        text = page([Proof(promise=1, test="tests/a.py::test_a")], "a day")
        assert text.count("**no test**") == len(PROMISES) - 1

    def test_many_names_in_one_file_that_measure_nothing_are_one_row(self) -> None:
        proofs = [Proof(promise=1, test=f"tests/test_a.py::test_{number}") for number in range(5)]
        measured = Proof(promise=1, test="tests/test_a.py::test_9", figure="7", limit="8")
        rows = [line for line in page([*proofs, measured], "a day").splitlines() if "test_a.py" in line]
        assert rows == [
            f"| 1 | {PROMISES[0]} | [test_a](../tests/test_a.py) | 5 cases pass |  |",
            "| | | [test_9](../tests/test_a.py) | 7 | 8 |",
        ]

    def test_several_names_in_a_promise_stand_below_each_other(self) -> None:
        proofs = [Proof(promise=1, test=f"tests/a.py::test_{name}", figure=name, limit="z") for name in "ba"]
        rows = [line for line in page(proofs, "a day").splitlines() if "tests/a.py" in line]
        assert rows == [
            f"| 1 | {PROMISES[0]} | [test_a](../tests/a.py) | a | z |",
            "| | | [test_b](../tests/a.py) | b | z |",
        ]
