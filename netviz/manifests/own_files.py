"""The small YAML files that are netviz' own: one mapping that begins with `netviz: FORMAT`, read with all guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from netviz.errors import Diagnostic, NetvizError, Severity, shown
from netviz.manifests.decoding import DecodingError, decode
from netviz.manifests.document import Document, Fields
from netviz.manifests.limits import Limits
from netviz.manifests.names import nearest
from netviz.manifests.parsed import Broken, Parsed
from netviz.manifests.yaml_reader import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """One kind of such files: `what` it is called with its article, its format, and how large one may be."""

    what: str
    format: str
    most_bytes: int
    most_nodes: int


class OwnFileError(NetvizError):
    """A file that cannot be used; the text lists every problem with its place."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(map(str, diagnostics)))
        self.diagnostics = tuple(diagnostics)

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


def read_own(name: str, data: bytes, kind: OwnFile) -> Fields:
    """The fields of the file, whose `problems` are still empty; OwnFileError if it is no such file at all."""
    document = _document(name, data, kind)
    top = Fields(document, document.data, (), [])
    if top.raw("netviz") != kind.format:
        noun = kind.what.partition(" ")[2]
        message = f"this is no {noun} that this version can read: it begins with `netviz: {kind.format}`"
        raise OwnFileError([document.diagnostic(Severity.ERROR, "unknown-version", message, ("netviz",))])
    return top


def _document(name: str, data: bytes, kind: OwnFile) -> Document:
    def refused(code: str, message: str, line: int = 0, hint: str | None = None) -> OwnFileError:
        place = Diagnostic(severity=Severity.ERROR, code=code, message=message, file=name, line=line, hint=hint)
        return OwnFileError([place])

    if len(data) > kind.most_bytes:
        raise refused("limit", f"{kind.what} has at most {kind.most_bytes:,} bytes")
    limits = Limits(
        file_size=kind.most_bytes, nodes=kind.most_nodes, json_nodes=kind.most_nodes, documents=1
    )
    try:
        outcomes = list(read_yaml(decode(data), limits))
    except DecodingError as error:
        raise refused("not-text", error.message, error.line, error.hint) from None
    for outcome in outcomes:
        if isinstance(outcome, Broken):
            raise refused(outcome.code, outcome.message, outcome.line, outcome.hint)
    parsed = [outcome for outcome in outcomes if not isinstance(outcome, Broken) and outcome.data is not None]
    if len(parsed) != 1 or not isinstance(parsed[0].data, dict):
        raise refused("cannot-decode", f"{kind.what} is one mapping that begins with `netviz: {kind.format}`")
    only = parsed[0]
    if only.problems:
        raise OwnFileError(_reading_problems(name, only))
    return Document(file=name, index=only.index, data=only.data, line_of=only.places.below(()))


def _reading_problems(name: str, only: Parsed) -> list[Diagnostic]:
    return [
        Diagnostic(
            severity=Severity.ERROR,
            code=problem.code,
            message=problem.text,
            file=name,
            document=only.index,
            line=problem.line or only.places.line(problem.path),
            hint=problem.hint,
        )
        for problem in only.problems
    ]


def no_more(source: Fields, *others: str) -> None:
    """Report every field that nobody asked for, with the nearest of those that there are, as far as they are given."""
    for key in source.unknown():
        source.error("unknown-field", f"there is no field {shown(key)} here", key, hint=nearest(key, others))


def quoted(text: str) -> str:
    """A double-quoted YAML scalar; everything that is not printable is escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
