"""Calico selectors: what is written comes back, and whatever is not a selector is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.selectors.calico import GLOBAL, SelectorSyntaxError, is_global, parse, parse_namespace_selector
from netviz.selectors.describe import describe
from netviz.selectors.tree import Labels, matches, required_keys

LABELS = ("a", "b", "in", "has", "all", "not", "x.io/y_z-0")
VALUES = ("", "x", "y", "xy", "yx", "X", "it's", 'say "x"', "größe")
COMPARISONS = ("==", "!=", "contains", "starts with", "startswith", "ends with", "endswith")
BLANKS = st.sampled_from(["", " ", "\t", "  "])


class Written(Protocol):
    """A selector that can be written in many ways and has one meaning."""

    def write(self, draw: st.DrawFn) -> str: ...

    def holds(self, labels: dict[str, str]) -> bool: ...


@dataclass(frozen=True)
class All:
    def write(self, draw: st.DrawFn) -> str:
        return f"all({draw(BLANKS)})"

    def holds(self, labels: dict[str, str]) -> bool:
        return True


@dataclass(frozen=True)
class Has:
    label: str

    def write(self, draw: st.DrawFn) -> str:
        return f"has({draw(BLANKS)}{self.label}{draw(BLANKS)})"

    def holds(self, labels: dict[str, str]) -> bool:
        return self.label in labels


@dataclass(frozen=True)
class Comparison:
    label: str
    operator: str
    value: str

    def write(self, draw: st.DrawFn) -> str:
        words = self.operator.replace(" ", draw(st.sampled_from([" ", "\t", "  "])))
        blank = " " if words[0].isalpha() else draw(BLANKS)
        return f"{self.label}{blank}{words}{draw(BLANKS)}{quoted(draw, self.value)}"

    def holds(self, labels: dict[str, str]) -> bool:
        value = re.escape(self.value)
        patterns = {"contains": f".*{value}.*", "starts": f"{value}.*", "ends": f".*{value}"}
        kind = self.operator.replace("with", "").strip()
        found = re.fullmatch(patterns.get(kind, value), labels.get(self.label, "\0"), re.DOTALL)
        present = self.label in labels and found is not None
        return not present if kind == "!=" else present


@dataclass(frozen=True)
class Membership:
    label: str
    wanted: bool
    values: tuple[str, ...]

    def write(self, draw: st.DrawFn) -> str:
        words = "in" if self.wanted else draw(st.sampled_from(["not in", "notin", "not\tin", "not  in"]))
        members = f"{draw(BLANKS)},{draw(BLANKS)}".join(quoted(draw, value) for value in self.values)
        comma = draw(st.sampled_from(["", ",", " , "])) if self.values else ""
        return f"{self.label} {words}{draw(BLANKS)}{{{draw(BLANKS)}{members}{comma}}}"

    def holds(self, labels: dict[str, str]) -> bool:
        return any(labels.get(self.label) == value for value in self.values) == self.wanted


@dataclass(frozen=True)
class Not:
    part: Written

    def write(self, draw: st.DrawFn) -> str:
        text = self.part.write(draw)
        bare = not isinstance(self.part, Junction) and draw(st.booleans())
        return f"!{draw(BLANKS)}{text if bare else f'({text})'}"

    def holds(self, labels: dict[str, str]) -> bool:
        return not self.part.holds(labels)


@dataclass(frozen=True)
class Junction:
    sign: str
    parts: tuple[Written, ...]

    def write(self, draw: st.DrawFn) -> str:
        # "&&" binds over "||": only the other way round are parentheses needed.
        texts = [
            f"({part.write(draw)})"
            if isinstance(part, Junction) and (self.sign == "&&" or draw(st.booleans()))
            else part.write(draw)
            for part in self.parts
        ]
        return f"{draw(BLANKS)}{self.sign}{draw(BLANKS)}".join(texts)

    def holds(self, labels: dict[str, str]) -> bool:
        count = sum(part.holds(labels) for part in self.parts)
        return count == len(self.parts) if self.sign == "&&" else count > 0


def quoted(draw: st.DrawFn, value: str) -> str:
    return draw(st.sampled_from([sign + value + sign for sign in "'\"" if sign not in value]))


labels_used, values_used = st.sampled_from(LABELS), st.sampled_from(VALUES)
leaves: st.SearchStrategy[Written] = st.one_of(
    st.builds(All),
    st.builds(Has, labels_used),
    st.builds(Comparison, labels_used, st.sampled_from(COMPARISONS), values_used),
    st.builds(Membership, labels_used, st.booleans(), st.lists(values_used, max_size=3).map(tuple)),
)
selectors: st.SearchStrategy[Written] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Junction, st.sampled_from(["&&", "||"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
label_sets = st.lists(st.dictionaries(labels_used, values_used), min_size=1, max_size=8)
words = "a in has has( all( all() global() global( not contains starts with ends"
signs = """== != && || ! ( ) { } , ' " 'x' "y" = & | has(a) {'x',} a=='x' é % \0"""
pieces = st.sampled_from([*words.split(), *signs.split(), "\n", " ", "\t", "\u0661", "\u202e", "\ud800"])
texts = st.one_of(st.text(max_size=60), st.lists(pieces, max_size=20).map("".join), st.lists(pieces).map(" ".join))


