"""The manifests in an archive: which entries are read, and what is said about the others. No file is ever written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from netviz.errors import Diagnostic, Severity, shown
from netviz.manifests.archive_entries import Budget, Entry, EntryKind, EntryUnreadable, Unreadable
from netviz.manifests.limits import Limits, over_limit
from netviz.manifests.paths import ARCHIVES, MANIFESTS, STDIN_NAME
from netviz.manifests.tar_reader import GZIP, MAGIC, MAGIC_PLACE, tar_entries
from netviz.manifests.zip_reader import MAGIC as ZIP
from netviz.manifests.zip_reader import zip_entries

# Files of one name are told apart by a number behind it.
_NAMED: Final = re.compile(r"\.(?:(zip)|tar|tar\.gz|tgz)(?: \(\d+\))?\Z", re.IGNORECASE)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_LONGEST_NAME: Final = 1_024
_MOST_PROBLEMS: Final = 20
_NAMES_SHOWN: Final = 3
# What macOS adds to the archives that it makes.
_MACOS_FOLDER: Final = "__MACOSX"
_MACOS_FILE: Final = "._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file to read: all of one that was given, or a manifest in an archive.

    `begin` and `end` say which part of the given file it is, in bytes.
    """

    name: str
    data: bytes
    begin: int
    end: int


def pieces(name: str, data: bytes, limits: Limits) -> Iterator[Piece | Diagnostic]:
    """The file itself, or if it is an archive the manifests in it, `archive.zip/path/file.yaml`, and what is wrong.

    In an archive as in a directory, .yaml, .yml and .json files count, and hidden directories do not.
    """
    kind = _archive_kind(name, data)
    if not kind:
        yield Piece(name=name, data=data, begin=0, end=len(data))
    elif len(data) > limits.file_size:
        message, hint = over_limit(limits, "file_size")
        yield _problem(name, Severity.ERROR, "limit", message, hint)
    else:
        yield from _Archive(name, limits).pieces(data, kind)


def _archive_kind(name: str, data: bytes) -> str:
    """`zip`, `tar` or "": by the ending of the name; what has no name says it itself."""
    if name == STDIN_NAME:
        if data.startswith(ZIP):
            return "zip"
        return "tar" if data.startswith(GZIP) or data[MAGIC_PLACE] == MAGIC else ""
    found = _NAMED.search(name)
    if found is None:
        return ""
    return "zip" if found[1] else "tar"


class _Archive:
    """Goes through one archive, and remembers what it has seen."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._seen: set[str] = set()
        self._others: list[str] = []
        self._problems = 0

    def pieces(self, data: bytes, kind: str) -> Iterator[Piece | Diagnostic]:
        """Everything that there is to read and to say."""
        begin = 0
        try:
            for entry in (zip_entries if kind == "zip" else tar_entries)(data, Budget(self._limits, len(data))):
                found = self._judged(entry, _clean(entry.name))
                if isinstance(found, bytes):
                    yield Piece(name=f"{self._name}/{_clean(entry.name)}", data=found, begin=begin, end=entry.end())
                    begin = entry.end()
                elif found is not None:
                    self._problems += 1
                    yield from [found] if self._problems <= _MOST_PROBLEMS else ()
        except Unreadable as error:
            message = f"{error.message}; what follows in it is not read"
            yield _problem(self._name, Severity.ERROR, error.code, message, error.hint)
            self._problems += 1
        yield from self._closing()

    def _judged(self, entry: Entry, name: str) -> bytes | Diagnostic | None:
        """The content of a manifest, what is wrong with an entry, or None for one that does not matter."""
        match _trouble(entry, name):
            case Severity() as severity, str(message), hint:
                return self._problem_of(name, severity, "unsupported-file", message, hint)
        if entry.kind is EntryKind.FOLDER:
            return None
        if not _is_manifest(name):
            self._others.append(name)
            return None
        if name in self._seen:
            message = "the archive holds this name more than once, and only the first of them is read"
            return self._problem_of(name, Severity.ERROR, "unsupported-file", message, "make the archive anew")
        self._seen.add(name)
        try:
            content = entry.read(self._limits.file_size + 1)
        except EntryUnreadable as error:
            return self._problem_of(name, Severity.ERROR, error.code, error.message, error.hint)
        if len(content) <= self._limits.file_size:
            return content
        message, hint = over_limit(self._limits, "file_size")
        return self._problem_of(name, Severity.ERROR, "limit", message, hint)

    def _problem_of(self, name: str, severity: Severity, code: str, message: str, hint: str | None) -> Diagnostic:
        return _problem(f"{self._name}/{shown(name)}", severity, code, message, hint)

    def _closing(self) -> Iterator[Diagnostic]:
        """What there is to say about the archive as a whole."""
        if self._problems > _MOST_PROBLEMS:
            message = f"{self._problems - _MOST_PROBLEMS:,} more of its entries are not read, for reasons like these"
            yield _problem(self._name, Severity.ERROR, "unsupported-file", message)
        if not self._seen and not self._problems:
            message = "the archive holds no .yaml, .yml or .json file"
            yield _problem(self._name, Severity.WARNING, "no-manifests", message)
        elif self._others:
            names = ", ".join(map(shown, self._others[:_NAMES_SHOWN]))
            more = len(self._others) - _NAMES_SHOWN
            listed = f"{names} and {more:,} more" if more > 0 else names
            yield _problem(self._name, Severity.INFO, "other-files", f"not read, for they are no manifests: {listed}")


def _trouble(entry: Entry, name: str) -> tuple[Severity, str, str | None] | None:
    """Why an entry is not looked at, although it may have been meant to be read."""
    if entry.kind is EntryKind.FOLDER:
        return None
    if len(entry.name) > _LONGEST_NAME or "\0" in entry.name or not name:
        return Severity.ERROR, "its name is none that a file can have", None
    if _leads_out(entry.name):
        return Severity.ERROR, "its name leads out of the archive", "make the archive anew from inside of the folder"
    match entry.kind:
        case EntryKind.LINK:
            return Severity.WARNING, "it is skipped: in archives, links are not followed", None
        case EntryKind.SPECIAL:
            return Severity.WARNING, "it is skipped: it is no regular file", None
        case EntryKind.FILE if name.lower().endswith(ARCHIVES):
            return Severity.ERROR, "an archive in an archive is not read", "unpack it first"
        case _:
            return None


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")


def _clean(name: str) -> str:
    """The name without what does not matter: `./a//b.yaml` is `a/b.yaml`."""
    return "/".join(part for part in _parts(name) if part not in ("", "."))


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or _DRIVE.match(name) is not None or ".." in _parts(name)


def _is_manifest(name: str) -> bool:
    *folders, last = name.split("/")
    hidden = any(folder.startswith((".", _MACOS_FOLDER)) for folder in folders) or last.startswith(_MACOS_FILE)
    return last.lower().endswith(MANIFESTS) and not hidden


def _problem(file: str, severity: Severity, code: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=severity, code=code, message=message, file=file, hint=hint)
