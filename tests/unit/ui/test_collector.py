"""Collecting garbage is quick in the server, though a page imports a lot, and what a session leaves is still found."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from types import ModuleType

import pytest

from netviz.ui.collector import Collector


class Cycle:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_was_imported_is_set_aside() -> None:
    gc.unfreeze()
    Collector().settle()
    assert gc.get_freeze_count() > 50_000
    assert len(gc.get_objects()) < 5_000


def test_what_comes_later_is_still_collected() -> None:
    collector = Collector()
    collector.settle()
    gone = weakref.ref(Cycle())
    collector.settle()
    gc.collect()
    assert gone() is None


def test_it_is_done_again_only_after_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    collector = Collector()
    collector.settle()
    gc.unfreeze()
    collector.settle()
    assert gc.get_freeze_count() == 0
    monkeypatch.setitem(sys.modules, "something_new", ModuleType("something_new"))
    collector.settle()
    assert gc.get_freeze_count() > 50_000
