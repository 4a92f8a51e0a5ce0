"""Walks the published fields of a policy kind and writes a manifest for each of them.

The facts are in `tests/schemas`, in a notation of our own: `types.json` holds the structures that kinds share, every
other file one kind. A structure maps field paths to what may stand there: `a.b` is a field of a field, `a[]` an entry
of a list, `a{}` a value of a mapping. On the right is the name of a structure, a key of `VALUES`, the words of an
enumeration separated by `|`, a structure written in place, or an object with more to say:

- `type`: one of those; a list of such objects gives alternatives, each of which is walked
- `with`: what the enclosing structure holds beside the field; without it, the structure's `*`, else nothing
- `try`: the values to write instead of those of `VALUES`
- `refused`: why no value is valid at this place, though the structure has the field
- `only`: the one value that is valid

`+` in a structure names others whose fields it has too. `also` of a kind are further versions with the same fields.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

Manifest = dict[str, Any]

SCHEMAS: Final = Path(__file__).with_name("schemas")
_NO_KIND: Final = ("cluster.json", "types.json")
VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "boolean": (True, False),
    "calicoPort": (80, "8000:8010", "http"),
    "cidr": ("10.0.0.0/8", "192.168.0.0/16"),
    "domain": ("example.org", "*.example.com"),
    "expression": ("app == 'web'", "has(tier)"),
    "hint": ("AssumeNeededOnEveryNode",),
    "integer": (3, 4),
    "labelKey": ("app", "tier"),
    "labelValue": ("web", "database"),
    "name": ("first", "second"),
    "number": (80, 8080),
    "object": ({"type": "Ready"}, {"type": "Accepted"}),
    "order": (10, 20.5),
    "path": ("/first", "/second"),
    "port": (80, 8080, "http"),
    "portName": ("http", "metrics"),
    "protocol": ("TCP", "UDP", 47),
    "string": ("first words", "second words"),
    "time": ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
}
"""At least two valid values of each type, so that one that is read must tell them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One published field.

    `path` is its pattern, such as `spec.ingress[].ports[].port`. `write` gives the manifest in which the field has a
    value; `without` is the same one without the field. `refused` and `only` are as in the schema.
    """

    path: str
    values: tuple[Any, ...]
    write: Callable[[Any], Manifest]
    without: Manifest
    refused: str = ""
    only: str = ""

    @property
    def place(self) -> str:
        """The field path that a diagnostic about the field has, up to the key of a mapping."""
        return self.path.replace("[]", "[0]").replace("{}", "")

    def in_version(self, api_version: str) -> Leaf:
        """The same field in manifests of another version."""
        other = {"apiVersion": api_version}
        return replace(self, write=lambda value: self.write(value) | other, without=self.without | other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A policy kind: `start` is a valid manifest of it, `leaves` are its published fields.

    `also` are further versions of the API with the same fields.
    """

    name: str
    api_version: str
    also: tuple[str, ...]
    kind: str
    namespaced: bool
    start: Manifest
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Structure:
    fields: Mapping[str, Any]
    start: Manifest


def read_kinds() -> tuple[Kind, ...]:
    """All kinds, sorted by the names of their files."""
    types = json.loads((SCHEMAS / "types.json").read_text())["types"]
    files = sorted(path for path in SCHEMAS.glob("*.json") if path.name not in _NO_KIND)
    return tuple(_read_kind(path.stem, json.loads(path.read_text()), types) for path in files)


def _read_kind(name: str, facts: Mapping[str, Any], types: Mapping[str, Any]) -> Kind:
    fields = facts["fields"]
    start: Manifest = {"apiVersion": facts["apiVersion"], "kind": facts["kind"]}
    for part in ("metadata", "spec"):
        start[part] = _structure(fields[part], types).start if part in fields else {}
    root = _Structure(fields=fields, start=start)
    return Kind(
        name=name,
        api_version=facts["apiVersion"],
        also=tuple(facts.get("also", ())),
        kind=facts["kind"],
        namespaced=facts["namespaced"],
        start=start,
        leaves=tuple(_leaves(root, "", copy.deepcopy, types)),
    )


def _structure(written: str | Mapping[str, Any], types: Mapping[str, Any]) -> _Structure:
    if isinstance(written, str):
        return _structure(types[written], types)
    more = written.get("+", [])
    parents = [_structure(parent, types) for parent in ([more] if isinstance(more, str) else more)]
    fields = {key: value for parent in parents for key, value in parent.fields.items()}
    fields |= {key: value for key, value in written.items() if key not in ("+", "*")}
    start = {key: value for parent in parents for key, value in parent.start.items()}
    return _Structure(fields=fields, start=written.get("*", start))


def _leaves(
    structure: _Structure, path: str, place: Callable[[Any], Manifest], types: Mapping[str, Any]
) -> Iterator[Leaf]:
    for field, written in structure.fields.items():
        for entry in written if isinstance(written, list) else [written]:
            facts = entry if isinstance(entry, dict) and "type" in entry else {"type": entry}
            around, type_ = facts.get("with", structure.start), facts["type"]
            write = _writer(field, around, place)
            below = f"{path}.{field}" if path else field
            if isinstance(type_, dict) or type_ in types:
                yield from _leaves(_structure(type_, types), below, write, types)
                continue
            yield Leaf(
                path=below,
                values=tuple(facts["try"]) if "try" in facts else _values(type_),
                write=write,
                without=place(around),
                refused=facts.get("refused", ""),
                only=facts.get("only", ""),
            )


def _values(type_: str) -> tuple[Any, ...]:
    words = tuple(type_.split("|"))
    if type_ not in VALUES and len(words) == 1:
        message = f"no such type: {type_}"
        raise ValueError(message)
    return VALUES.get(type_, words)


def _writer(field: str, around: Manifest, place: Callable[[Any], Manifest]) -> Callable[[Any], Manifest]:
    return lambda value: place(_with(around, field.split("."), value))


def _with(around: object, parts: list[str], value: object) -> Manifest:
    """A copy of a mapping in which the field that the parts lead to has the value; a list keeps no other entry."""
    found: Manifest = copy.deepcopy(around) if isinstance(around, dict) else {}
    first, rest = parts[0], parts[1:]
    key = first.removesuffix("[]").removesuffix("{}")
    inner = _with(None if first.endswith("[]") else found.get(key), rest, value) if rest else value
    found[key] = [inner] if first.endswith("[]") else {"app": inner} if first.endswith("{}") else inner
    return found


def prefixes(path: str) -> Iterator[str]:
    """The paths of the field and of everything that it is part of: `spec`, `spec.ports[]`, `spec.ports[].port`."""
    parts = path.split(".")
    return (".".join(parts[: i + 1]) for i in range(len(parts)))


def misspelt(manifest: Manifest, path: str) -> tuple[Manifest, str]:
    """The manifest with the last key of a written path misspelt, and the place where that is."""
    wrong = copy.deepcopy(manifest)
    *parents, last = path.split(".")
    holder: Any = wrong
    for part in parents:
        holder = holder[part.removesuffix("[]")]
        holder = holder[0] if part.endswith("[]") else holder
    key = last.removesuffix("[]").removesuffix("{}")
    holder[f"{key}x"] = holder.pop(key)
    return wrong, ".".join([*(part.replace("[]", "[0]") for part in parents), f"{key}x"])
