"""An expectations file is read as it is meant, and what is wrong in it is told with its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.expectations.language import ByAddress, ByLabels, ByName, Expectations, Wanted, Word
from netviz.analysis.expectations.reading import ExpectationsError, read_expectations
from netviz.selectors.tree import ValueIn

HEAD = "netviz: expectations/1\n"
ONE = HEAD + "expectations:\n- {expect: allow, from: a/b, to: c/d}\n"


def read(text: str) -> Expectations:
    return read_expectations("e.yaml", text.encode())


def wrong(text: str) -> list[str]:
    with pytest.raises(ExpectationsError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_a_statement_says_who_may_reach_whom_on_what() -> None:
    text = "- name: web\n  expect: deny\n  from: shop/web\n  to: [10.0.0.0/8, internet]\n  ports: 80\n"
    (statement,) = read(f"{HEAD}expectations:\n{text}").statements
    assert statement.wanted is Wanted.DENY
    assert statement.source.peers == (ByName("shop/web"),)
    assert [type(peer) for peer in statement.target.peers] == [ByAddress, Word]
    assert statement.ports.text == ("80",)
    assert (statement.title, statement.ref.line) == ("web", 3)


def test_a_statement_without_name_is_called_by_what_it_says() -> None:
    (statement,) = read(ONE).statements
    assert statement.title == "a/b may reach c/d"


def test_selectors_are_those_of_policies() -> None:
    text = "from: {namespace: shop, podSelector: {matchLabels: {app: web}}}\n  to: {namespaceSelector: {}}\n"
    (statement,) = read(HEAD + f"expectations:\n- expect: allow\n  {text}").statements
    assert statement.source.peers == (ByLabels(namespace="shop", pods=ValueIn("app", ("web",))),)
    assert statement.words == "pods with app=web in shop may reach any pod"


def test_exceptions_belong_to_the_side_that_they_are_written_at() -> None:
    text = HEAD + "expectations:\n- {expect: deny, from: {peer: any-pod, except: [a/b]}, to: c/d}\n"
    (statement,) = read(text).statements
    assert statement.source.excepted == (ByName("a/b"),)
    assert statement.words == "any pod (but not a/b) may not reach c/d"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: Pod\n", "no expectations file that this version can read"),
        (HEAD, "expectations: Required value"),
        (HEAD + "expectation: []\n", 'there is no field expectation here (did you mean "expectations"?)'),
        (HEAD + "expectations:\n- {expect: permit, from: a/b, to: c/d}\n", "e.yaml:3"),
        (HEAD + "expectations:\n- {expect: alow, from: a/b, to: c/d}\n", 'did you mean "allow"?'),
        (HEAD + "expectations:\n- {from: a/b, to: c/d}\n", "expect: Required value: allow or deny"),
        (HEAD + "expectations:\n- {expect: allow, to: c/d}\n", "from: Required value"),
        (HEAD + "expectations:\n- {expect: allow, from: web, to: c/d}\n", "is no end of a connection"),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, to: any-pods}\n", 'did you mean "any-pod"?'),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, to: 10.0.0.0/33}\n", "is no end of a connection"),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, to: c/d, ports: [http]}\n", "write a port"),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, to: c/d, ports: []}\n", "names no port"),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, to: c/d, ports: [true]}\n", "cannot unmarshal boolean"),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, to: c/d, port: 80}\n", 'did you mean "ports"?'),
        (HEAD + "expectations:\n- {expect: allow, from: {podSelector: {}}, to: c/d}\n", "namespaceSelector"),
        (HEAD + "expectations:\n- {expect: allow, from: {namespace: A}, to: c/d}\n", "RFC 1123 label"),
        (HEAD + "expectations:\n- {expect: allow, from: {peer: a/b, namespace: c}, to: c/d}\n", "without selectors"),
        (HEAD + "expectations:\n- {expect: allow, from: [], to: c/d}\n", "from: Required value"),
        (HEAD + "expectations:\n- {expect: allow, from: 5, to: c/d}\n", "a text or a mapping"),
        (
            HEAD + "expectations:\n- {expect: allow, from: [{peer: a/b, except: [c/d]}, e/f], to: c/d}\n",
            "none can have exceptions",
        ),
        (HEAD + "expectations:\n- {expect: allow, from: a/b, from: c/d, to: e/f}\n", "e.yaml:3"),
        (HEAD + "frozen: {by: node}\n", "must be pod or workload or namespace"),
        (HEAD + "frozen: {by: pod, connections: [{from: a, to: [x]}]}\n", "must be a block of addresses"),
        (HEAD + "frozen: {by: pod, connections: [{from: a, to: b, allow: [x]}]}\n", "write a port"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(text: str, said: str) -> None:
    assert any(said in line for line in wrong(text)), wrong(text)


def test_all_problems_are_told_at_once_each_with_its_line() -> None:
    lines = wrong(HEAD + "expectations:\n- {expect: x, from: a/b, to: c/d}\n- {expect: allow, from: a/b, to: c}\n")
    assert [line.split(" ")[0] for line in lines] == ["e.yaml:3", "e.yaml:4"]


@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_no_bytes_make_the_reader_fail_otherwise(data: bytes) -> None:
    with suppress(ExpectationsError):
        assert read_expectations("e.yaml", data).statements
