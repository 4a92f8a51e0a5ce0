"""Finds the manifest files that a user names, and reads them: regular files only, and none that is too large."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from netviz.errors import Diagnostic, Severity, UsageError
from netviz.manifests.limits import Limits, over_limit

STDIN: Final = Path("-")
STDIN_NAME: Final = "<stdin>"
MANIFESTS: Final = (".yaml", ".yml", ".json")
ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz")
# The file may have been replaced by a pipe meanwhile, and nobody may ever write to that.
_WITHOUT_WAITING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NOT_THERE: Final = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The files to read, in order and each once, and what was noticed while looking for them."""

    files: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]


def find_files(paths: Sequence[str | Path]) -> Found:
    """The files that paths name: files as they are, directories recursively and sorted, `-` for standard input.

    In directories only .yaml, .yml and .json files count, hidden directories are skipped, and symbolic links and
    archives are reported and neither followed nor opened. Raises UsageError for a path that is not there.
    """
    problems: list[Diagnostic] = []
    files: dict[Path, Path] = {}
    for path in paths:
        if not str(path):
            raise UsageError("an empty path names no file")
        for file in [STDIN] if Path(path) == STDIN else _expand(Path(path), problems):
            files.setdefault(STDIN if file == STDIN else file.resolve(), file)
    return Found(files=tuple(files.values()), diagnostics=tuple(problems))


def _expand(path: Path, problems: list[Diagnostic]) -> list[Path]:
    try:
        mode = path.stat().st_mode
    except ValueError:
        raise UsageError(f"{display_name(path)!r} is no file name") from None
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise UsageError(f"{display_name(path)}: there is no such file or directory") from None
        problems.append(_unreadable(path, error))
        return []
    if stat.S_ISDIR(mode):
        files = list(_walk(path, problems))
        if not files:
            message = "the directory holds no .yaml, .yml or .json file"
            problems.append(_file_problem(path, Severity.WARNING, "no-manifests", message))
        return files
    problem = _unsupported(path, mode)
    problems += [] if problem is None else [problem]
    return [path] if problem is None else []


def _unsupported(path: Path, mode: int) -> Diagnostic | None:
    """Why a file that the user names cannot be read."""
    if stat.S_ISREG(mode):
        return None
    hint = "pipe it in and write - as the path"
    return _file_problem(path, Severity.ERROR, "unsupported-file", "it is no regular file", hint)


def _walk(top: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    """The manifest files below a directory, each directory's files before its subdirectories."""
    waiting = [top]
    while waiting:
        directory = waiting.pop()
        try:
            entries = [(path, path.lstat().st_mode) for path in sorted(directory.iterdir())]
        except OSError as error:
            problems.append(_unreadable(directory, error))
            continue
        below = [path for path, mode in entries if stat.S_ISDIR(mode) and not path.name.startswith(".")]
        waiting += reversed(below)
        for path, mode in entries:
            if stat.S_ISREG(mode) and path.name.lower().endswith(MANIFESTS):
                yield path
            elif stat.S_ISREG(mode) and path.name.lower().endswith(ARCHIVES):
                message, hint = "it is skipped: in directories, archives are not opened", "name it as a path to read it"
                problems.append(_file_problem(path, Severity.WARNING, "unsupported-file", message, hint))
            elif _is_skipped(path, mode):
                message = "it is skipped: in directories, links and special files are not followed"
                problems.append(_file_problem(path, Severity.WARNING, "unsupported-file", message))


def _is_skipped(path: Path, mode: int) -> bool:
    """Whether an entry that is neither file nor directory looks as if somebody expected it to be read."""
    if stat.S_ISDIR(mode) or stat.S_ISREG(mode):
        return False
    return path.name.lower().endswith(MANIFESTS) or (not path.name.startswith(".") and path.is_dir())


def read_bytes(path: Path, limits: Limits, stdin: BinaryIO) -> bytes | Diagnostic:
    """The content of a file that `find_files` found, or why it cannot be had."""
    try:
        if path == STDIN:
            return _within(path, stdin.read(limits.file_size + 1), limits)
        with os.fdopen(os.open(path, _WITHOUT_WAITING), "rb") as file:
            problem = _unsupported(path, os.fstat(file.fileno()).st_mode)
            return _within(path, file.read(limits.file_size + 1), limits) if problem is None else problem
    except OSError as error:
        return _unreadable(path, error)


def size(path: Path) -> int:
    """How many bytes a file has as far as that can be told without reading it, else 0."""
    try:
        return 0 if path == STDIN else path.stat().st_size
    except OSError:
        return 0


def _within(path: Path, data: bytes, limits: Limits) -> bytes | Diagnostic:
    if len(data) <= limits.file_size:
        return data
    message, hint = over_limit(limits, "file_size")
    return _file_problem(path, Severity.ERROR, "limit", message, hint)


def display_name(path: Path) -> str:
    """The path as text that can be printed: bytes that are no UTF-8 are replaced."""
    return STDIN_NAME if path == STDIN else str(path).encode("utf-8", "replace").decode()


def _unreadable(path: Path, error: OSError) -> Diagnostic:
    reason = (error.strerror or "unknown error").lower()
    return _file_problem(path, Severity.ERROR, "unreadable", f"it cannot be read: {reason}")


def _file_problem(path: Path, severity: Severity, code: str, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(severity=severity, code=code, message=message, file=display_name(path), hint=hint)
