"""One document of the input, and typed access to its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from netviz.errors import Diagnostic, Severity, shown
from netviz.model.policy import Remark, RemarkKind
from netviz.source import LaterRef, Place, SourceRef

Path = tuple[str | int, ...]
"""Keys and indexes from the document's root, e.g. ("spec", "ingress", 0)."""


def path_text(path: Path) -> str:
    """`spec.ingress[0].from[1]`; a key that is not a plain word is written `matchLabels[a.b/c]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "a").replace("-", "a").isalnum():
            text += f".{shown(part)}" if text else shown(part)
        else:
            text += f"[{shown(part)}]"
    return text


@dataclass(frozen=True, slots=True, init=False)
class Document:
    """One object of the input, after `List`s are unwrapped.

    `data` is its tree of dict, list, str, int, float, bool and None as kubectl would read it. `line_of` gives the
    1-based line of the file for a path; for a path that is not there, that of the nearest parent. `api_version` and
    `kind` are those of the object, "" if absent or not a string. What is `passing` is forgotten as soon as the cluster
    is made.
    """

    file: str
    index: int
    data: Mapping[str, Any]
    line_of: Callable[[Path], int] = field(repr=False, compare=False)
    passing: bool = field(repr=False, compare=False)
    api_version: str = field(init=False, repr=False, compare=False)
    kind: str = field(init=False, repr=False, compare=False)

    def __init__(
        self, *, file: str, index: int, data: Mapping[str, Any], line_of: Callable[[Path], int], passing: bool = False
    ) -> None:
        put = object.__setattr__
        put(self, "file", file)
        put(self, "index", index)
        put(self, "data", data)
        put(self, "line_of", line_of)
        put(self, "passing", passing)
        # Each is asked for about ten times while a document is read.
        put(self, "api_version", _word(data.get("apiVersion")))
        put(self, "kind", _word(data.get("kind")))

    @property
    def group(self) -> str:
        """The API group: "" for the core group."""
        return self.api_version.rpartition("/")[0]

    def ref(self, path: Path = ()) -> SourceRef:
        """The place of a field, which is looked for at once only if the document will be forgotten."""
        if not path:
            return SourceRef(file=self.file, document=self.index, path="", line=self.line_of(()))
        if not self.passing:
            return LaterRef(self.file, self.index, partial(self._place, path))
        found = self._place(path)
        return SourceRef(file=self.file, document=self.index, path=found.path, line=found.line)

    def _place(self, path: Path) -> Place:
        return Place(path_text(path), self.line_of(path))

    def diagnostic(
        self,
        severity: Severity,
        code: str,
        message: str,
        path: Path = (),
        *,
        value: object = None,
        hint: str | None = None,
    ) -> Diagnostic:
        """A diagnostic about a field of this document."""
        return Diagnostic(
            severity=severity,
            code=code,
            message=message,
            file=self.file,
            document=self.index,
            line=self.line_of(path),
            path=path_text(path),
            value=None if value is None else shown(value),
            hint=hint,
        )


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


class Fields:
    """Typed access to one mapping of a document; every problem goes into the shared `problems` list.

    What readers remark on (`remark`) gathers in `remarks`, which is shared with all mappings below.

    A getter returns None (or an empty value) for an absent or null field, and also, after reporting an error
    `cannot-decode`, for one of the wrong type. `unknown` reports fields that no getter asked for and that are not in
    `ignore`. `errors` tells whether an error was reported through this object or its children since it was made.
    """

    def __init__(
        self,
        document: Document,
        data: Mapping[str, Any],
        path: Path,
        problems: list[Diagnostic],
        remarks: list[Remark] | None = None,
    ) -> None:
        self.document = document
        self.path = path
        self.problems = problems
        self.remarks: list[Remark] = [] if remarks is None else remarks
        self._data = data
        self._asked: set[str] = set()
        self._first_problem = len(problems)

    @property
    def errors(self) -> bool:
        """Whether an error about this mapping or something in it was reported since this object was made."""
        if len(self.problems) == self._first_problem:
            return False
        mine = path_text(self.path)
        return any(
            p.severity is Severity.ERROR and _lies_in(p.path, mine) for p in self.problems[self._first_problem :]
        )

    def __contains__(self, key: str) -> bool:
        """Whether the key is written with a value other than null."""
        self._asked.add(key)
        return self._data.get(key) is not None

    def ref(self, *more: str | int) -> SourceRef:
        """The place of this mapping, or of a field below it."""
        return self.document.ref((*self.path, *more))

    def remark(self, kind: RemarkKind, *more: str | int, value: object = "") -> None:
        """Note how this mapping, or a field below it, was written."""
        self.remarks.append(Remark(kind=kind, ref=self.ref(*more), value=shown(value)))

    def remark_empty(self, *keys: str) -> None:
        """Note those of the fields that are lists without an entry."""
        for key in keys:
            if self.raw(key) == []:
                self.remark(RemarkKind.EMPTY, key)

    def error(
        self, code: str, message: str, *more: str | int, value: object = None, hint: str | None = None
    ) -> None:
        """Report an error about a field below this mapping."""
        self._report(Severity.ERROR, code, message, more, value, hint)

    def warning(
        self, code: str, message: str, *more: str | int, value: object = None, hint: str | None = None
    ) -> None:
        """Report a warning about a field below this mapping."""
        self._report(Severity.WARNING, code, message, more, value, hint)

    def _report(
        self, severity: Severity, code: str, message: str, more: Path, value: object, hint: str | None
    ) -> None:
        path = (*self.path, *more)
        self.problems.append(self.document.diagnostic(severity, code, message, path, value=value, hint=hint))

    def raw(self, key: str) -> Any:  # noqa: ANN401 - the untyped value is what callers judge themselves
        """The value as read, None if absent."""
        self._asked.add(key)
        return self._data.get(key)

    def _typed(self, key: str, types: tuple[type, ...], expected: str) -> Any:  # noqa: ANN401 - narrowed by each getter
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, types) and not (isinstance(value, bool) and bool not in types):
            return value
        self.wrong_type(value, expected, key)
        return None

    def wrong_type(self, value: object, expected: str, *more: str | int) -> None:
        """Report that a value has another type than the API's."""
        hint = None
        if expected == "string" and isinstance(value, bool | int | float):
            hint = "quote it: YAML reads it as a " + ("boolean" if isinstance(value, bool) else "number")
        message = f"cannot unmarshal {type_name(value)} into {expected}"
        self.error("cannot-decode", message, *more, value=value, hint=hint)

    def string(self, key: str) -> str | None:
        """A string."""
        value = self._typed(key, (str,), "string")
        return None if value is None else str(value)

    def integer(self, key: str) -> int | None:
        """An integer; a float with an integral value is not one, as in Go."""
        value = self._typed(key, (int,), "integer")
        return None if value is None else int(value)

    def boolean(self, key: str) -> bool:
        """A boolean, False if absent."""
        return bool(self._typed(key, (bool,), "boolean"))

    def number(self, key: str) -> float | None:
        """A number."""
        value = self._typed(key, (int, float), "number")
        return None if value is None else float(value)

    def port(self, key: str) -> int | str | None:
        """An IntOrString."""
        value = self._typed(key, (int, str), "integer or string")
        return value if isinstance(value, int | str) else None

    def child(self, key: str) -> Fields | None:
        """A mapping."""
        value = self._typed(key, (dict,), "object")
        if value is None:
            return None
        return Fields(self.document, value, (*self.path, key), self.problems, self.remarks)

    def children(self, key: str) -> list[Fields]:
        """A list of mappings; an entry that is null counts as an empty mapping, one of another type is reported."""
        found: list[Fields] = []
        for i, item in self._items(key):
            if item is None or isinstance(item, dict):
                found.append(Fields(self.document, item or {}, (*self.path, key, i), self.problems, self.remarks))
            else:
                self.wrong_type(item, "object", key, i)
        return found

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings; an entry of another type is reported and left out."""
        found: list[str] = []
        for i, item in self._items(key):
            if isinstance(item, str):
                found.append(item)
            else:
                self.wrong_type(item, "string", key, i)
        return tuple(found)

    def string_map(self, key: str) -> dict[str, str]:
        """A mapping of strings, such as labels; a null value is "", one of another type is reported and left out."""
        value = self._typed(key, (dict,), "object")
        found: dict[str, str] = {}
        for name, item in (value or {}).items():
            if item is None or isinstance(item, str):
                found[name] = item or ""
            else:
                self.wrong_type(item, "string", key, name)
        return found

    def length(self, key: str) -> int:
        """How many entries a list has, 0 if absent."""
        value = self.raw(key)
        return len(value) if isinstance(value, list) else 0

    def _items(self, key: str) -> Iterator[tuple[int, Any]]:
        value: Sequence[Any] | None = self._typed(key, (list,), "array")
        return enumerate(value or ())

    def unknown(self, ignore: frozenset[str] = frozenset()) -> list[str]:
        """The written fields that no getter asked for, sorted; reports nothing."""
        if self._data.keys() <= ignore:
            return []
        return sorted(key for key in self._data if key not in self._asked and key not in ignore)


def _lies_in(path: str, parent: str) -> bool:
    return not parent or path == parent or path.startswith((f"{parent}.", f"{parent}["))


def type_name(value: object) -> str:
    """What JSON calls the type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
