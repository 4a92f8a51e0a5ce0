"""Tells somebody who waits how far the work is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

Progress = Callable[[str, int, int], None]
"""`(stage, done, total)`. An exception that it raises ends the work and reaches whoever asked for it."""

Tick = Callable[[int], None]
"""Takes how much of the present piece of work is done, as often as is convenient."""

_SECONDS: Final = 0.1


def no_tick(_: int) -> None:
    """Nobody waits."""


def part(tick: Tick, before: int, size: int, length: int) -> Tick:
    """The tick for a part of the work, which starts at `before` and is `size` big; it counts up to `length` instead."""
    scale = size / max(1, length)
    return lambda done: tick(before + int(done * scale))


class Meter:
    """Passes progress on, not more often than ten times a second, except for the start and the end of a stage."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self._progress = progress
        self._stage = stage
        self._total = total
        self._next = time.monotonic() + _SECONDS
        progress(stage, 0, total)

    def tick(self, done: int) -> None:
        """So much of the stage is done."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SECONDS
            self._progress(self._stage, min(done, self._total), self._total)

    def end(self) -> None:
        """The stage is done."""
        self._progress(self._stage, self._total, self._total)


def meter(progress: Progress | None, stage: str, total: int) -> Meter:
    """The meter of one stage; a silent one for nobody."""
    return Meter(progress or (lambda *_: None), stage, total)
