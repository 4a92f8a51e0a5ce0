"""YAML as kubectl reads it, document by document."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from netviz.manifests import yaml_reader
from netviz.manifests.limits import DEFAULT_LIMITS, Limits
from netviz.manifests.parsed import Broken, Parsed
from netviz.manifests.yaml_reader import read_yaml


def outcomes(text: str, limits: Limits = DEFAULT_LIMITS) -> list[Parsed | Broken]:
    return list(read_yaml(text, limits))


def value(text: str) -> Any:  # noqa: ANN401 - a tree
    (parsed,) = outcomes(text)
    assert isinstance(parsed, Parsed), parsed
    return parsed.data


def broken(text: str, limits: Limits = DEFAULT_LIMITS) -> Broken:
    (outcome,) = outcomes(text, limits)
    assert isinstance(outcome, Broken)
    return outcome


class TestValues:
    @pytest.mark.parametrize(
        ("text", "data"),
        [
            ("a: 22:53", {"a": "22:53"}),
            ("a: =", {"a": "="}),
            ("a: !Ref x", {"a": "x"}),
            ("a: !Ref 5", {"a": "5"}),
            ("a: ! 5", {"a": "5"}),
            ("a: !!int '5'", {"a": 5}),
            ("a: '5'", {"a": "5"}),
            ("a: !!set {b, c}", {"a": {"b": None, "c": None}}),
            ("a: !!str [1]", {"a": [1]}),
            ("{1: a, true: b, 1.5: c, 0x10: d}", {"1": "a", "true": "b", "1.5": "c", "16": "d"}),
            ("? a\n? b", {"a": None, "b": None}),
            ("a: |\n  x\n   y\n", {"a": "x\n y\n"}),
            ("a: >-\n  x\n  y\n", {"a": "x y"}),
            ("a: [b: 1]", {"a": [{"b": 1}]}),
            ("%TAG ! x:\n---\na: !y 1", {"a": "1"}),
            ("--- {a: 1}", {"a": 1}),
            ("a: |\n  x\n  ---\n  y\n", {"a": "x\n---\ny\n"}),
        ],
    )
    def test_a_document_means_what_kubectl_makes_of_it(self, text: str, data: object) -> None:
        assert value(text) == data

    @pytest.mark.parametrize(
        ("text", "data"),
        [
            ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
            ("a: &x\nb: *x", {"a": None, "b": None}),
            ("? &k key\n: 1\nb: *k", {"key": 1, "b": "key"}),
            ("a: &k b\n*k : 2", {"a": "b", "b": 2}),
            ("a: &x {b: [1]}\nc: [*x, *x]", {"a": {"b": [1]}, "c": [{"b": [1]}, {"b": [1]}]}),
        ],
    )
    def test_an_alias_stands_for_the_last_anchor_of_its_name(self, text: str, data: object) -> None:
        assert value(text) == data

    @pytest.mark.parametrize(
        ("text", "data"),
        [
            ("{<<: {a: 2, b: 3}, a: 1}", {"a": 1, "b": 3}),
            ("{a: 1, <<: {a: 2, b: 3}}", {"a": 2, "b": 3}),
            ("{<<: [{a: 1}, {a: 2, c: 3}]}", {"a": 1, "c": 3}),
            ("{<<: {a: 1}, <<: {a: 2}}", {"a": 2}),
            ("{<<: []}", {}),
            ("{'<<': {a: 1}}", {"<<": {"a": 1}}),
            ("{!!merge <<: {a: 1}}", {"a": 1}),
        ],
    )
    def test_merge_keys_apply_where_they_stand(self, text: str, data: object) -> None:
        assert value(text) == data

    def test_a_key_that_replaces_a_merged_one_is_no_duplicate(self) -> None:
        (parsed,) = outcomes("x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n  a: 3\n")
        assert isinstance(parsed, Parsed)
        assert [(p.path, p.line) for p in parsed.problems] == [(("z", "a"), 5)]

    @pytest.mark.parametrize("text", ["{<<: 5}", "{<<: [5]}", "{<<: }", "{<<: [[{a: 1}]]}"])
    def test_only_mappings_can_be_merged(self, text: str) -> None:
        assert broken(text).code == "invalid-merge"

    @pytest.mark.parametrize("text", ["{null: 1}", "? \n: 1", "{[a]: 1}", "{{a: b}: 1}", "a: &x [1]\n*x : 2"])
    def test_what_json_cannot_have_as_a_key_is_refused(self, text: str) -> None:
        assert broken(text).code == "invalid-key"

    def test_a_value_that_belies_its_tag_is_refused(self) -> None:
        assert broken("a: 1\nb: !!int x\n") == Broken(
            index=1, line=2, code="invalid-value", message="the value is not a !!int, as its tag says"
        )


class TestBombs:
    def test_billion_laughs_stop_at_the_alias_limit(self) -> None:
        levels = ["a: &a [x, x, x, x, x, x, x, x, x]"]
        levels += [
            f"{name}: &{name} [{', '.join(['*' + of] * 9)}]" for of, name in zip("abcdefgh", "bcdefghi", strict=True)
        ]
        assert "aliases stand for more than 100,000 values" in broken("\n".join(levels)).message

    def test_aliases_that_nest_each_other_stop_at_the_depth_limit(self) -> None:
        levels = ["a: &a " + "[" * 40 + "]" * 40, "b: &b " + "[" * 40 + "*a" + "]" * 40]
        assert "64 levels" in broken("\n".join(levels)).message

    def test_a_merge_bomb_stops_at_the_merge_limit(self) -> None:
        base = "{" + ", ".join(f"k{i}: 1" for i in range(100)) + "}"
        merges = "\n".join(f"m{i}: {{<<: [*a, *a, *a]}}" for i in range(40))
        assert "merge keys (<<) copy more than 10,000 fields" in broken(f"a: &a {base}\n{merges}").message

    def test_limits_are_of_one_document(self) -> None:
        text = "---\na: &a {b: 1, c: 2}\nd: {<<: *a}\n"
        assert all(isinstance(o, Parsed) for o in outcomes(text * 20, Limits(merged_keys=3, alias_nodes=4, nodes=13)))

    @pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}", "a: &a [&b [*a]]"])
    def test_an_anchor_that_contains_itself_is_refused(self, text: str) -> None:
        assert broken(text).code == "recursive-alias"

    def test_an_alias_without_anchor_is_refused(self) -> None:
        assert broken("a: 1\nb: *x\n").line == 2

    def test_an_anchor_ends_with_its_document(self) -> None:
        assert isinstance(outcomes("a: &x 1\n---\nb: *x\n")[1], Broken)


class TestMistakes:
    def test_a_mistake_ends_with_its_document(self) -> None:
        first, second, third, fourth = outcomes("a: 1\n---\nb: c: d\n---\ne: [\n---\nf: 2\n")
        assert isinstance(first, Parsed)
        assert (first.data, first.index) == ({"a": 1}, 1)
        assert isinstance(second, Broken)
        assert (second.index, second.line) == (2, 3)
        assert isinstance(third, Broken)
        assert third.index == 3
        assert isinstance(fourth, Parsed)
        assert (fourth.data, fourth.index, fourth.line) == ({"f": 2}, 4, 7)

    def test_documents_before_a_mistake_in_the_same_piece_are_kept(self) -> None:
        first, second = outcomes("a: 1\n...\nb: c: d\n")
        assert isinstance(first, Parsed)
        assert isinstance(second, Broken)
        assert second.index == 2

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("a:\n\tb: 1\n", 2, "tabs"),
            ("a: {{ .Values.x }}\n", 1, "helm template"),
            ("{{- if .Values.x }}\na: 1\n{{- end }}\n", 1, "helm template"),
            ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\n", 3, "merge conflict"),
            ("a:\n  b: 1\n c: 2\n", 3, "indentation"),
            ("a: b: c\n", 1, "colon"),
            ("a: 'x\nb: 1\n", 2, "quotation mark"),
            ("a: [1, 2\nb: 1\n", 2, "bracket"),
            ("a: @x\n", 1, "quote a value"),
            ("a: - b\n", 1, "line of its own"),
            ("a: 1\nb: \x07\n", 2, "remove the character"),
        ],
    )
    def test_a_common_mistake_has_a_hint(self, text: str, line: int, words: str) -> None:
        outcome = broken(text)
        assert outcome.line == line
        assert words in (outcome.hint or "")

    def test_the_text_of_a_broken_document_is_not_quoted(self) -> None:
        outcome = broken("kind: Secret\ndata:\n  canary: 'x\n")
        assert outcome.kind == "Secret"
        assert "canary" not in repr(outcome)

    @pytest.mark.parametrize("text", ["{a: 1", "'", "a: |\n---x", "\r\r'"])
    def test_a_mistake_at_the_end_is_one_of_the_last_line(self, text: str) -> None:
        assert 1 <= broken(text).line <= 1 + text.count("\n") + text.count("\r")


class TestPlaces:
    TEXT = "# top\na:\n  - b: 1\n\n    c: {d: 2}\n  - [3,\n    4]\ne: &e\n  f: 1\ng: *e\nh: {<<: *e, i: 2}\n"

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ((), 2), (("a",), 2), (("a", 0), 3), (("a", 0, "b"), 3), (("a", 0, "c"), 5), (("a", 0, "c", "d"), 5),
            (("a", 1), 6), (("a", 1, 1), 7), (("g",), 10), (("g", "f"), 9), (("h", "f"), 9), (("h", "i"), 11),
            (("a", 9), 2), (("a", 1, 1, "x"), 7), (("x", "y"), 2), (("a", "x"), 2), ((0,), 2),
        ],
    )  # fmt: skip
    def test_a_path_has_the_line_of_its_key_or_item_or_nearest_parent(
        self, path: tuple[str | int, ...], line: int
    ) -> None:
        (parsed,) = outcomes(self.TEXT)
        assert isinstance(parsed, Parsed)
        assert parsed.places.line(path) == line
        assert parsed.places.below(())(path) == line

    def test_lines_go_on_from_document_to_document(self) -> None:
        assert [outcome.line for outcome in outcomes("a: 1\n---\n\nb: 1\n--- # c\nd: 1\n...\n---\ne: 1")] == [
            1,
            4,
            6,
            9,
        ]

    @pytest.mark.parametrize(
        ("text", "first", "lines"),
        [
            ("a: 1\n\n", 1, ("a: 1",)),
            ("---\n# why\na: 1\n", 2, ("# why", "a: 1")),
            ("# licence\n--- # x\na: 1\n", 3, ("a: 1",)),
            ("--- {a: 1}", 1, ("--- {a: 1}",)),
            ("a: |\n  x\n\n...\n", 1, ("a: |", "  x")),
        ],
    )
    def test_the_text_of_a_document_has_its_comments_and_not_its_marker(
        self, text: str, first: int, lines: tuple[str, ...]
    ) -> None:
        (parsed,) = outcomes(text)
        assert isinstance(parsed, Parsed)
        source = parsed.places.text("f", 1, ())
        assert source is not None
        assert (source.first_line, source.lines) == (first, lines)


def test_the_python_parser_serves_where_libyaml_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, 'b']\nc: {<<: {d: 0x10}}\ne: *x\n---\nf: g: h\n---\ni: \x07\n---\nj: 1\n"
    with_c = outcomes(text)
    monkeypatch.setattr(yaml_reader, "parser_events", lambda piece: yaml.SafeLoader(piece).get_event)
    without = outcomes(text)
    assert [type(o) for o in without] == [type(o) for o in with_c]
    assert [o.data for o in without if isinstance(o, Parsed)] == [o.data for o in with_c if isinstance(o, Parsed)]
    assert [o.line for o in without] == [o.line for o in with_c]
