"""The matrix for reading: counts between zones, pairs behind a cell, windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.errors import UsageError
from netviz.workbench import BASELINE, Grid, GridCell, GridQuestion, WhatIf, Workbench
from netviz.workbench.grid import MOST_LINES, OUTSIDE
from tests.unit.workbench.town import API, CALLER, NAMESPACE, WEB, bench, policy

VILLAGE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: village}\n"
FARM = "apiVersion: v1\nkind: Pod\nmetadata: {name: farm, namespace: village}\nspec: {containers: []}\n"
TOWN_ONLY = policy("town-only", "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}]}")
OFF = WhatIf(disabled=frozenset({"NetworkPolicy/town/town-only"}))
TOWN, HAMLET = "namespace/town", "namespace/village"


def country() -> Workbench:
    """Four pods in town, which talk among each other on TCP 8080; one in the village, which nothing protects."""
    return bench(NAMESPACE, VILLAGE, FARM, *WEB, API, CALLER, TOWN_ONLY)


def cell(grid: Grid, source: str, target: str) -> GridCell | None:
    for each in grid.cells:
        if (grid.rows[each.row].id, grid.columns[each.column].id) == (source, target):
            return each
    return None


def found(grid: Grid, source: str, target: str) -> GridCell:
    wanted = cell(grid, source, target)
    assert wanted is not None
    return wanted


def test_a_cell_counts_the_allowed_pairs_of_workloads_and_all_that_there_could_be() -> None:
    grid = country().grid(BASELINE, GridQuestion())
    assert (found(grid, TOWN, TOWN).pairs, found(grid, TOWN, TOWN).possible) == (12, 12)
    assert (found(grid, TOWN, HAMLET).pairs, found(grid, TOWN, HAMLET).possible) == (4, 4)
    assert cell(grid, HAMLET, TOWN) is None


def test_namespaces_come_by_name_and_what_is_outside_of_them_last() -> None:
    grid = country().grid(BASELINE, GridQuestion())
    assert [line.id for line in grid.rows] == [TOWN, HAMLET, OUTSIDE]
    assert [line.members for line in grid.rows][:2] == [4, 1]


def test_the_busiest_come_first_where_that_is_asked() -> None:
    grid = country().grid(OFF, GridQuestion(order="connections"))
    weights = {line.id: 0 for line in grid.rows}
    for each in grid.cells:
        for end in (grid.rows[each.row].id, grid.columns[each.column].id):
            weights[end] += each.pairs or 0
    counted = [weights[line.id] for line in grid.rows]
    assert counted == sorted(counted, reverse=True)
    assert grid.rows[0].id == TOWN


def test_what_the_what_if_adds_and_widens_is_counted_apart() -> None:
    grid = country().grid(OFF, GridQuestion())
    assert found(grid, HAMLET, TOWN).added == 4
    assert found(grid, TOWN, TOWN).changed == 12
    assert found(grid, TOWN, HAMLET).added == 0


def test_a_cell_that_loses_everything_stays_to_show_it() -> None:
    opened = bench(NAMESPACE, VILLAGE, FARM, CALLER, policy("open", "{podSelector: {}, ingress: [{}]}"), TOWN_ONLY)
    off = WhatIf(disabled=frozenset({"NetworkPolicy/town/open"}))
    gone = found(opened.grid(off, GridQuestion()), HAMLET, TOWN)
    assert (gone.pairs, gone.removed, gone.verdict) == (0, 1, "denied")


def test_only_changes_leaves_the_lines_that_change() -> None:
    grid = country().grid(OFF, GridQuestion(only_changes=True))
    assert [line.id for line in grid.rows] == [TOWN, HAMLET, OUTSIDE]
    assert [line.id for line in grid.columns] == [TOWN]
    assert country().grid(BASELINE, GridQuestion(only_changes=True)).rows == ()


def test_filters_leave_the_rows_and_columns_with_this_part_of_a_name() -> None:
    grid = country().grid(BASELINE, GridQuestion(from_text="VILL", to_text="town"))
    assert [line.label for line in grid.rows] == ["village"]
    assert [line.label for line in grid.columns] == ["town"]


def test_an_opened_cell_has_the_peers_of_both_zones_with_their_ports() -> None:
    grid = country().grid(BASELINE, GridQuestion(source=TOWN, target=TOWN))
    assert (grid.open_source, grid.open_target) == ("town", "town")
    assert [line.label for line in grid.rows] == ["town/api", "town/caller", "town/web-1", "town/web-2"]
    pair = found(grid, "town/caller[Pod]", "town/api[Pod]")
    assert (pair.verdict, pair.ports, grid.ports[pair.colour or 0]) == ("allowed", "TCP 8080", "TCP 8080")
    assert cell(grid, "town/api[Pod]", "town/api[Pod]") is None


def test_sets_of_ports_are_numbered_from_the_most_frequent() -> None:
    wider = policy("wider", "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 9090}]}]}")
    grid = bench(NAMESPACE, *WEB, API, CALLER, TOWN_ONLY, wider).grid(BASELINE, GridQuestion(source=TOWN, target=TOWN))
    assert grid.ports == ("TCP 8080", "TCP 8080, 9090")


def test_a_changed_pair_says_what_was_there_before() -> None:
    grid = country().grid(OFF, GridQuestion(source=TOWN, target=TOWN))
    pair = found(grid, "town/caller[Pod]", "town/api[Pod]")
    assert (pair.changed, pair.before, pair.ports) == (1, "TCP 8080", "any port")


def test_an_unknown_pair_is_not_counted_as_allowed() -> None:
    by_label = policy(
        "by-label", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: green}}}]}]}"
    )
    grid = bench(FARM, CALLER, by_label).grid(BASELINE, GridQuestion())
    doubt = found(grid, HAMLET, TOWN)
    assert (doubt.pairs, doubt.unknown, doubt.verdict) == (0, 1, "unknown")
    opened = bench(FARM, CALLER, by_label).grid(BASELINE, GridQuestion(source=HAMLET, target=TOWN))
    pair = found(opened, "village/farm[Pod]", "town/caller[Pod]")
    assert (pair.verdict, pair.colour, pair.ports) == ("unknown", None, "unknown: any port")


def test_a_pair_that_now_cannot_be_decided_is_neither_added_nor_removed() -> None:
    by_label = policy(
        "by-label", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: green}}}]}]}"
    )
    open_too = policy("open", "{podSelector: {}, ingress: [{}]}")
    off = WhatIf(disabled=frozenset({"NetworkPolicy/town/open"}))
    pair = found(bench(FARM, CALLER, by_label, open_too).grid(off, GridQuestion()), HAMLET, TOWN)
    assert (pair.added, pair.removed, pair.changed, pair.doubtful) == (0, 0, 0, 1)


def test_the_chosen_pair_is_found_in_its_zones_and_in_the_opened_cell() -> None:
    pair = ("village/farm[Pod]", "town/api[Pod]")
    asked = GridQuestion(chosen=pair)
    assert country().grid(BASELINE, asked).chosen == (HAMLET, TOWN)
    assert country().grid(BASELINE, replace(asked, source=HAMLET, target=TOWN)).chosen == pair
    assert country().grid(BASELINE, replace(asked, source=TOWN, target=TOWN)).chosen is None
    assert country().grid(BASELINE, GridQuestion(chosen=("nobody", "town/api[Pod]"))).chosen is None


def test_many_namespaces_come_as_a_window_that_says_how_many_there_are() -> None:
    count = MOST_LINES + 5
    pods = [FARM.replace("village", f"v{number:02}") for number in range(count)]
    grid = bench(*pods).grid(BASELINE, GridQuestion())
    assert (len(grid.rows), grid.row_total) == (MOST_LINES, count + 1)
    assert max(each.row for each in grid.cells) < MOST_LINES
    assert bench(*pods).grid(BASELINE, GridQuestion(from_text="v64")).rows[0].label == "v64"


def test_a_zone_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="nowhere is not in the matrix"):
        country().grid(BASELINE, GridQuestion(source="namespace/nowhere", target=TOWN))


def test_an_order_that_is_none_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="'size' is no order"):
        country().grid(BASELINE, GridQuestion(order="size"))


def test_a_very_large_input_tells_only_that_something_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.workbench.listing.MOST_COUNTED", 2)
    grid = country().grid(BASELINE, GridQuestion())
    assert not grid.counted
    assert found(grid, TOWN, HAMLET).pairs is None
    assert cell(grid, HAMLET, TOWN) is None
    with pytest.raises(UsageError, match="not worked out"):
        country().grid(BASELINE, GridQuestion(source=TOWN, target=HAMLET))
