"""Reads one file: bytes in, the objects of the kinds that are wanted out, with everything that was wrong."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from netviz.errors import Diagnostic, Severity
from netviz.manifests.decoding import DecodingError, decode
from netviz.manifests.document import Document, Path, path_text, type_name
from netviz.manifests.json_reader import read_json
from netviz.manifests.limits import DEFAULT_LIMITS, Limits, over_limit
from netviz.manifests.parsed import Broken, Parsed, Problem, Taken
from netviz.manifests.progress import Tick, no_tick, part
from netviz.manifests.trimming import Trim, no_trim, trim_ignored
from netviz.manifests.yaml_reader import has_marker, read_yaml
from netviz.source import SourceText

Wanted = Callable[[str, str], str]
"""`(api_version, kind)` to "keep", "policy" (kept with its text), "part" or "ignore".

Of a "part", what is not read is forgotten; the document must not outlive the making of the cluster.
"""

_MOST_PROBLEMS = 20
_LONGEST_NAME = 253
_PATH_OF_ITEM = 2
_IDENTITY = ("apiVersion", "kind")
_JSON_START = re.compile(r"\s*[{\[]")
_PLAIN_NAMES: Mapping[str, str] = MappingProxyType({"array": "list", "object": "mapping"})


class Record(NamedTuple):
    """What became of one document, or of one object of a List.

    `outcome` is document (it is among the documents), empty, ignored (a kind that is not wanted) or refused (it could
    not be parsed, or is no object that can be used). Of a broken document `kind` is a guess.
    """

    file: str
    document: int
    line: int
    kind: str
    api_version: str
    name: str
    namespace: str
    outcome: str

    def became(self, outcome: str) -> Record:
        """The same with another outcome; every record takes this way."""
        return Record(*self[:-1], outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds. `texts` are those of the policies among the records, refused ones too."""

    documents: tuple[Document, ...]
    texts: tuple[SourceText, ...]
    records: tuple[Record, ...]
    diagnostics: tuple[Diagnostic, ...]


def read(
    name: str,
    data: bytes,
    *,
    wanted: Wanted,
    limits: Limits = DEFAULT_LIMITS,
    tick: Tick = no_tick,
    trim: Trim = no_trim,
) -> Reading:
    """The objects in a file of YAML or JSON; what is wrong becomes diagnostics, nothing is raised.

    Objects of Lists stand for themselves. Of kinds that are not wanted nothing is kept or quoted. The garbage collector
    rests meanwhile, because it would look at all of the growing trees again and again. `tick` is told how many bytes
    are done. `trim` forgets what is not read of objects of which a part is wanted.
    """
    reader = _FileReader(name, wanted, trim)
    with collector_off():
        if len(data) > limits.file_size:
            message, hint = over_limit(limits, "file_size")
            reader.report("limit", message, hint=hint)
        else:
            try:
                text = decode(data)
                reader.take(_outcomes(name, text, limits, part(tick, 0, len(data), len(text)), reader.taken))
            except DecodingError as error:
                reader.report("not-text", error.message, line=error.line, hint=error.hint)
    return reader.reading()


