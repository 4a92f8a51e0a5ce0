"""Laws of reading: both formats mean the same, lines are where things are, and nothing is raised."""

from __future__ import annotations

import json
import math
import string
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netviz.manifests.document import Path
from netviz.manifests.reading import Reading, read

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.integers(-(1 << 63), (1 << 64) - 1) | st.floats(allow_nan=False, allow_infinity=False)


def objects(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Pods of any content; not Lists."""
    scalars = st.none() | st.booleans() | NUMBERS | texts
    trees = st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
    )
    identity = {"kind": "Pod", "apiVersion": "v1"}
    return st.dictionaries(texts, trees, max_size=4).map(lambda data: {**data, **identity})


class Quoting(yaml.SafeDumper):
    """Writes texts in quotation marks: PyYAML leaves them away where kubectl would read a number or a boolean."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def as_yaml(data: object, *, flow: bool = False) -> str:
    return yaml.dump(data, Dumper=Quoting, default_flow_style=flow, width=60)


def load(name: str, text: str) -> Reading:
    return read(name, text.encode(), wanted=lambda *_: "keep")


def through_json(value: Any) -> Any:  # noqa: ANN401 - a tree
    """Integral floats as integers, as JSON makes no difference."""
    match value:
        case dict():
            return {key: through_json(item) for key, item in value.items()}
        case list():
            return [through_json(item) for item in value]
        case float() if value.is_integer() and abs(value) < 1e21:
            return int(value)
        case _:
            return value


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    match value:
        case dict():
            for key, item in value.items():
                yield from paths(item, (*path, key))
        case list():
            for i, item in enumerate(value):
                yield from paths(item, (*path, i))


@given(objects(TEXTS), st.booleans())
def test_yaml_and_json_of_one_object_read_the_same(data: dict[str, Any], flow: bool) -> None:
    from_yaml = load("a.yaml", "---\n" + as_yaml(data, flow=flow))
    from_json = load("a.json", json.dumps(data, indent=1))
    assert from_yaml.diagnostics == from_json.diagnostics == ()
    expected = through_json(data)
    assert dict(from_yaml.documents[0].data) == expected
    assert dict(from_json.documents[0].data) == expected


@given(objects(st.text(string.printable[:95], max_size=12)))
def test_indented_json_has_the_same_lines_read_as_json_and_as_yaml(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1)
    as_json = load("a.json", text).documents[0]
    as_flow = load("a.yaml", "---\n" + text).documents[0]
    for path in paths(data):
        assert as_flow.line_of(path) == as_json.line_of(path) + 1


@given(st.lists(objects(TEXTS), max_size=4))
def test_a_list_reads_as_its_items_one_by_one(items: list[dict[str, Any]]) -> None:
    listed = {"kind": "List", "apiVersion": "v1", "items": items}
    one_by_one = [dict(d.data) for o in items for d in load("a.json", json.dumps(o)).documents]
    assert [dict(d.data) for d in load("a.json", json.dumps(listed)).documents] == one_by_one
    assert [dict(d.data) for d in load("a.yaml", as_yaml(listed)).documents] == one_by_one


FRAGMENTS = (
    *(
        "---\n",
        "...\n",
        "- ",
        "a: ",
        "kind: Pod\n",
        "apiVersion: v1\n",
        "kind: List\n",
        "items: ",
        "  ",
        "\n",
        "\t",
        "\r",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "? ",
        "'",
        '"',
        "|\n",
        ">-\n",
        "&a ",
        "*a ",
        "<<: ",
        "!!int ",
        "!x ",
        "%YAML 1.1\n",
    ),
    *("#", "1", ".inf", "\u2028", "\x85", "\\", "\ufeff", "\x07", "\0", "NaN", "1e999", "\\ud800"),
    *('{"kind":"Pod","apiVersion":"v1"', '"items":['),
)


@pytest.mark.promise(1)
@pytest.mark.promise(5)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join), st.sampled_from(["a.yaml", "a.json"]))
def test_no_text_raises_and_every_problem_has_a_line_of_the_file(text: str, name: str) -> None:
    reading = load(name, text)
    last = 1 + sum(map(text.count, "\n\r"))
    assert all(0 <= diagnostic.line <= last for diagnostic in reading.diagnostics)
    assert all(1 <= record.line <= last + 1 for record in reading.records)
    for document in reading.documents:
        assert all(1 <= document.line_of(path) <= last for path in paths(document.data))
        assert not any(isinstance(value, float) and not math.isfinite(value) for value in document.data.values())


@pytest.mark.promise(1)
@given(st.binary(max_size=60))
def test_no_bytes_raise(data: bytes) -> None:
    reading = read("a.yaml", data, wanted=lambda *_: "policy")
    assert reading.diagnostics or reading.records
