"""The page on a fake bench."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from netviz.ui.desk import DESK_KEY
from netviz.workbench import LocalDesk
from tests.app.fake_workbench import FakeWorkbench

APP = Path(__file__).resolve().parents[2] / "app.py"
PATIENCE_SECONDS = 60


@pytest.fixture
def desk() -> LocalDesk:
    """Where the page opens its input: in this process."""
    return LocalDesk()


@pytest.fixture
def fake_bench(desk: LocalDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "load", FakeWorkbench.load)


@pytest.fixture
def open_page(desk: LocalDesk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """`open_page(*arguments, **query)`: the page as `streamlit run app.py -- ARGUMENTS` shows it at first."""

    def start(*arguments: str, **query: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", [str(APP), *arguments])
        page = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
        page.session_state[DESK_KEY] = desk
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return start


@pytest.fixture
def open_text(open_page: Callable[..., AppTest], tmp_path: Path) -> Callable[[str], AppTest]:
    """The page with one file of this content."""

    def start(content: str) -> AppTest:
        file = tmp_path / "input.yaml"
        file.write_text(content)
        return open_page(str(file))

    return start
