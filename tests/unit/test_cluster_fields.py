"""Every field of a Pod, a Service and the like that the verdicts rest on changes the cluster that is read.

The facts are in `tests/schemas/cluster.json`. Other fields of these objects change no verdict.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from netviz.errors import Severity
from netviz.loading import Loaded, load_files
from netviz.manifests.document import Fields
from tests.schema_walk import SCHEMAS, Manifest

_PART: Final = re.compile(r"\.?([^.\[{]+)(\[\]|\{[^}]*\})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A field of a manifest, the values to write, and the documents beside it.

    An `instead` field is written in the place of another one, so the manifest without it may not be valid.
    """

    manifest: Manifest
    beside: tuple[Manifest, ...]
    path: str
    values: tuple[Any, ...]
    instead: bool = False

    def __str__(self) -> str:
        return f"{self.manifest['kind']}:{self.path}"


def keys(path: str) -> list[str | int]:
    """`a.b[].c{x.y/z}` as the keys of mappings and lists: a, b, 0, c, x.y/z."""
    found: list[str | int] = []
    for name, more in _PART.findall(path):
        found += [name] if not more else [name, 0] if more == "[]" else [name, more[1:-1]]
    return found


def put(manifest: Manifest, path: str, value: object) -> Manifest:
    """The manifest with another value at a path; what leads to it is made where it is missing."""
    changed = copy.deepcopy(manifest)
    holder: Any = changed
    *parents, last = keys(path)
    for key, following in itertools.pairwise([*parents, last]):
        if isinstance(key, str):
            holder = holder.setdefault(key, [] if isinstance(following, int) else {})
            continue
        if not holder:
            holder.append({})
        holder = holder[key]
    if isinstance(last, int):
        holder[:] = [value]
    else:
        holder[last] = value
    return changed


def drop(manifest: Manifest, path: str) -> Manifest:
    changed = copy.deepcopy(manifest)
    holder: Any = changed
    *parents, last = keys(path)
    for key in parents:
        holder = holder[key]
    del holder[last]
    return changed


FACTS: Final = json.loads((SCHEMAS / "cluster.json").read_text(encoding="utf-8"))


def read_cases() -> list[Case]:
    found: list[Case] = []
    for facts in FACTS["objects"]:
        for version, kind in facts["kinds"]:
            manifest = {"apiVersion": version, "kind": kind, **facts["manifest"]}
            fields = dict(facts["fields"])
            if "template" in facts:
                manifest = put(manifest, facts["template"], FACTS["template"]["manifest"])
                fields |= {f"{facts['template']}.{path}": entry for path, entry in FACTS["template"]["fields"].items()}
            found += [
                make_case(manifest, tuple(facts.get("beside", ())), path, entry) for path, entry in fields.items()
            ]
    return found


def make_case(manifest: Manifest, beside: tuple[Manifest, ...], path: str, entry: list[Any] | Manifest) -> Case:
    if isinstance(entry, list):
        return Case(manifest=manifest, beside=beside, path=path, values=tuple(entry))
    base = drop(manifest, entry["without"])
    return Case(manifest=base, beside=beside, path=path, values=tuple(entry["try"]), instead=True)


def quiet(kind: str) -> list[str]:
    """The fields of a kind that are judged, and change nothing."""
    mine = (facts for facts in FACTS["objects"] if any(name == kind for _, name in facts["kinds"]))
    return [*FACTS["quiet"], *(path for facts in mine for path in facts.get("quiet", ()))]


CASES: Final = read_cases()
FIDELITY: Final = Path(__file__).parents[2] / "docs" / "fidelity.md"


def load(case: Case, manifest: Manifest) -> Loaded:
    documents = [manifest, *case.beside]
    loaded = load_files([(f"{i}.json", json.dumps(document).encode()) for i, document in enumerate(documents)])
    assert [str(d) for d in loaded.report.diagnostics if d.severity is Severity.ERROR] == []
    return loaded


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_field_that_verdicts_rest_on_changes_the_cluster(case: Case) -> None:
    written = [put(case.manifest, case.path, value) for value in case.values]
    clusters = [load(case, manifest).cluster for manifest in (written if case.instead else [case.manifest, *written])]
    assert len(clusters) > 1
    for one, other in itertools.combinations(clusters, 2):
        assert one != other


@pytest.mark.parametrize("kind", sorted({case.manifest["kind"] for case in CASES}))
def test_every_field_that_is_read_is_one_of_these(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    read = Fields.raw

    def raw(fields: Fields, key: str) -> object:
        if fields.document.kind == kind:
            asked.add(plain((*fields.path, key)))
        return read(fields, key)

    monkeypatch.setattr(Fields, "raw", raw)
    cases = [case for case in CASES if case.manifest["kind"] == kind]
    for case in cases:
        load(case, put(case.manifest, case.path, case.values[0]))
    known = [plain(keys(path)) for path in ("kind", *(case.path for case in cases), *quiet(kind))]
    assert {path for path in asked if not any(f"{one}.".startswith(f"{path}.") for one in known)} == set()


def plain(path: Sequence[str | int]) -> str:
    """The path without places in lists."""
    return ".".join(part for part in path if isinstance(part, str))


def misspelt(written: Case) -> tuple[Manifest, str]:
    """The manifest with the last named key of a case misspelt, and the path of what is there then."""
    manifest = put(written.manifest, written.path, written.values[0])
    holder: Any = manifest
    *parents, last = keys(written.path.partition("{")[0].removesuffix("[]"))
    for key in parents:
        holder = holder[key]
    holder[f"{last}x"] = holder.pop(last)
    return manifest, plain((*parents, f"{last}x"))


@pytest.mark.parametrize("written", [case for case in CASES if not case.path.startswith("status.")], ids=str)
def test_a_misspelt_field_is_reported_at_its_place(written: Case) -> None:
    """What is in a status is written by machines, and newer ones write more: nothing there counts as misspelt."""
    manifest, place = misspelt(written)
    loaded = load_files([("0.json", json.dumps(manifest).encode())])
    assert place in {re.sub(r"\[\d+\]", "", problem.path) for problem in loaded.report.diagnostics}


def test_the_page_on_fidelity_lists_the_fields_of_every_object() -> None:
    text = FIDELITY.read_text(encoding="utf-8").partition("## Objects other than policies")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    listed = {kind: re.findall("`([^`]+)`", fields) for kinds, fields in rows for kind in kinds.split(", ")}
    for written in CASES:
        kind, path = written.manifest["kind"], plain(keys(written.path))
        named = [*listed[kind], "metadata.name", "metadata.namespace"]
        found = [one for one in named if f"{path}.".startswith(f"{one}.") or f".{one}." in f".{path}."]
        assert found or (kind == "Pod" and path in map(plain, map(keys, FACTS["template"]["fields"]))), written
