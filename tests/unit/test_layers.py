"""The house stands as docs/architecture.md draws it: a room imports only rooms above it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "errors",
    "source",
    "sets",
    "selectors",
    "model",
    "manifests",
    "dialects",
    "loading",
    "engine",
    "analysis",
    "view",
    "exporters",
    "workbench",
    "api",
    "cli",
    "ui",
)
STRANGERS = (("dialects", "engine"), ("cli", "ui"))
"""Pairs of rooms of which neither may know the other, whatever their order; the command line only starts the page."""
PACKAGE_ROOM = {
    "netaddr": "sets",
    "yaml": "manifests",
    "networkx": "view",
    "pyvis": "exporters",
    "streamlit": "ui",
    # It comes with Streamlit, whose page takes a middleware of it.
    "starlette": "ui",
}

MODULES = sorted((ROOT / "netviz").glob("**/*.py"))


def room_of(module: Path) -> str:
    """The first part of a module's name below `netviz`; "" for the package itself."""
    first = module.relative_to(ROOT / "netviz").parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of what is imported anywhere, in functions too: a late import is a dependency like any other."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0, names=names) if module != "netviz":
                yield module
            case ast.ImportFrom(level=0, names=names):
                yield from (f"netviz.{alias.name}" for alias in names)
            case ast.ImportFrom():
                yield "relative import"


def own_rooms(tree: ast.AST) -> set[str]:
    return {name.split(".")[1] for name in imported(tree) if name.startswith("netviz.")} - {"__version__"}


def outside_packages(tree: ast.AST) -> set[str]:
    tops = {name.split(".")[0] for name in imported(tree)}
    return tops - {"netviz", "__future__"} - sys.stdlib_module_names


def complaints(room: str, tree: ast.AST) -> list[str]:
    """What a module of `room` imports and may not."""
    found = []
    # The package itself names what `api` offers, for type checkers; it imports it when it is asked for.
    above = set(ROOMS[: ROOMS.index(room) + 1]) if room else {"api"}
    for other in sorted(own_rooms(tree)):
        if other not in above or any(room != other and {room, other} == set(pair) for pair in STRANGERS):
            found.append(f"{room} imports the room {other}")
    for package in sorted(outside_packages(tree)):
        if PACKAGE_ROOM.get(package) != room:
            found.append(f"{room} imports the package {package}")
    return found


def parse(module: Path) -> ast.AST:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(module: Path) -> None:
    assert complaints(room_of(module), parse(module)) == []


def test_every_module_stands_in_a_room_of_the_table() -> None:
    assert {room_of(module) for module in MODULES} - {""} <= set(ROOMS)


@pytest.mark.parametrize(
    ("room", "source", "complaint"),
    [
        ("sets", "import netviz.model.cluster", "sets imports the room model"),
        ("sets", "from netviz import model", "sets imports the room model"),
        ("engine", "from netviz.dialects import DIALECTS", "engine imports the room dialects"),
        ("dialects", "from netviz.engine.matrix import Peer", "dialects imports the room engine"),
        ("ui", "from netviz.cli import main", "ui imports the room cli"),
        ("engine", "def f():\n    import netviz.view.picture", "engine imports the room view"),
        ("engine", "import networkx.algorithms", "engine imports the package networkx"),
        ("workbench", "def f():\n    from streamlit import text", "workbench imports the package streamlit"),
        ("model", "from . import cluster", "model imports the package relative import"),
        ("model", "import numpy", "model imports the package numpy"),
    ],
)
def test_what_is_not_allowed_is_found(room: str, source: str, complaint: str) -> None:
    assert complaints(room, ast.parse(source)) == [complaint]


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("view", "from netviz.engine.matrix import Peer\nimport networkx as nx"),
        ("loading", "from netviz.manifests.document import Document\nfrom netviz.dialects import DIALECTS"),
        ("cli", "from netviz import __version__\nfrom netviz.errors import NetvizError\nimport sys, importlib.util"),
        ("ui", "import streamlit as st\nfrom netviz.workbench import Workbench"),
    ],
)
def test_what_is_allowed_passes(room: str, source: str) -> None:
    assert complaints(room, ast.parse(source)) == []
