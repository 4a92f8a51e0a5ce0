from __future__ import annotations

import csv
import io

import pytest

from netviz.exporters.tables import csv_table, markdown_table, markdown_text, text_table
from netviz.view.text import visible

HEAD = ("from", "to")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(formula: str) -> None:
    _, (cell, plain) = csv.reader(io.StringIO(csv_table(HEAD, [[formula, "shop/web"]])))
    assert cell.startswith("'")
    assert cell[1:] == visible(formula)
    assert plain == "shop/web"


def test_csv_quotes_what_would_end_a_cell_or_a_row() -> None:
    text = csv_table(HEAD, [['a,"b"', "c"]])
    assert list(csv.reader(io.StringIO(text))) == [list(HEAD), ['a,"b"', "c"]]
    assert len(csv_table(HEAD, [["a\nb", "c"]]).splitlines()) == 2


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](http://tracker/x.png)",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "https://tracker.example/x",
        "www.tracker.example",
        "a | b",
        "`code` **bold** _it_ ~~no~~ $x$ &amp;",
        "# title",
    ],
)
def test_markdown_cells_hold_no_markup(hostile: str) -> None:
    written = markdown_text(hostile)
    unescaped = written.replace("\\\\", "")
    for character in "`*_[]<>#|!~$&":
        assert unescaped.count(character) == unescaped.count(f"\\{character}")
    assert "://" not in written
    assert "www." not in written


def test_a_markdown_row_has_as_many_cells_as_the_head_whatever_they_hold() -> None:
    _, rule, row = markdown_table(HEAD, [["a|b\n| c", "d"]]).splitlines()
    assert row.replace("\\|", "").count("|") == rule.count("|")


@pytest.mark.parametrize("control", ["\x1b[31m", "\u202e", "\x00", "\x07", "\u2028", "\u200b"])
def test_control_and_bidirectional_characters_are_visible_in_every_form(control: str) -> None:
    for table in (text_table, csv_table, markdown_table):
        written = table(HEAD, [[f"a{control}b", "c"]])
        assert control[0] not in written
        assert f"u{ord(control[0]):04x}" in written


def test_text_columns_are_as_wide_as_their_widest_cell() -> None:
    assert text_table(HEAD, [["shop/web", "a"], ["b", ""]]) == "from      to\nshop/web  a\nb\n"
