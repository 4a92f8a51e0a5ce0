"""One file: its documents, their records, what was wrong, and where."""

from __future__ import annotations

import gc
import json
from dataclasses import fields, replace

import pytest

from netviz.errors import Diagnostic, Severity
from netviz.manifests.limits import DEFAULT_LIMITS, Limits, over_limit
from netviz.manifests.reading import Reading, collector_off, read
from netviz.source import SourceText

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
"""


def wanted(api_version: str, kind: str) -> str:
    assert isinstance(api_version, str)
    return {"NetworkPolicy": "policy", "Pod": "keep"}.get(kind, "ignore")


def load(text: str | bytes, name: str = "a.yaml", limits: Limits = DEFAULT_LIMITS) -> Reading:
    return read(name, text.encode() if isinstance(text, str) else text, wanted=wanted, limits=limits)


def as_named(text: str, name: str) -> str:
    """JSON text as such, or as something that only YAML can read."""
    return text if name.endswith(".json") else text + "\n# YAML"


def only_problem(reading: Reading) -> Diagnostic:
    (diagnostic,) = reading.diagnostics
    return diagnostic


def outcomes(reading: Reading) -> list[tuple[int, int, str, str]]:
    return [(r.document, r.line, r.kind, r.outcome) for r in reading.records]


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
    def test_a_byte_order_mark_decides_the_encoding(self, encoding: str) -> None:
        (document,) = load((POLICY + "# ü").encode(encoding)).documents
        assert document.data["metadata"] == {"name": "web", "namespace": "shop"}
        assert document.line_of(("metadata", "name")) == 4

    def test_invalid_bytes_are_refused_with_their_line(self) -> None:
        problem = only_problem(load(b"a: 1\nb: \xff\n"))
        assert (problem.code, problem.line, problem.severity) == ("not-text", 2, Severity.ERROR)

    @pytest.mark.parametrize("data", [b"a\0b", POLICY.encode("utf-16-le")])
    def test_a_nul_character_is_refused(self, data: bytes) -> None:
        problem = only_problem(load(data))
        assert problem.code == "not-text"
        assert "NUL" in problem.message

    @pytest.mark.parametrize(
        ("data", "word"),
        [(b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04..", "zip"), (b"%PDF-1.7\n", "PDF"), (b"\x7fELF", "program")],
    )
    def test_a_file_of_another_kind_is_named(self, data: bytes, word: str) -> None:
        assert word in only_problem(load(data)).message

    @pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff"])
    def test_an_empty_file_is_a_warning(self, text: str) -> None:
        reading = load(text)
        assert only_problem(reading).severity is Severity.WARNING
        assert reading.records == ()

    def test_windows_line_ends_count_once(self) -> None:
        reading = load((POLICY + "---\n" + POLICY).replace("\n", "\r\n"))
        assert [d.line_of(("metadata", "name")) for d in reading.documents] == [4, 12]
        assert reading.texts[1].lines[0] == "apiVersion: networking.k8s.io/v1"

    @pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
    def test_line_ends_that_only_yaml_knows_do_not_count(self, sign: str) -> None:
        (document,) = load(f"# a{sign}# b\n" + POLICY).documents
        assert document.line_of(("metadata", "name")) == 5


class TestIdentity:
    def test_a_kind_that_is_not_wanted_is_only_counted(self) -> None:
        reading = load("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: canary}\n")
        assert outcomes(reading) == [(1, 1, "Secret", "ignored")]
        assert "canary" not in repr(reading)

    def test_an_empty_document_counts(self) -> None:
        reading = load("---\n# nothing\n---\n" + POLICY + "---\n")
        assert outcomes(reading) == [(1, 1, "", "empty"), (2, 4, "NetworkPolicy", "document"), (3, 11, "", "empty")]
        assert reading.documents[0].index == 2
        assert reading.diagnostics == ()

    def test_comments_before_the_first_marker_are_no_document(self) -> None:
        assert outcomes(load("# licence\n\n---\n" + POLICY)) == [(1, 4, "NetworkPolicy", "document")]

    @pytest.mark.parametrize("text", ["- a", "5", "text", "true"])
    def test_what_is_no_mapping_is_refused(self, text: str) -> None:
        reading = load(text)
        assert only_problem(reading).code == "not-an-object"
        assert outcomes(reading) == [(1, 1, "", "refused")]

    def test_an_object_without_kind_is_refused(self) -> None:
        problem = only_problem(load("apiVersion: v1\nmetadata: {name: x}\n"))
        assert (problem.code, problem.message, problem.severity) == ("no-kind", "kind is missing", Severity.ERROR)

    def test_an_object_without_version_is_refused(self) -> None:
        assert only_problem(load("kind: Pod\nmetadata: {name: x}\n")).message == "apiVersion is missing"

    def test_a_kind_that_is_no_string_is_refused(self) -> None:
        problem = only_problem(load("apiVersion: v1\nkind: 5\n"))
        assert (problem.path, problem.line) == ("kind", 2)

    def test_a_file_for_another_program_is_ignored_with_a_word(self) -> None:
        reading = load("replicas: 3\nimage: web\n")
        assert outcomes(reading) == [(1, 1, "", "ignored")]
        assert only_problem(reading).severity is Severity.INFO

    def test_a_record_names_the_object(self) -> None:
        (record,) = load(POLICY).records
        assert (record.api_version, record.name, record.namespace) == ("networking.k8s.io/v1", "web", "shop")


class TestLists:
    ITEMS = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  data: {a: canary}
- apiVersion: v1
  kind: Pod
  metadata:
    name: p
- apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata:
    name: web

metadata: {}
"""

    def test_items_stand_for_themselves_and_share_the_document(self) -> None:
        reading = load("---\n" + self.ITEMS)
        assert outcomes(reading) == [
            (1, 5, "Secret", "ignored"),
            (1, 8, "Pod", "document"),
            (1, 12, "NetworkPolicy", "document"),
        ]
        assert [d.line_of(("metadata", "name")) for d in reading.documents] == [11, 15]

    def test_the_text_of_a_policy_holds_nothing_of_its_neighbours(self) -> None:
        (text,) = load(self.ITEMS).texts
        assert text == SourceText(
            file="a.yaml",
            document=1,
            first_line=11,
            lines=(
                "- apiVersion: networking.k8s.io/v1",
                "  kind: NetworkPolicy",
                "  metadata:",
                "    name: web",
            ),
        )

    def test_a_policy_beside_others_in_one_line_has_no_text(self) -> None:
        items = "{kind: Secret, apiVersion: v1, data: canary}, {kind: NetworkPolicy, apiVersion: n/v1}"
        reading = load(f"kind: List\napiVersion: v1\nitems: [{items}]\n")
        assert len(reading.documents) == 1
        assert reading.texts == ()

    def test_the_text_of_a_json_policy_is_cut_out_of_its_line(self) -> None:
        items = [
            {"kind": "Secret", "apiVersion": "v1", "data": "canary"},
            {"kind": "NetworkPolicy", "apiVersion": "n/v1"},
        ]
        reading = load(json.dumps({"kind": "List", "apiVersion": "v1", "items": items}), "a.json")
        assert reading.texts[0].lines == ('{"kind": "NetworkPolicy", "apiVersion": "n/v1"}',)
        assert "canary" not in repr(reading)

    def test_a_typed_list_gives_its_items_their_kind(self) -> None:
        reading = load("kind: PodList\napiVersion: v1\nitems:\n- metadata:\n    name: p\n")
        (document,) = reading.documents
        assert (document.kind, document.api_version) == ("Pod", "v1")
        assert document.line_of(("metadata", "name")) == 5

    def test_a_plain_list_gives_its_items_nothing(self) -> None:
        assert only_problem(load("kind: List\napiVersion: v1\nitems: [5]\n")).code == "not-an-object"

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_lists_in_lists_are_opened(self, name: str) -> None:
        pod = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p"}}
        inner = {"kind": "List", "apiVersion": "v1", "items": [pod]}
        reading = load(
            as_named(json.dumps({"kind": "List", "apiVersion": "v1", "items": [inner]}, indent=1), name), name
        )
        assert [dict(d.data) for d in reading.documents] == [pod]
        assert reading.documents[0].line_of(("metadata", "name")) == 13

    @pytest.mark.parametrize("items", ["items: []", "items:", ""])
    def test_an_empty_list_counts_as_an_empty_document(self, items: str) -> None:
        assert outcomes(load(f"kind: List\napiVersion: v1\n{items}\n")) == [(1, 1, "List", "empty")]

    def test_a_problem_in_one_item_leaves_the_others(self) -> None:
        reading = load(self.ITEMS.replace("    name: p\n", "    name: p\n    name: q\n"))
        assert [r.outcome for r in reading.records] == ["ignored", "refused", "document"]
        problem = only_problem(reading)
        assert (problem.path, problem.line) == ("metadata.name", 11)
        assert "lines 10 and 11" in problem.message

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_a_problem_around_the_items_refuses_them_all(self, name: str) -> None:
        text = '{"kind": "List", "apiVersion": "v1", "items": [],\n"items": [{"kind": "Pod", "apiVersion": "v1"}]}'
        reading = load(as_named(text, name), name)
        assert outcomes(reading) == [(1, 1, "List", "refused")]
        assert only_problem(reading).path == "items"


