from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.ui.text import MARKDOWN_SPECIAL, WORD_JOINER, label, node_name, plural
from netviz.view.picture import Node, NodeKind


@pytest.mark.parametrize("name", ["deny-all", "a", "web2", "10-0-0-1"])
def test_a_valid_name_is_left_alone(name: str) -> None:
    assert label(name) == name


@pytest.mark.parametrize(
    ("hostile", "tamed"),
    [
        ("![t](http://x/y)", ("![", "](", "://")),
        ("https://x.example/", ("https:/", "://")),
        ("www.example.com", ("www.e", "www\\.e")),
        ("mail@example.com", ("l@e", "l\\@e")),
        (":material/home:", (":material", "l/h")),
        (":red[x]", (":red", "d[")),
        ("**bold** `code` $x$", ("**", " `c", " $x")),
        ("<img src=x>", (" <img", "c=x")),
        ("a -> b -- c", ("->", "--")),
    ],
)
def test_markdown_means_nothing_in_a_label(hostile: str, tamed: tuple[str, ...]) -> None:
    assert not [piece for piece in tamed if piece in f" {label(hostile)}"]


def test_line_breaks_and_bidirectional_marks_become_visible() -> None:
    assert label("a\nb\u202ec").replace("\\\\", "\\") == "a\\u000ab\\u202ec"


@given(st.text(max_size=40))
def test_a_label_reads_as_the_text_and_every_special_character_is_escaped(text: str) -> None:
    shown = label(text)
    plain, escaped = [], False
    for char in shown:
        if escaped or char not in MARKDOWN_SPECIAL:
            plain.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            assert char == "-", f"{char} is not escaped in {shown}"
            plain.append(char)
    assert not escaped
    if text.isprintable() and WORD_JOINER not in text:
        assert "".join(plain).replace(WORD_JOINER, "") == text


def card(**changes: Any) -> Node:  # noqa: ANN401 - fields of a card
    plain = Node(
        id="n",
        kind=NodeKind.WORKLOAD,
        title_lines=("recommen…", "service"),
        subtitle="",
        namespace="shop",
        icon="cube",
        colour=0,
        x=0,
        y=0,
        width=1,
        height=1,
    )
    return replace(plain, **changes)


def test_a_card_is_named_in_full_even_where_its_title_is_cut() -> None:
    assert node_name(card(tooltip=("recommendation-service", "Deployment"))) == "shop/recommendation-service"
    assert node_name(card(kind=NodeKind.INTERNET, namespace="", tooltip=("Internet", "…"))) == "Internet"
    outside = card(kind=NodeKind.ADDRESSES, namespace="", tooltip=("Addresses outside", "10.0.0.1", "10.0.0.3"))
    assert node_name(outside) == "10.0.0.1, 10.0.0.3"


def test_plural_counts() -> None:
    assert [plural(1, "pod"), plural(1200, "pod"), plural(0, "policy", "policies")] == [
        "1 pod",
        "1,200 pods",
        "0 policies",
    ]