@contextmanager
def collector_off(*, settled: bool = False) -> Iterator[None]:
    """Keeps the garbage collector from looking at growing trees again and again; afterwards it is as before.

    With `settled` it never looks at what is alive at the end either: for a process that is ours alone, and keeps what
    it has loaded.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if settled:
            gc.freeze()
        if was_on:
            gc.enable()


def _outcomes(name: str, text: str, limits: Limits, tick: Tick, taken: Taken) -> Iterable[Parsed | Broken]:
    """The documents, as JSON if the text is JSON: a flow mapping of YAML begins in the same way."""
    if not _JSON_START.match(text) or has_marker(text):
        return read_yaml(text, limits, tick, taken)
    found = list(read_json(text, limits, tick, taken))
    if not _ends_broken(found, "json-syntax"):
        return found
    as_yaml = list(read_yaml(text, limits, tick, taken))
    # What is called JSON or begins with whole documents of it is JSON with a mistake, unless it is YAML: so kubectl.
    is_json = len(found) > 1 or name.lower().endswith(".json")
    return found if is_json and _ends_broken(as_yaml, "yaml-syntax") else as_yaml


def _ends_broken(outcomes: list[Parsed | Broken], code: str) -> bool:
    last = outcomes[-1] if outcomes else None
    return isinstance(last, Broken) and last.code == code


class _Found:
    """An object of a document; an item of a `PodList` may leave its kind to the list.

    `api_version` and `kind` are "" where they are missing or no strings; `data` is empty if the object is no mapping.
    `says_itself` tells that they are written in the object.
    """

    __slots__ = ("api_version", "data", "kind", "path", "says_itself", "written")

    def __init__(self, path: Path, written: object, api_version: str = "", kind: str = "") -> None:
        self.path = path
        self.written = written
        self.data = _mapping(written)
        own_version, own_kind = self.data.get("apiVersion"), self.data.get("kind")
        self.says_itself = bool(own_version and own_kind)
        self.api_version = _word(own_version or api_version)
        self.kind = _word(own_kind or kind)


class _FileReader:
    """Gathers what becomes of the documents of one file."""

    def __init__(self, file: str, wanted: Wanted, trim: Trim) -> None:
        self._file = file
        self._wanted = cache(wanted)
        self._trim = trim
        self._documents: list[Document] = []
        self._texts: list[SourceText] = []
        self._records: list[Record] = []
        self._diagnostics: list[Diagnostic] = []

    def reading(self) -> Reading:
        """Everything gathered."""
        return Reading(
            documents=tuple(self._documents),
            texts=tuple(self._texts),
            records=tuple(self._records),
            diagnostics=tuple(self._diagnostics),
        )

    def report(
        self,
        code: str,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        document: int = 0,
        line: int = 0,
        path: Path = (),
        hint: str | None = None,
    ) -> None:
        """Add a diagnostic."""
        self._diagnostics.append(
            Diagnostic(
                severity=severity,
                code=code,
                message=message,
                file=self._file,
                document=document,
                line=line,
                path=path_text(path),
                hint=hint,
            )
        )

    def take(self, outcomes: Iterable[Parsed | Broken]) -> None:
        """Add all documents of the file."""
        for outcome in outcomes:
            if isinstance(outcome, Broken):
                self._broken(outcome)
            else:
                self._parsed(outcome)
        if not self._records and not self._diagnostics:
            self.report("empty-file", "there is nothing in it", severity=Severity.WARNING)

    def taken(self, data: dict[str, Any]) -> None:
        """Forget what nobody reads of an object that says itself what it is, as soon as it is there."""
        api_version, kind = data.get("apiVersion"), data.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str) or kind.endswith("List"):
            return
        choice = self._wanted(api_version, kind)
        if choice == "ignore":
            trim_ignored(data)
        elif choice == "part":
            self._trim(kind, data)

    def _broken(self, broken: Broken) -> None:
        self.report(broken.code, broken.message, document=broken.index, line=broken.line, hint=broken.hint)
        if broken.index:
            self._record(broken.index, broken.line, "refused", kind=broken.kind)

    def _parsed(self, parsed: Parsed) -> None:
        whole = _Found((), parsed.data)
        if parsed.data is None:
            self._record(parsed.index, parsed.line, "empty")
            return
        problems = _by_object(parsed.problems, _objects(whole))
        if outside := problems.pop(None, None):
            self._refuse(parsed, whole, outside)
            return
        before = len(self._records)
        for found in _objects(whole):
            self._object(parsed, found, problems.get(found.path, []))
        if len(self._records) == before:
            self._record(parsed.index, parsed.line, "empty", kind=whole.kind)

    def _object(self, parsed: Parsed, found: _Found, problems: list[Problem]) -> None:
        if trouble := _identity_trouble(found, problems):
            self._refuse(parsed, found, trouble)
            return
        choice = self._wanted(found.api_version, found.kind) if found.kind else "ignore"
        if choice == "policy":
            text = parsed.places.text(self._file, parsed.index, found.path)
            self._texts += [text] if text else []
        if choice == "ignore":
            self._ignore(parsed, found)
        elif problems:
            self._refuse(parsed, found, problems)
        else:
            trimmed = parsed.taken and found.says_itself and len(found.path) == _PATH_OF_ITEM
            if choice == "part" and not trimmed and isinstance(found.written, dict):
                self._trim(found.kind, found.written)
            self._keep(parsed, found, choice)

    def _keep(self, parsed: Parsed, found: _Found, choice: str) -> None:
        passing = choice == "part"
        line_of = parsed.places.below(found.path, passing=passing)
        data = found.data
        if not found.says_itself:
            data = {**data, "apiVersion": found.api_version, "kind": found.kind}
        self._documents.append(
            Document(file=self._file, index=parsed.index, data=data, line_of=line_of, passing=passing)
        )
        self._object_record(parsed, found, "document", line_of(()))

    def _ignore(self, parsed: Parsed, found: _Found) -> None:
        line = parsed.places.line(found.path)
        self._object_record(parsed, found, "ignored", line)
        if not found.kind:
            self.report(
                "no-kind",
                "not a Kubernetes object, for it has no kind; ignored",
                severity=Severity.INFO,
                document=parsed.index,
                line=line,
            )

    def _refuse(self, parsed: Parsed, found: _Found, problems: list[Problem]) -> None:
        self._object_record(parsed, found, "refused", parsed.places.line(found.path))
        depth = len(found.path)
        for problem in problems[:_MOST_PROBLEMS]:
            self.report(
                problem.code,
                problem.text,
                document=parsed.index,
                line=problem.line or parsed.places.line(problem.path),
                path=problem.path[depth:],
                hint=problem.hint,
            )
        if len(problems) > _MOST_PROBLEMS:
            last = problems[-1]
            message = f"{len(problems) - _MOST_PROBLEMS} more problems like these in the same object"
            self.report(last.code, message, document=parsed.index, line=parsed.places.line(found.path))

    def _object_record(self, parsed: Parsed, found: _Found, outcome: str, line: int) -> None:
        metadata = _mapping(found.data.get("metadata"))
        name, namespace = _name(metadata.get("name")), _name(metadata.get("namespace"))
        self._records.append(
            Record(self._file, parsed.index, line, found.kind, found.api_version, name, namespace, outcome)
        )

    def _record(self, document: int, line: int, outcome: str, *, kind: str = "") -> None:
        self._records.append(Record(self._file, document, line, kind, "", "", "", outcome))


def _objects(found: _Found) -> Iterator[_Found]:
    """The objects in a document: the items of a `List` or `PodList`, of Lists in Lists too, or the object itself."""
    items = found.data.get("items")
    none = items is None and (found.kind == "List" or "items" in found.data)
    if not found.kind.endswith("List") or not (isinstance(items, list) or none):
        yield found
        return
    inherited = ("", "") if found.kind == "List" else (found.api_version, found.kind.removesuffix("List"))
    for i, item in enumerate(items or ()):
        inner = _Found((*found.path, "items", i), item, *inherited)
        if inner.kind.endswith("List"):
            yield from _objects(inner)
        else:
            yield inner


def _by_object(problems: Sequence[Problem], objects: Iterable[_Found]) -> dict[Path | None, list[Problem]]:
    """The problems by the path of the object that they concern, None for what is around the objects."""
    if not problems:
        return {}
    paths = {found.path for found in objects}
    found: dict[Path | None, list[Problem]] = {}
    for problem in problems:
        ways = (problem.path[:length] for length in range(len(problem.path), -1, -1))
        found.setdefault(next((way for way in ways if way in paths), None), []).append(problem)
    return found


def _identity_trouble(found: _Found, problems: list[Problem]) -> list[Problem]:
    """Why it cannot be said what kind of object this is; nothing for what does not even look like one."""
    if found.api_version and found.kind and not problems:
        return []
    if not isinstance(found.written, dict):
        text = f"a Kubernetes object is a mapping, not a {_plain_type(found.written)}"
        return [Problem(path=found.path, code="not-an-object", text=text)]
    trouble: list[Problem] = []
    if problems:
        places = {(*found.path, key) for key in _IDENTITY}
        trouble += [problem for problem in problems if problem.code == "duplicate-key" and problem.path in places]
    for key in _IDENTITY:
        value = found.data.get(key)
        if value is not None and not isinstance(value, str):
            text = f"{key} is a {_plain_type(value)}, not a string"
            trouble.append(Problem(path=(*found.path, key), code="cannot-decode", text=text))
    known = (bool(found.api_version), bool(found.kind), isinstance(found.data.get("metadata"), dict))
    if not trouble and sum(known) > 1:
        for key, is_known in zip(_IDENTITY, known, strict=False):
            if not is_known:
                trouble.append(Problem(path=found.path, code="no-kind", text=f"{key} is missing"))
    return trouble


def _plain_type(value: object) -> str:
    name = type_name(value)
    return _PLAIN_NAMES.get(name, name)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    """A name for the report, "" for what can be none."""
    return value if isinstance(value, str) and len(value) <= _LONGEST_NAME else ""
