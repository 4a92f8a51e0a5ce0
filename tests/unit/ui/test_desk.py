"""What a session holds ends when its page is gone, whenever that was, and not while it may come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import pytest

from netviz import workbench
from netviz.ui import desk
from netviz.ui.desk import Presence
from netviz.workbench import Bench

PATIENCE = 20


class Page:
    """A page that is connected or not, and how often that was looked up: it is away for so many looks at first."""

    def __init__(self, *, connected: bool, away: int = 0) -> None:
        self.connected = connected
        self.looks = 0
        self._away = away

    def is_connected(self) -> bool:
        self.looks += 1
        return self.connected and self.looks > self._away


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was let go, with a time of grace that is short."""
    gone: list[object] = []

    def let_go(thing: object, _why: str) -> None:
        gone.append(thing)

    monkeypatch.setattr(workbench, "let_go", let_go)
    monkeypatch.setattr(desk, "GRACE_SECONDS", 0.05)
    return gone


def thing() -> Bench:
    return cast("Bench", object())


def test_it_ends_when_the_page_goes(ended: list[object]) -> None:
    page, first, last = Page(connected=True), thing(), thing()
    presence = Presence(page.is_connected)
    presence.hold(first)
    presence.hold(last)
    until(lambda: page.looks > 2 * desk.LOOKS)
    assert ended == []
    page.connected = False
    until(lambda: bool(ended))
    assert ended == [last]


def test_it_ends_although_the_page_was_gone_before_it_was_there(ended: list[object]) -> None:
    held = thing()
    Presence(Page(connected=False).is_connected).hold(held)
    until(lambda: ended == [held])


def test_it_stays_when_the_page_comes_back_in_time(ended: list[object]) -> None:
    page = Page(connected=True, away=desk.LOOKS - 1)
    Presence(page.is_connected).hold(thing())
    until(lambda: page.looks > 3 * desk.LOOKS)
    assert ended == []


def test_a_page_that_comes_back_later_is_looked_after_again(ended: list[object]) -> None:
    page, first, second = Page(connected=False), thing(), thing()
    presence = Presence(page.is_connected)
    presence.hold(first)
    until(lambda: ended == [first])
    presence.hold(second)
    until(lambda: ended == [first, second])