class TestProblems:
    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_a_key_written_twice_is_refused_with_both_lines(self, name: str) -> None:
        text = '{"kind": "Pod", "apiVersion": "v1",\n"spec": {"a": [{"b": 1,\n"b": 2}]}}'
        problem = only_problem(load(as_named(text, name), name))
        assert (problem.code, problem.path, problem.line) == ("duplicate-key", "spec.a[0].b", 3)
        assert "lines 2 and 3" in problem.message

    def test_all_keys_written_twice_are_told(self) -> None:
        reading = load("kind: Pod\napiVersion: v1\na: 1\nb: 1\na: 2\nb: 2\n")
        assert [d.path for d in reading.diagnostics] == ["a", "b"]

    def test_more_problems_than_anyone_reads_are_summed_up(self) -> None:
        reading = load("kind: Pod\napiVersion: v1\n" + "a: 1\n" * 31)
        assert len(reading.diagnostics) == 21
        assert reading.diagnostics[-1].message.startswith("10 more problems")

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_more_problems_than_are_gathered_refuse_the_document(self, name: str) -> None:
        keys = ",".join('"a": 1' for _ in range(2_000))
        problem = only_problem(load(as_named(f'{{"kind": "Pod", "apiVersion": "v1", "m": {{{keys}}}}}', name), name))
        assert "more than 1,000 problems" in problem.message

    def test_a_key_written_twice_in_a_kind_not_wanted_is_not_told(self) -> None:
        assert load("kind: Secret\napiVersion: v1\ndata: {canary: 1, canary: 2}\n").diagnostics == ()

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_two_kinds_are_an_error_whichever_is_wanted(self, name: str) -> None:
        reading = load(as_named('{"kind": "NetworkPolicy", "apiVersion": "v1",\n"kind": "Secret"}', name), name)
        assert only_problem(reading).path == "kind"
        assert reading.documents == ()

    def test_a_refused_policy_keeps_its_text(self) -> None:
        reading = load(POLICY + "spec: {}\n")
        assert reading.texts[0].lines[-1] == "spec: {}"
        assert [r.outcome for r in reading.records] == ["refused"]

    def test_infinity_refuses_the_document_as_kubectl_does(self) -> None:
        problem = only_problem(load("kind: Pod\napiVersion: v1\nspec:\n  a: .inf\n"))
        assert (problem.code, problem.path, problem.line) == ("invalid-value", "spec.a", 4)

    def test_infinity_is_found_in_every_document(self) -> None:
        reading = load("kind: Pod\napiVersion: v1\na: .nan\n---\nkind: Pod\napiVersion: v1\na: .nan\n---\n" + POLICY)
        assert [r.outcome for r in reading.records] == ["refused", "refused", "document"]


