"""The exported page holds everything that it needs, explains what it draws, and runs nothing but its own scripts."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from netviz.exporters import html, html_reasons
from netviz.exporters.context import ExportContext, PairRow, PairRows, PeerRow
from netviz.exporters.formats import exporter
from netviz.exporters.html import inert_json, write_html
from netviz.exporters.reasons import Case, Explainer, Reason, deciding
from netviz.loading import load_files
from netviz.view.picture import Counts, Picture
from netviz.view.trace import Half, Step
from tests.exported import Parts, parts, sample

SESSIONS = "NetworkPolicy/data/sessions-clients"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u2028\u202e"
VOID = {"meta", "link", "input", "br"}


@dataclass
class Read(HTMLParser):
    """A page as a browser takes it apart: elements with attributes, and the text of each script, style and element."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.path.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.path:
            self.texts[self.path[-1]][-1] += data


def read(page: str) -> Read:
    found = Read()
    found.feed(page)
    found.close()
    assert found.path == []
    return found


def data_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(page).texts["script"][0])
    return found


@pytest.fixture(scope="module")
def shop() -> Parts:
    return parts(sample("online-shop"), off=[SESSIONS], date="2026-11-24")


@pytest.fixture(scope="module")
def page(shop: Parts) -> str:
    return write_html(shop.picture, shop.rows, shop.context)


def hostile() -> Parts:
    picture = Picture(
        title=HOSTILE, what_if=HOSTILE, nodes=(), edges=(), boxes=(), counts=Counts(), x=0, y=0, width=100, height=100,
        notes=(HOSTILE,),
    )  # fmt: skip
    rows = PairRows(
        peers=(PeerRow(id=HOSTILE, label=HOSTILE, type="workload"),),
        pairs=(
            PairRow(source=HOSTILE, target=HOSTILE, change="added", verdict=HOSTILE, before=HOSTILE, after=HOSTILE),
        ),
        explainer=Explainer(why=lambda _s, _t: None, ends=lambda _s, _t: None),
    )
    return Parts(
        picture=picture,
        rows=rows,
        context=ExportContext(title=HOSTILE, version=HOSTILE, digest=HOSTILE, date=HOSTILE, off=(HOSTILE,)),
    )


def test_the_same_answer_gives_the_same_page(shop: Parts, page: str) -> None:
    again = parts(sample("online-shop"), off=[SESSIONS], date="2026-11-24")
    assert write_html(again.picture, again.rows, again.context) == page


def test_the_policy_allows_the_scripts_and_the_style_of_the_page_by_their_hashes_and_nothing_else(page: str) -> None:
    found = read(page)
    metas = [attributes for tag, attributes in found.elements if tag == "meta" and "http-equiv" in attributes]
    policy = dict(part.strip().partition(" ")[::2] for part in str(metas[0]["content"]).split(";"))
    scripts, style = found.texts["script"][1:], found.texts["style"]
    hashes = [f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in (*scripts, *style)]
    assert policy["default-src"] == "'none'"
    assert policy["script-src"].split() == hashes[:2]
    assert policy["style-src"].split() == hashes[2:]
    assert policy["img-src"] == "data: blob:"


def test_nothing_in_the_page_points_elsewhere(page: str) -> None:
    found = read(page)
    pointers = {
        (name, value)
        for _, attributes in found.elements
        for name, value in attributes.items()
        if name in {"src", "href", "action", "data", "srcset", "poster", "xlink:href"}
    }
    assert pointers == {("href", "data:,")}
    assert not any(word in found.texts["style"][0] for word in ("url(", "@import"))


def test_no_element_carries_code(page: str) -> None:
    attributes = [name for _, attributes in read(page).elements for name in attributes]
    assert not [name for name in attributes if name.startswith("on")]


def elements_of(page: str) -> set[str]:
    return {tag for tag, _ in read(page).elements}


def test_hostile_text_adds_no_element(page: str) -> None:
    bad = hostile()
    written = write_html(bad.picture, bad.rows, bad.context)
    found = read(written)
    assert elements_of(written) <= elements_of(page)
    assert [tag for tag, _ in found.elements].count("script") == 3
    assert found.texts["h1"] == [HOSTILE.replace("\u2028", "\\u2028").replace("\u202e", "\\u202e")]
    assert "\u202e" not in written


