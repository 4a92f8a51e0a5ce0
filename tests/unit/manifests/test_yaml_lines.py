"""Which texts are read line by line, and what becomes of them."""

from __future__ import annotations

import json

import pytest
import yaml

from netviz.manifests.limits import DEFAULT_LIMITS
from netviz.manifests.progress import no_tick
from netviz.manifests.yaml_lines import Block, Lines, Unproven, read_block

EXPORT = """\
apiVersion: v1
items:
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"v1","kind":"Pod"}
    creationTimestamp: "2025-01-01T00:00:00Z"
    labels:
      app: web
    name: web
    namespace: shop
  spec:
    containers:
    - args:
      - --port=80
      image: web:1
      ports:
      - containerPort: 80
        name: http
    securityContext: {}
  status:
    podIPs:
    - ip: 10.0.0.1
kind: List
metadata:
  resourceVersion: ""
"""


def block(text: str) -> Block:
    return read_block(text, 1, DEFAULT_LIMITS, Lines(), no_tick, lambda _: None)


def vouched_for(text: str) -> bool:
    try:
        block(text)
    except Unproven:
        return False
    return True


def test_an_export_is_read_line_by_line() -> None:
    assert json.dumps(block(EXPORT).data) == json.dumps(yaml.safe_load(EXPORT))


def test_what_a_dumper_writes_is_read_line_by_line() -> None:
    data = yaml.safe_load(EXPORT.replace("|\n        {", "'{").replace('Pod"}', "Pod\"}'"))
    assert block("---\n" + yaml.safe_dump(data)).data == data


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "a:\n  b: c\n",
        "- a\n- b: 1\n  c: 2\n",
        "# x\n---\na: {}\n\nb: []\n",
        "- |\n  a\n\n  b\n- {}\n",
        "a: 'b''c'",
        '"a": "b"',
    ],
)
def test_simple_texts_are_vouched_for(text: str) -> None:
    assert vouched_for(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a: 1\na: 2",
            "a: b\n  c",
            "a: &x 1",
            "a: *x",
            "a: !!str 1",
            "a: [b]",
            "a: {b: c}",
            "a: >\n  b",
            "? a",
            "- - a",
        ),
        *(
            "a:\tb",
            "a: é",
            "a: 1 # b",
            "<<: a",
            "a: .inf",
            "a:\n  b: 1\n c: 2",
            "",
            "---",
            "a: |+\n  b",
            "a\r",
        ),
    ],
)
def test_what_may_mean_something_else_is_left_to_the_parser(text: str) -> None:
    assert not vouched_for(text)


def test_each_key_and_entry_has_its_line() -> None:
    found = block("# note\n---\na:\n  b: 1\n\n  c:\n  - d\n  - e: f\n")
    assert (found.line, found.marker) == (3, 2)
    assert found.data.lines == [3]
    assert isinstance(found.data, dict)
    assert found.data["a"].lines == [4, 6]
    assert found.data["a"]["c"].lines == [7, 8]


def test_each_object_of_a_list_is_handed_out_as_soon_as_it_is_there() -> None:
    text = "kind: List\nitems:\n- a: 1\n- a: 2\n  b: 3\nmore:\n- a: 4\n"
    taken: list[object] = []
    read_block(text, 1, DEFAULT_LIMITS, Lines(), no_tick, lambda data: taken.append(dict(data)))
    assert {"a": 1} in taken
    assert {"a": 4} not in taken