class TestLimits:
    def test_a_file_that_is_too_large_names_the_flag(self) -> None:
        problem = only_problem(load(POLICY, limits=Limits(file_size=10)))
        assert problem.hint == "--max-file-size raises the limit"
        assert "limit file-size" in problem.message

    @pytest.mark.parametrize(("name", "limits"), [("a.yaml", Limits(nodes=20)), ("a.json", Limits(json_nodes=20))])
    def test_too_many_values_name_the_flag(self, name: str, limits: Limits) -> None:
        text = '{"kind": "Pod", "apiVersion": "v1", "a": [' + ",".join("1" * 30) + "]}"
        problem = only_problem(load(as_named(text, name), name, limits))
        assert (problem.code, problem.hint) == ("limit", "--max-nodes raises the limit")

    def test_json_commas_in_a_text_are_no_values(self) -> None:
        text = '{"kind": "Pod", "apiVersion": "v1", "a": "' + "," * 30 + '\\","}'
        assert load(text, "a.json", Limits(json_nodes=20)).diagnostics == ()

    @pytest.mark.parametrize(
        ("name", "text"), [("a.yaml", "---\n" + POLICY), ("a.json", '{"kind": "Pod", "apiVersion": "v1"}\n')]
    )
    def test_documents_up_to_the_limit_are_kept(self, name: str, text: str) -> None:
        reading = load(text * 3, name, Limits(documents=2))
        assert len(reading.documents) == 2
        assert "more than 2 documents" in only_problem(reading).message

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_a_text_that_is_too_long_is_refused_where_it_is_wanted(self, name: str) -> None:
        limits = Limits(scalar=100)
        document = {"kind": "Pod", "apiVersion": "v1", "a": {"b": "x" * 101}}
        assert only_problem(load(as_named(json.dumps(document), name), name, limits)).path == "a.b"
        assert load(as_named(json.dumps({**document, "kind": "ConfigMap"}), name), name, limits).diagnostics == ()

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_sixty_four_levels_are_read_and_one_more_is_refused(self, name: str) -> None:
        text = '{"kind": "Pod", "apiVersion": "v1", "a": '
        assert load(as_named(text + "[" * 63 + "]" * 63 + "}", name), name).diagnostics == ()
        assert "64 levels" in only_problem(load(as_named(text + "[" * 64 + "]" * 64 + "}", name), name)).message

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    @pytest.mark.parametrize("text", ["[" * 100_000, "[" * 25_000 + "]" * 25_000, '{"a":' * 100_000])
    def test_a_hundred_thousand_brackets_stop_at_the_first_levels(self, name: str, text: str) -> None:
        assert "64 levels" in only_problem(load(as_named(text, name), name)).message

    def test_the_collector_is_left_as_it_was(self) -> None:
        load(POLICY)
        assert gc.isenabled()
        gc.disable()
        try:
            load(POLICY)
            assert not gc.isenabled()
        finally:
            gc.enable()

    @pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
    def test_every_limit_has_words_of_its_own(self, name: str) -> None:
        message, _ = over_limit(replace(DEFAULT_LIMITS, **{name: 12_345}), name)
        assert "12,345" in message
        assert f"limit {name.replace('_', '-')}" in message


def test_what_is_settled_is_no_business_of_the_collector() -> None:
    before = gc.get_freeze_count()
    try:
        with collector_off(settled=True):
            kept = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() - before >= len(kept)
    finally:
        gc.unfreeze()


def test_the_collector_stays_off_for_who_had_it_off() -> None:
    gc.disable()
    try:
        with collector_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