def test_json_in_a_script_element_can_neither_end_it_nor_break_a_line() -> None:
    text = inert_json({HOSTILE: [HOSTILE]})
    assert not set(text) & set("<>&\u2028\u2029\n")
    assert json.loads(text) == {HOSTILE: [HOSTILE]}


def test_our_scripts_cannot_end_their_element(page: str) -> None:
    assert [tag for tag, _ in read(page).elements].count("script") == page.lower().count("</script") == 3
    assert "<!--" not in page


def test_every_drawn_arrow_is_explained_with_policy_rule_and_place(shop: Parts, page: str) -> None:
    data = data_of(page)
    assert set(data["arrows"]) == {edge.id for edge in shop.picture.edges}
    for edge in shop.picture.edges:
        entry = data["pairs"][data["arrows"][edge.id]]
        halves = [half for case in entry["cases"] for half in case[1]]
        assert [half[0] for half in halves] == ["egress", "ingress"]
        assert all(half[3] for half in halves)


def pair_of(data: dict[str, Any], source: str, target: str) -> dict[str, Any]:
    names = [name for name, _ in data["peers"]]
    found: dict[str, Any] = data["pairs"][f"{names.index(source)}>{names.index(target)}"]
    return found


def steps_of(data: dict[str, Any], entry: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    numbers = [step for case in entry["cases"] for half in case[1] for step in half[3]]
    steps = [data["steps"][number] for number in numbers]
    return [(mark, data["texts"][words], origin, place) for mark, words, origin, place in steps]


def test_an_allowed_pair_names_the_rules_that_allow_it(page: str) -> None:
    data = data_of(page)
    steps = steps_of(data, pair_of(data, "shop/checkout", "data/orders-db"))
    assert {mark for mark, *_ in steps} == {"yes"}
    assert [origin for _, _, origin, _ in steps] == [
        "NetworkPolicy/shop/call-services-and-storage",
        "NetworkPolicy/data/orders-db-clients",
    ]
    assert all(place.startswith("policies/") and place.rpartition(":")[2].isdigit() for *_, place in steps)


def test_a_pair_without_an_arrow_names_the_policies_whose_silence_denies(page: str) -> None:
    data = data_of(page)
    entry = pair_of(data, "storefront/web", "data/orders-db")
    assert entry["verdict"] == "deny"
    steps = steps_of(data, entry)
    assert any(mark == "no" for mark, *_ in steps)
    assert any("NetworkPolicy/data/orders-db-clients isolates data/orders-db" in words for _, words, *_ in steps)


def test_two_ends_outside_of_the_cluster_are_no_question(page: str) -> None:
    data = data_of(page)
    names = [name for name, _ in data["peers"]]
    outside = [i for i, name in enumerate(names) if name[0].isdigit() or name.startswith("::")]
    assert len(outside) > 1
    assert not {f"{a}>{b}" for a in outside for b in outside} & set(data["pairs"])


def test_every_pair_stands_in_the_table_with_its_verdict_in_words(shop: Parts, page: str) -> None:
    cells = read(page).texts["td"]
    rows = [cells[i : i + 6] for i in range(0, len(cells), 6)]
    assert len(rows) == len(shop.rows.pairs)
    assert ["shop/basket", "data/sessions", "− removed", "TCP 6379", "nothing", "✗ denied"] in rows
    assert ["shop/payments", "data/orders-db", "same", "TCP 5432", "TCP 5432", "✓ allowed"] in rows


def test_what_cannot_be_decided_is_called_unknown() -> None:
    murky = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {containers: [{name: c, image: example}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: b, labels: {app: db}}
spec: {containers: [{name: c, image: example}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-labelled, namespace: b}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]
"""
    made = parts(load_files([("all.yaml", murky.encode())]))
    written = write_html(made.picture, made.rows, made.context)
    data = data_of(written)
    entry = pair_of(data, "a/web", "b/db")
    assert entry["verdict"] == "unknown"
    assert entry["doubts"]
    assert {mark for mark, words, *_ in steps_of(data, entry) if "may match" in words} == {"unknown"}
    cells = read(written).texts["td"]
    rows = [cells[i : i + 4] for i in range(0, len(cells), 4)]
    assert [row[3] for row in rows if row[:2] == ["a/web", "b/db"]] == ["? unknown"]


def test_the_page_says_where_it_comes_from_and_when_only_if_told(shop: Parts, page: str) -> None:
    assert "netviz 1.2.3 · input sha256:0123456789abcdef · 2026-11-24" in read(page).texts["footer"][0]
    undated = write_html(shop.picture, shop.rows, replace(shop.context, date=""))
    assert read(undated).texts["footer"] == ["netviz 1.2.3 · input sha256:0123456789abcdef"]


def test_the_head_has_the_numbers_and_the_scenario(page: str) -> None:
    lines = read(page).texts["p"]
    assert lines[:2] == ["12 workloads · 24 allowed pairs · 1 removed", f"{SESSIONS} switched off"]


def test_the_page_lists_which_policies_are_off_and_on(page: str) -> None:
    lines = read(page).texts["li"]
    assert f"Off (1): {SESSIONS}" in lines
    assert any(line.startswith("On (20): NetworkPolicy/data/allow-dns, ") for line in lines)


def test_without_scripts_the_picture_stands_in_the_page(page: str) -> None:
    assert any("payments" in words for words in read(page).texts["text"])


def test_a_large_picture_explains_its_arrows_and_says_what_is_left_out(
    shop: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_reasons, "MOST_PAIRS", 40)
    data = data_of(write_html(shop.picture, shop.rows, shop.context))
    assert set(data["pairs"]) == set(data["arrows"].values())
    assert data["left_out"] == "The picture is large: only pairs that have an arrow are explained in this file."
    monkeypatch.setattr(html_reasons, "MOST_PAIRS", 3)
    data = data_of(write_html(shop.picture, shop.rows, shop.context))
    assert len(data["pairs"]) == 3
    assert data["left_out"].startswith("The picture is large: only 3 pairs are explained")


def test_a_long_table_is_cut_and_says_so(shop: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MOST_ROWS", 2)
    found = read(write_html(shop.picture, shop.rows, shop.context))
    assert len(found.texts["td"]) == 12
    assert f"The first 2 of {len(shop.rows.pairs)} pairs; the CSV export has all of them." in found.texts["p"]


def test_without_anybody_to_ask_the_page_has_no_reasons_and_says_so(shop: Parts) -> None:
    data = data_of(write_html(shop.picture, replace(shop.rows, explainer=None), shop.context))
    assert data["pairs"] == {}
    assert data["left_out"] == "No reasons are in this file."


def test_the_deciding_steps_leave_out_the_rules_that_do_not_match() -> None:
    isolates = Step(layer="tier default", text="isolates", mark="info", policy="NetworkPolicy/a/x")
    misses = replace(isolates, text="does not match", rule="spec.ingress[0]")
    other = replace(isolates, layer="tier platform")
    denied = Step(layer="tier default", text="denied", mark="no")
    half = Half(direction="ingress", subject="a/b", verdict="deny", steps=(other, isolates, misses, denied))
    assert deciding(half) == (isolates, denied)


def test_long_texts_of_an_explanation_are_cut(shop: Parts) -> None:
    long = "x" * 10_000
    reason = Reason(source=long, target=long, verdict="deny", sentence=long, cases=(Case(sentence=long, halves=()),))
    asked = Explainer(why=lambda _s, _t: reason, ends=lambda s, t: (s, t))
    data = data_of(write_html(shop.picture, replace(shop.rows, explainer=asked), shop.context))
    assert all(len(entry["sentence"]) == html_reasons.TEXT_LENGTH for entry in data["pairs"].values())


def test_the_format_is_offered() -> None:
    found = exporter("html")
    assert (found.suffix, found.media_type, found.write) == (".html", "text/html", write_html)
