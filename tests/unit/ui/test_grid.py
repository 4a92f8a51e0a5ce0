"""What the page's matrix is given to draw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.ui.grid import HEATS, compact, grid_data, heat, letter
from netviz.ui.page_matrix import left_out
from netviz.workbench import Grid, GridCell, GridLine

LINES = (GridLine(id="namespace/a", label="a\u202e", members=3), GridLine(id="namespace/b", label="b", members=2))


def zones(*cells: GridCell) -> Grid:
    return Grid(rows=LINES, columns=LINES, cells=cells, row_total=2, column_total=2)


def pairs(*cells: GridCell) -> Grid:
    return replace(zones(*cells), open_source="a", open_target="b", ports=("TCP 80",))


def test_hidden_characters_of_a_label_are_spelt_out() -> None:
    assert grid_data(zones(), identity="x")["rows"][0]["label"] == "a\\u202e"


def test_a_count_is_told_in_words_too() -> None:
    data = grid_data(zones(GridCell(row=0, column=1, pairs=4, possible=6, unknown=1, added=2, removed=1)), identity="x")
    (cell,) = data["cells"]
    assert cell["words"] == "4 of 6 pairs allowed, 1 with something unknown, 2 added, 1 removed"
    assert (cell["text"], cell["sign"]) == ("4?", "+2 −1")
    assert cell["marks"] == ["added", "removed", "doubt"]


def test_an_unknown_pair_has_no_colour_of_an_allowed_one() -> None:
    doubt = GridCell(row=0, column=1, pairs=0, possible=1, unknown=1, verdict="unknown", ports="unknown: any port")
    (cell,) = grid_data(pairs(doubt), identity="x")["cells"]
    assert (cell["tone"], cell["text"], cell["marks"]) == ("none", "?", ["doubt"])
    assert cell["words"] == "unknown: any port"


def test_a_removed_pair_says_what_there_was() -> None:
    gone = GridCell(row=0, column=1, pairs=0, possible=1, unknown=0, removed=1, verdict="denied", before="TCP 80")
    (cell,) = grid_data(pairs(gone), identity="x")["cells"]
    assert cell["words"] == "denied (removed by the what-if; before: TCP 80)"
    assert (cell["tone"], cell["sign"], cell["marks"]) == ("none", "−", ["removed"])


def test_the_legend_names_ports_by_letter_and_only_what_is_there() -> None:
    pair = GridCell(row=0, column=1, pairs=1, possible=1, unknown=0, ports="TCP 80", colour=0)
    legend = grid_data(pairs(pair), identity="x")["legend"]
    assert [(entry["text"], entry["words"]) for entry in legend] == [("A", "TCP 80"), ("", "nothing is allowed")]


def test_rare_sets_of_ports_share_one_colour() -> None:
    rare = GridCell(row=0, column=1, pairs=1, possible=1, unknown=0, ports="TCP 11", colour=11)
    ports = tuple(f"TCP {number}" for number in range(12))
    data = grid_data(replace(pairs(rare), ports=ports), identity="x")
    assert data["cells"][0]["text"] == "*"
    assert ("*", "5 other sets of ports") in [(entry["text"], entry["words"]) for entry in data["legend"]]


@pytest.mark.parametrize(("count", "text"), [(7, "7"), (9999, "9999"), (10_000, "10k"), (1_250_000, "1M")])
def test_large_counts_are_short(count: int, text: str) -> None:
    assert compact(count) == text


def test_heat_grows_with_the_logarithm() -> None:
    assert [heat(count, 10**5) for count in (1, 10, 100, 10**5)] == [1, 2, 3, HEATS]
    assert 1 <= heat(1, 1) <= HEATS


def test_seven_sets_of_ports_have_a_letter() -> None:
    assert "".join(letter(number) for number in range(9)) == "ABCDEFG**"


def test_what_a_window_leaves_out_is_said() -> None:
    cut = Grid(rows=LINES, columns=LINES, cells=(), row_total=2000, column_total=2)
    assert left_out(cut) == "Shown: 2 of 2,000 rows. Type part of a name, or put most connections first."
    assert left_out(zones()) == ""