@st.composite
def written_selectors(draw: st.DrawFn) -> tuple[Written, str]:
    meant = draw(selectors)
    return meant, meant.write(draw)


@given(written_selectors(), label_sets)
def test_what_is_written_is_judged_as_it_was_meant(written: tuple[Written, str], sets: list[dict[str, str]]) -> None:
    meant, text = written
    selector = parse(text, limit=10_000)
    for labels in sets:
        assert matches(selector, Labels.of(dict(labels))) is meant.holds(labels), text
    assert required_keys(selector) <= set(LABELS)


@given(written_selectors(), st.integers(min_value=0), pieces)
def test_a_selector_with_a_slip_is_read_or_refused_with_a_place(
    written: tuple[Written, str], place: int, piece: str
) -> None:
    text = written[1]
    place %= len(text)
    reads_or_points(text[:place] + piece + text[place:])
    reads_or_points(text[:place] + text[place + 1 :])


@given(texts)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    reads_or_points(text)


def reads_or_points(text: str) -> None:
    for refusal in (refusal_of(parse, text), refusal_of(parse_namespace_selector, text)):
        if refusal is None:
            continue
        assert refusal.error.text == text
        assert 0 <= refusal.error.column <= len(text)
        line, mark = refusal.error.caret().split("\n")
        assert line.isprintable()
        assert mark.strip() == "^"
        assert str(refusal).isprintable()


def refusal_of(read: Callable[[str], object], text: str) -> SelectorSyntaxError | None:
    try:
        read(text)
    except SelectorSyntaxError as refusal:
        return refusal
    return None


@given(texts)
def test_a_namespace_selector_differs_from_a_selector_only_in_global(text: str) -> None:
    refusal = refusal_of(parse, text)
    if is_global(text):
        assert refusal is not None
        assert parse_namespace_selector(text) is GLOBAL
    elif refusal is not None:
        assert refusal_of(parse_namespace_selector, text) is not None
    else:
        assert parse_namespace_selector(text) == parse(text)


@given(written_selectors())
def test_every_selector_can_be_said_in_words(written: tuple[Written, str]) -> None:
    assert describe(parse(written[1], limit=10_000)).isprintable()


@pytest.mark.parametrize(
    "piece",
    ["(", "!", "!(", " ", "'", '"', "a", "a ", "=", "{", "a in {", "'',", "has(", "has(a)&&", "(all()||", "\n", "é"],
)
@pytest.mark.parametrize("length", [1024, 1_000_000])
def test_repetition_of_anything_ends_fast(piece: str, length: int) -> None:
    text = (piece * (length // len(piece) + 1))[:length]
    for prefix in ("", "a in {"):
        started = process_time()
        reads_or_points(prefix + text)
        assert process_time() - started < 1
