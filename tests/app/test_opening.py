"""Opening an input: what happens when it is too much, fails, or goes away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from netviz.errors import UsageError
from netviz.manifests.limits import ServerLimits
from netviz.ui.panel_opening import stage_words
from netviz.workbench import LoadSummary, LocalDesk, Waiting, Workbench, WorkerLost
from tests.app.page import texts

OpenPage = Callable[..., AppTest]


def test_the_limits_stand_beside_the_upload(desk: LocalDesk, open_page: OpenPage) -> None:
    desk.limits = ServerLimits(seconds=7, memory=2_500_000_000)
    assert (
        "Up to 200 MB a file and 400 MB at once. The analysis is stopped after 7 seconds or at 2.5 GB of memory."
        in texts(open_page())
    )


def test_more_than_a_session_may_bring_is_refused_with_the_flag(desk: LocalDesk, open_page: OpenPage) -> None:
    desk.limits = replace(ServerLimits(), session_size=1_000)
    page = open_page(sample="online-shop")
    (line,) = [line for line in texts(page) if line.startswith("The files are")]
    assert "--max-session-size raises the limit" in line


def test_what_cannot_be_opened_leaves_open_what_was(
    desk: LocalDesk, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(sample="online-shop")

    def fail(*_: object) -> Workbench:
        raise UsageError("The analysis took more than 60 seconds.")

    monkeypatch.setattr(desk, "load", fail)
    page.button_group[0].set_value("input").run()
    page.button(key="sample-aks-frontend-backend").click().run()
    assert "This could not be opened." in texts(page)
    assert "The analysis took more than 60 seconds." in texts(page)
    assert any(line.startswith("netviz · An online shop") for line in texts(page))


def test_a_lost_process_starts_the_page_over_and_is_told(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(sample="online-shop")

    def gone(_: Workbench) -> LoadSummary:
        raise WorkerLost("The process ended.")

    monkeypatch.setattr(Workbench, "summary", gone)
    page.run()
    assert "This input is not open any more." in texts(page)
    assert "The process ended. Open it again to go on." in texts(page)
    assert "Or try a sample" in texts(page)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"queued": True}, "Waiting for a free place: 2 inputs are being opened on this server"),
        ({}, "Starting"),
        ({"stage": "reading", "done": 1_500_000, "total": 90_000_000}, "Reading: 1.5 of 90.0 MB"),
        ({"stage": "objects", "done": 1_500, "total": 3_000}, "Understanding the objects: 1,500 of 3,000"),
    ],
)
def test_each_stage_is_said_in_words(told: dict[str, object], words: str) -> None:
    waiting = Waiting(seconds=1, give_up=lambda: None, **told)  # type: ignore[arg-type]  # fields of several types
    assert stage_words(waiting, ServerLimits()).startswith(words)
