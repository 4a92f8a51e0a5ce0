"""JSON as kubectl reads it, with the lines of what is in it."""

from __future__ import annotations

from typing import Any

import pytest

from netviz.manifests.json_reader import read_json
from netviz.manifests.limits import DEFAULT_LIMITS
from netviz.manifests.parsed import Broken, Parsed
from netviz.manifests.reading import read


def outcomes(text: str) -> list[Parsed | Broken]:
    return list(read_json(text, DEFAULT_LIMITS))


def value(text: str) -> Any:  # noqa: ANN401 - a tree
    (parsed,) = outcomes(text)
    assert isinstance(parsed, Parsed), parsed
    return parsed.data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{}", {}), (' { "a" : [ ] } ', {"a": []}),
        ('{"a":{"b":[1,{"c":null}]},"d":true}', {"a": {"b": [1, {"c": None}]}, "d": True}),
        ('{"items":[{},{"a":1}],"b":2}', {"items": [{}, {"a": 1}], "b": 2}), ('{"items":[]}', {"items": []}),
        ('{"items":{"a":1}}', {"items": {"a": 1}}), ("[1]", [1]), ('"a"', "a"),
        ('{"a":123456789012345678901}', {"a": 123456789012345678901}), ('{"a":1.5}', {"a": 1.5}),
        ('{"a":"\\u00e4\\ud83d\\ude00"}', {"a": "ä😀"}),
    ],
)  # fmt: skip
def test_json_is_decoded(text: str, data: object) -> None:
    assert value(text) == data


@pytest.mark.parametrize("number", ["80.0", "8e1"])
def test_an_integral_float_is_an_integer(number: str) -> None:
    assert isinstance(value(f'{{"a": {number}}}')["a"], int)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('"\\ud800"', "\ufffd"),
        ('"\\ud83d\\ude00\\ude00"', "😀\ufffd"),
        ('"\\\\ud800"', "\\ud800"),
        ('"\\uD83Dx"', "\ufffdx"),
    ],
)
def test_half_a_surrogate_pair_becomes_the_replacement_character(text: str, data: str) -> None:
    assert value(text) == data


def test_documents_may_follow_each_other() -> None:
    found = outcomes('{"a":1}\n{"b":2} {"c":\n3}\n')
    assert [(o.data, o.line, o.index) for o in found if isinstance(o, Parsed)] == [
        ({"a": 1}, 1, 1),
        ({"b": 2}, 2, 2),
        ({"c": 3}, 2, 3),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"a": 1,\n}', 2, "property name"),
        ('{"a": 1\n"b": 2}', 2, "delimiter"),
        ('{"a"\n1}', 2, "delimiter"),
        ('{"a":\n}', 2, "Expecting value"),
        ('{"items": [{},\n]}', 2, "Expecting value"),
        ('{"items": [{}\n{}]}', 2, "delimiter"),
        ('{"a": "x\n"}', 1, "control character"),
        ('{"a": "\\x"}', 1, "escape"),
        ('{"a": [1,\n2', 2, "delimiter"),
        ("{", 1, "property name"),
    ],
)
def test_a_mistake_has_its_line(text: str, line: int, words: str) -> None:
    (outcome,) = outcomes(text)
    assert isinstance(outcome, Broken)
    assert (outcome.code, outcome.line) == ("json-syntax", line)
    assert words in outcome.message


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1" * 5_000])
def test_a_number_that_json_does_not_know_is_refused(number: str) -> None:
    (outcome,) = outcomes(f'{{"kind": "Pod",\n"NaN": 1, "a": [1, "NaN\\"",\n{number}]}}')
    assert isinstance(outcome, Broken)
    assert (outcome.code, outcome.line, outcome.kind) == ("invalid-value", 3, "Pod")


def test_documents_before_a_mistake_are_kept() -> None:
    first, second = outcomes('{"a": 1}\n{"b"')
    assert isinstance(first, Parsed)
    assert isinstance(second, Broken)
    assert (second.index, second.line) == (2, 2)


@pytest.mark.parametrize(
    "member",
    [
        '{"a": 1, "b": 2, "a": 3}',
        '{"a" : 1, "a": 2}',
        '{"a\\\\": 1, "b": 1, "b": 2}',
        '{"a": "\\":", "b": 1, "b": 2}',
        '{"\\u0061": 1, "a": 2}',
        '[{"c": {"a": 1, "a": 2}}]',
        '{"a": "\\"b\\":", "a": 1}',
    ],
)
def test_no_spelling_hides_a_key_that_is_written_twice(member: str) -> None:
    (parsed,) = outcomes(f'{{"x": 1,\n"m": {member}}}')
    assert isinstance(parsed, Parsed)
    assert [(p.code, p.line) for p in parsed.problems] == [("duplicate-key", 2)]


