"""A command imports what it needs, and no more: most of the time of a short answer is imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netviz import workbench

ROOT = Path(__file__).parents[2]
SAMPLE = "sample_manifests/online-shop"
HEAVY = {"IPython", "jinja2", "networkx", "numpy", "pandas", "pyvis", "streamlit"}
TELL = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"


def imported_by(*arguments: str) -> set[str]:
    """The names of all modules that a command has imported when it ends."""
    program = f"{TELL}; sys.argv[1:] = {list(arguments)!r}; from netviz.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout
    return set(done.stderr.splitlines()[-1].split())


def rooms(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("netviz.")}


@pytest.mark.parametrize("arguments", [("--help",), ("list", "--help"), ("--version",)], ids=" ".join)
def test_help_imports_neither_the_engine_nor_a_package(arguments: tuple[str, ...]) -> None:
    modules = imported_by(*arguments)
    assert rooms(modules) <= {"cli", "errors", "manifests"}
    assert {name for name in modules if name.startswith("netviz.manifests.")} <= {"netviz.manifests.limits"}
    assert not modules & (HEAVY | {"netaddr", "yaml"})


@pytest.mark.parametrize("form", ["text", "csv", "md", "json"])
def test_a_list_imports_neither_the_page_nor_its_pictures(form: str) -> None:
    modules = imported_by("list", SAMPLE, "--format", form)
    assert "netviz.engine.evaluator" in modules
    assert not modules & HEAVY
    assert "ui" not in rooms(modules)
    assert not modules & {"netviz.workbench.bench", "netviz.exporters.svg"}


def test_a_list_in_text_does_not_import_what_explains() -> None:
    modules = imported_by("list", SAMPLE)
    assert not modules & {"netviz.workbench.questions", "netviz.view.trace", "netviz.analysis.compare"}


def test_a_diff_imports_neither_the_page_nor_its_pictures() -> None:
    modules = imported_by("diff", SAMPLE, SAMPLE)
    assert not modules & (HEAVY | {"netviz.workbench.bench", "netviz.exporters.svg"})


@pytest.mark.parametrize("name", workbench.__all__)
def test_every_public_name_of_the_workbench_is_found_when_it_is_asked_for(name: str) -> None:
    assert getattr(workbench, name) is not None


def test_what_is_not_a_public_name_of_the_workbench_is_not_found() -> None:
    with pytest.raises(AttributeError, match="'nonsense'"):
        workbench.nonsense  # noqa: B018 - asking is the test
