"""What both kinds of archive have in common: entries, and a budget for what comes out of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netviz.manifests.limits import Limits, over_limit

HARMLESS: Final = 10_000_000
"""Bytes below which it does not matter how well they were compressed."""


class Unreadable(Exception):  # noqa: N818 - it says what an archive is
    """Nothing more can be read from an archive; the code is that of the diagnostic."""

    def __init__(self, message: str, hint: str | None = None, *, code: str) -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code


class EntryUnreadable(Unreadable):
    """One entry cannot be read; those after it can."""


def damaged(message: str) -> Unreadable:
    """The error for an archive that does not follow its own grammar."""
    return Unreadable(message, code="bad-archive")


class EntryKind(StrEnum):
    """What an entry would be on a disk."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of an archive, by the name that is written there.

    `read` gives at most so many bytes of its content and may raise EntryUnreadable; `end` is how many bytes of the
    archive are used after that.
    """

    name: str
    kind: EntryKind
    read: Callable[[int], bytes]
    end: Callable[[], int]


class Budget:
    """How much may still come out of one archive of a given size."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits = limits
        self._ratio = max(HARMLESS, packed * limits.archive_ratio)
        self._taken = 0
        self._entries = 0

    def take(self, size: int) -> None:
        """Count bytes; Unreadable if they are too many."""
        self._taken += size
        if self._taken > self._limits.archive_size:
            raise self.over("archive_size")
        if self._taken > self._ratio:
            raise self.over("archive_ratio")

    def expect(self, size: int) -> None:
        """Unreadable if so many bytes more would be too many, before any of them takes up memory."""
        taken = self._taken
        self.take(size)
        self._taken = taken

    def count(self, entries: int = 1) -> None:
        """Count entries; Unreadable if they are too many."""
        self._entries += entries
        if self._entries > self._limits.archive_members:
            raise self.over("archive_members")

    def over(self, name: str) -> Unreadable:
        """The error for the limit of this name."""
        message, hint = over_limit(self._limits, name)
        return Unreadable(message, hint, code="limit")