@pytest.mark.parametrize(
    "member", ['{"a": "\\":\\":"}', '{"a" : 1}', '{"a\\\\": 1}', '"\\\\\\":"', '{"a": "{\\"b\\":1}"}']
)
def test_no_text_looks_like_a_key_that_is_written_twice(member: str) -> None:
    (parsed,) = outcomes(f'{{"m": {member}}}')
    assert isinstance(parsed, Parsed)
    assert parsed.problems == ()


LIST = """
{ "kind": "List",
  "apiVersion": "v1",
  "items": [ {
      "kind": "Pod",
      "apiVersion": "v1",
      "spec": {"a": [1,
        2, {"b": 3}]}
    },
    {"kind": "Pod", "apiVersion": "v1",
     "metadata": {}}
  ]}
"""


@pytest.mark.parametrize(
    ("item", "path", "line"),
    [
        (0, (), 4), (0, ("kind",), 5), (0, ("spec",), 7), (0, ("spec", "a", 0), 7), (0, ("spec", "a", 1), 8),
        (0, ("spec", "a", 2, "b"), 8), (0, ("spec", "a", 9), 7), (0, ("nothing",), 4), (1, (), 10),
        (1, ("metadata",), 11), (1, ("metadata", "name"), 11),
    ],
)  # fmt: skip
def test_a_path_has_its_line(item: int, path: tuple[str | int, ...], line: int) -> None:
    reading = read("a.json", LIST.encode(), wanted=lambda *_: "keep")
    assert reading.documents[item].line_of(path) == line


@pytest.mark.parametrize(
    "text",
    [
        '{"kind": Pod, apiVersion: v1}',
        "{kind: Pod,\n apiVersion: v1}",
        "---\n{kind: Pod, apiVersion: v1}",
        '{"kind": "Pod", "apiVersion": "v1"} # a',
    ],
)
def test_a_flow_mapping_of_yaml_is_no_broken_json(text: str) -> None:
    reading = read("a.yaml", text.encode(), wanted=lambda *_: "keep")
    assert [document.kind for document in reading.documents] == ["Pod"]


def test_json_documents_may_be_parted_as_in_yaml() -> None:
    text = '{"kind": "Pod", "apiVersion": "v1"}\n---\n{"kind": "Pod", "apiVersion": "v1"}\n'
    assert len(read("a.json", text.encode(), wanted=lambda *_: "keep").documents) == 2


def test_a_file_named_json_may_be_yaml_as_for_kubectl() -> None:
    text = b'{"kind": "Pod", //"Job",\n "apiVersion": "v1"}'
    reading = read("a.json", text, wanted=lambda *_: "keep")
    assert [document.kind for document in reading.documents] == ["Pod"]


def test_a_mistake_in_a_file_named_json_is_one_of_json() -> None:
    (problem,) = read("a.JSON", b'{"kind": "Pod",,}', wanted=lambda *_: "keep").diagnostics
    assert problem.code == "json-syntax"


def test_a_mistake_behind_whole_documents_of_json_is_one_of_json() -> None:
    reading = read("a.yaml", b'{"kind": "Pod", "apiVersion": "v1"}\n{"kind": "Pod",,}', wanted=lambda *_: "keep")
    assert len(reading.documents) == 1
    assert [(d.code, d.line) for d in reading.diagnostics] == [("json-syntax", 2)]


@pytest.mark.parametrize(
    "spec",
    [
        '{"a":"x,y"}',
        '{"a":[1,2,[]],"b":{}}',
        '{"a":"b\\":1,2"}',
        '{"a" :1,"b":"c:d"}',
        '{"a":"\\u002c","b":[{},{}]}',
    ],
)
def test_commas_and_colons_in_texts_are_no_members(spec: str) -> None:
    (outcome,) = outcomes('{"kind":"List","items":[{"spec":' + spec + "}]}")
    assert isinstance(outcome, Parsed)
    assert outcome.problems == ()


@pytest.mark.parametrize(
    "spec", ['{"a":"\\u002c","a":1}', '{"a":"x,y","a":"z"}', '{"a" :":","a":""}', '{"a":{},"a":[1,2]}']
)
def test_a_key_that_is_written_twice_is_found_whatever_the_texts_hold(spec: str) -> None:
    (outcome,) = outcomes('{"kind":"List","items":[{"spec":' + spec + "}]}")
    assert isinstance(outcome, Parsed)
    assert [problem.code for problem in outcome.problems] == ["duplicate-key"]
