"""The table: which rows, in which order, on which page, and what decides about them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from netviz.errors import UsageError
from netviz.workbench import BASELINE, Table, TableQuestion, TableRow, ViewSettings, WhatIf, Workbench
from netviz.workbench.table import PAGE_ROWS
from tests.unit.workbench.test_grid import FARM, OFF, TOWN_ONLY, VILLAGE, country
from tests.unit.workbench.town import API, CALLER, NAMESPACE, bench, policy

ALL = TableQuestion()


def asked(text: str = "", order: str = "from", page: int = 0, **view: Any) -> TableQuestion:  # noqa: ANN401 - settings
    return TableQuestion(view=ViewSettings(**view), text=text, order=order, page=page)


def pairs(table: Table) -> list[tuple[str, str]]:
    return [(row.source_label, row.target_label) for row in table.rows]


def row(table: Table, source: str, target: str) -> TableRow:
    return next(r for r in table.rows if (r.source_label, r.target_label) == (source, target))


def small(*policies: str) -> Workbench:
    return bench(NAMESPACE, VILLAGE, FARM, API, CALLER, *policies)


def test_every_allowed_pair_is_a_row_by_name() -> None:
    table = small(TOWN_ONLY).table(BASELINE, ALL)
    named = [pair for pair in pairs(table) if "." not in pair[0] + pair[1] and ":" not in pair[0] + pair[1]]
    assert named == [
        ("town/api", "town/caller"),
        ("town/api", "village/farm"),
        ("town/caller", "town/api"),
        ("town/caller", "village/farm"),
    ]
    assert table.total == table.all_pairs == len(table.rows)


def test_a_row_names_the_policy_that_allows_with_its_tier_and_the_side_that_is_open() -> None:
    found = row(small(TOWN_ONLY).table(BASELINE, ALL), "town/caller", "town/api")
    assert (found.verdict, found.after) == ("allowed", "TCP 8080")
    assert found.ingress == "NetworkPolicy/town/town-only (tier default)"
    assert found.egress == "open: no policy selects it"


def test_every_policy_that_allows_some_of_the_ports_is_named_and_no_other() -> None:
    more = policy("more", "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 9090}]}]}")
    other = policy("other", "{podSelector: {matchLabels: {app: caller}}, ingress: [{ports: [{port: 9090}]}]}")
    found = row(small(TOWN_ONLY, more, other).table(BASELINE, ALL), "town/caller", "town/api")
    assert sorted(found.ingress.split(", ")) == [
        "NetworkPolicy/town/more (tier default)",
        "NetworkPolicy/town/town-only (tier default)",
    ]


def test_a_removed_pair_names_what_denies_it_now() -> None:
    allow = policy("allow", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}")
    deny = policy("deny", "{podSelector: {}}")
    off = WhatIf(disabled=frozenset({"NetworkPolicy/town/allow"}))
    found = row(small(allow, deny).table(off, ALL), "town/caller", "town/api")
    assert (found.verdict, found.change, found.before, found.after) == ("denied", "removed", "any port", "")
    assert found.ingress == "denied by NetworkPolicy/town/deny (tier default)"


def test_what_an_unsure_policy_does_is_marked() -> None:
    by_label = policy(
        "by-label", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: green}}}]}]}"
    )
    found = row(bench(FARM, CALLER, by_label).table(BASELINE, ALL), "village/farm", "town/caller")
    assert found.verdict == "unknown"
    assert found.ingress.startswith("perhaps NetworkPolicy/town/by-label")


def test_an_end_outside_of_the_cluster_has_no_policies() -> None:
    table = small(TOWN_ONLY).table(BASELINE, ALL)
    outside = next(r for r in table.rows if r.target_label == "village/farm" and r.source.startswith("addresses:"))
    assert outside.egress == "no policy applies"


def test_a_namespace_is_at_one_end_of_its_rows_and_a_direction_says_which() -> None:
    town = small(TOWN_ONLY)
    both = pairs(town.table(BASELINE, asked(namespaces=("village",))))
    assert ("town/api", "village/farm") in both
    assert all("village/farm" in pair for pair in both)
    assert {pair[0] for pair in pairs(town.table(BASELINE, asked(namespaces=("village",), direction="egress")))} == {
        "village/farm"
    }
    assert {pair[1] for pair in pairs(town.table(BASELINE, asked(namespaces=("village",), direction="ingress")))} == {
        "village/farm"
    }


def test_hidden_namespaces_are_left_out_at_both_ends() -> None:
    assert not [p for p in pairs(small(TOWN_ONLY).table(BASELINE, asked(hidden=("village",)))) if "village/farm" in p]


def test_labels_and_the_focus_choose_an_end() -> None:
    for question in (asked(labels=("app=api",)), asked(focus="town/api[Pod]")):
        found = pairs(small(TOWN_ONLY).table(BASELINE, question))
        assert found
        assert all("town/api" in pair for pair in found)


def test_ports_and_protocol_leave_the_rows_that_carry_them() -> None:
    town = small(TOWN_ONLY)
    assert ("town/caller", "town/api") in pairs(town.table(BASELINE, asked(ports="8000-8100", protocol="TCP")))
    assert ("town/caller", "town/api") not in pairs(town.table(BASELINE, asked(ports="443")))
    assert ("town/caller", "town/api") not in pairs(town.table(BASELINE, asked(protocol="UDP")))
    with pytest.raises(UsageError):
        town.table(BASELINE, asked(ports="eighty"))


def test_a_row_that_lost_a_port_is_found_by_that_port() -> None:
    allow = policy("allow", "{podSelector: {}, ingress: [{ports: [{port: 7}]}]}")
    deny = policy("deny", "{podSelector: {}}")
    off = WhatIf(disabled=frozenset({"NetworkPolicy/town/allow"}))
    assert ("town/caller", "town/api") in pairs(small(allow, deny).table(off, asked(ports="7")))


def test_only_changes_leaves_what_the_what_if_changed() -> None:
    table = country().table(OFF, asked(only_changes=True))
    assert table.total < table.all_pairs
    assert {found.change for found in table.rows} == {"added", "changed"}


def test_a_part_of_a_name_finds_rows_at_either_end() -> None:
    found = pairs(small(TOWN_ONLY).table(BASELINE, asked(text="FARM")))
    assert ("town/api", "village/farm") in found
    assert all("village/farm" in pair for pair in found)


@pytest.mark.parametrize("order", ["from", "to", "change", "verdict"])
def test_every_order_has_the_same_rows(order: str) -> None:
    found = country().table(OFF, asked(order=order))
    assert sorted(pairs(found)) == sorted(pairs(country().table(OFF, ALL)))
    columns: dict[str, list[Any]] = {
        "from": [r.source_label for r in found.rows],
        "to": [r.target_label for r in found.rows],
        "change": [r.change == "same" for r in found.rows],
        "verdict": [r.verdict == "allowed" for r in found.rows],
    }
    assert columns[order] == sorted(columns[order])


def test_an_order_that_is_none_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="'size' is no order"):
        country().table(BASELINE, asked(order="size"))


def test_rows_come_in_pages_that_together_are_all_of_them() -> None:
    pods = [FARM.replace("farm", f"farm-{number:02}") for number in range(20)]
    many = bench(*pods)
    first = many.table(BASELINE, ALL)
    assert (first.page, first.pages, len(first.rows)) == (0, -(-first.total // PAGE_ROWS), PAGE_ROWS)
    seen = [p for page in range(first.pages) for p in pairs(many.table(BASELINE, asked(page=page)))]
    assert len(set(seen)) == first.total
    assert many.table(BASELINE, asked(page=999)).page == first.pages - 1


def test_the_csv_has_every_row_with_what_decides_and_no_formulas() -> None:
    town = small(TOWN_ONLY)
    head, *rows = csv.reader(io.StringIO(town.table_csv(BASELINE, ALL)))
    assert head[:4] == ["from", "to", "verdict", "ports now"]
    assert len(rows) == town.table(BASELINE, ALL).total
    assert ["town/caller", "town/api", "allowed", "TCP 8080", "same", "TCP 8080"] in [r[:6] for r in rows]
    assert "NetworkPolicy/town/town-only (tier default)" in {r[7] for r in rows}


def test_a_very_long_csv_goes_without_what_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.workbench.table.MOST_EXPLAINED", 1)
    head, *rows = csv.reader(io.StringIO(small(TOWN_ONLY).table_csv(BASELINE, ALL)))
    assert head == ["from", "to", "verdict", "ports now", "change", "ports before"]
    assert rows


def test_namespaces_are_rows_too_and_too_many_workloads_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.workbench.listing.MOST_COUNTED", 1)
    town = small(TOWN_ONLY)
    assert ("town", "village") in pairs(town.table(BASELINE, asked(by="namespace")))
    with pytest.raises(UsageError, match="choose the level of namespaces"):
        town.table(BASELINE, ALL)


def test_what_decides_agrees_with_the_explanation() -> None:
    asked_of = country()
    for found in asked_of.table(BASELINE, replace(ALL, text="town/")).rows:
        allowed_by = {part.partition(" (tier")[0] for part in found.ingress.split(", ") if part.startswith("Network")}
        assert allowed_by == ({"NetworkPolicy/town/town-only"} if found.target_label.startswith("town/") else set())
