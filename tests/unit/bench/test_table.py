"""The table of figures beside their goals."""

from __future__ import annotations

import math

import pytest

from bench.table import Row, table


@pytest.mark.parametrize(
    ("figure", "least", "met"),
    [(4.0, False, True), (5.0, False, True), (6.0, False, False), (4.0, True, False), (6.0, True, True)],
)
def test_a_goal_is_a_most_or_a_least(figure: float, least: bool, met: bool) -> None:
    assert Row(what="it", figure=figure, unit="s", goal=5, least=least).met is met


def test_a_line_says_goal_figure_and_ratio() -> None:
    line = table([Row(what="it", figure=6, unit="s", goal=5)]).splitlines()[-1]
    assert line == "| it | at most 5 s | 6 s | 1.20 (not met) |"


def test_a_figure_without_a_goal_is_not_judged() -> None:
    assert table([Row(what="it", figure=1234.5, unit="MB")]).splitlines()[-1] == "| it |  | 1,234 MB |  |"


def test_what_was_not_finished_is_not_met() -> None:
    line = table([Row(what="it", figure=math.inf, unit="s", goal=1)]).splitlines()[-1]
    assert line == "| it | at most 1 s | not finished | (not met) |"


def test_what_was_not_measured_is_not_judged() -> None:
    line = table([Row(what="it", figure=math.nan, unit="s", goal=1)]).splitlines()[-1]
    assert line == "| it | at most 1 s | not measured |  |"
