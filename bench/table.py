"""The figures beside the goals, as a table in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Measured = dict[str, dict[str, float]]
"""Figures by measurement and name, as `bench.measure` prints them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure. `goal` is None where there is none; `least`: the goal is to have at least so much."""

    what: str
    figure: float
    unit: str
    goal: float | None = None
    least: bool = False

    @property
    def ratio(self) -> float | None:
        """The figure as a share of the goal: met up to 1, or from 1 on with `least`."""
        return None if self.goal is None else self.figure / self.goal

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.figure >= self.goal if self.least else self.figure <= self.goal


_OTHERS = (
    ("tiers", "Calico tiers"),
    ("admin", "Admin policies"),
    ("dual", "two address families"),
    ("burner", "burner shape"),
)


def rows(measured: Measured) -> Iterator[Row]:
    """Every row of the table."""
    large, small = measured["standard"], measured["small"]
    size = _size(large)
    growth = large["evaluate_s"] / small["evaluate_s"]
    times = large["pods"] / small["pods"]
    yield Row(what=f"one pass that makes a key for each pod, {size} (the floor)", figure=large["floor_s"], unit="s")
    yield Row(what=f"all pairs, {size}", figure=large["evaluate_s"], unit="s", goal=2)
    yield Row(
        what="all pairs, times the floor", figure=large["evaluate_s"] / large["floor_s"], unit="times", goal=5
    )
    yield Row(what=f"all pairs, {_size(small)}", figure=small["evaluate_s"], unit="s")
    yield Row(
        what=f"growth of the time for {times:.3g} times the pods", figure=growth, unit="times", goal=2 * times
    )
    yield Row(what="growth as an exponent of the pods", figure=math.log(growth) / math.log(times), unit="")
    if "memory_mb" in large:
        yield Row(what=f"memory over the input, {size}", figure=large["memory_mb"], unit="MB", goal=250)
    yield from _toggles(large, size)
    worst = measured["huge"]
    yield from _whole(worst, f"{_size(worst)}, 32 namespaces")
    yield Row(what="a switch there, slowest", figure=worst["toggle_max_s"] * 1e3, unit="ms", goal=100)
    for name, words in _OTHERS:
        found = measured[name]
        yield from _whole(found, f"{_size(found)}, {words}")
        yield Row(what="a switch there, median", figure=found["toggle_p50_s"] * 1e3, unit="ms")
        yield Row(what="a switch there, slowest", figure=found["toggle_max_s"] * 1e3, unit="ms")
    yield Row(what=f"a verdict by name, {size}", figure=large["verdict_s"] * 1e6, unit="µs", goal=5)
    yield Row(what=f"a verdict with its explanation, {size}", figure=large["explain_s"] * 1e3, unit="ms", goal=5)
    yield from _reading(measured["reading"], measured["standard.input"])
    yield from _views(measured, size)
    yield from _pages(measured)
    yield Row(what="`netviz --help`", figure=measured["start"]["help_s"], unit="s", goal=0.15)
    yield Row(what="`netviz list`, 10 pods", figure=measured["start"]["list_s"], unit="s", goal=0.4)


def _toggles(found: dict[str, float], size: str) -> Iterator[Row]:
    yield Row(what=f"a switch, exact pairs, {size}: median", figure=found["toggle_p50_s"] * 1e3, unit="ms", goal=1)
    yield Row(what="a switch, 99 of 100", figure=found["toggle_p99_s"] * 1e3, unit="ms", goal=25)
    yield Row(what="a switch, slowest", figure=found["toggle_max_s"] * 1e3, unit="ms")
    policies = found["policies"]
    if found["toggles"] == policies:
        yield Row(what=f"impact of each of {policies:,.0f} policies", figure=found["toggles_s"], unit="s", goal=10)


def _whole(found: dict[str, float], words: str) -> Iterator[Row]:
    yield Row(what=f"all pairs, {words}", figure=found["evaluate_s"], unit="s")
    yield Row(what="times its floor", figure=found["evaluate_s"] / found["floor_s"], unit="times")


def _reading(found: dict[str, float], whole: dict[str, float]) -> Iterator[Row]:
    base = found["csafeloader_s"]
    pods = f"{found['pods']:,.0f} pods as kubectl prints them"
    yield Row(what=f"CSafeLoader alone, {pods} ({found['yaml_mb']:.1f} MB)", figure=base, unit="s")
    yield Row(
        what="reading that YAML, CSafeLoader over it", figure=base / found["yaml_s"], unit="times", goal=3, least=True
    )
    yield Row(
        what="reading it as JSON, CSafeLoader over it", figure=base / found["json_s"], unit="times", goal=25, least=True
    )
    yield Row(what=f"reading lean JSON, {_size(whole)}", figure=whole["read_s"], unit="s")


def _views(measured: Measured, size: str) -> Iterator[Row]:
    yield Row(what=f"blocks of all pairs, {size}", figure=measured["standard"]["blocks_s"], unit="s", goal=1)
    for name in ("huge", "small"):
        found = measured[f"{name}.views"]
        goal = 1 if name == "huge" else None
        words = f"matrix by namespace, {'32 namespaces, ' if name == 'huge' else ''}{_size(measured[name])}"
        yield Row(what=words, figure=found.get("namespace_matrix_s", math.inf), unit="s", goal=goal)
        one = found.get("one_namespace_s", math.inf) * 1e3
        yield Row(what="picture of one namespace there, median", figure=one, unit="ms", goal=50)


def _pages(measured: Measured) -> Iterator[Row]:
    """What is seen in a browser, by the clock; not a number where there is none."""
    small, large = measured["page"], measured["large_page"]
    first = small.get("first_page_s", math.nan)
    yield Row(what="dashboard: the first page after the server's start", figure=first, unit="s", goal=3)
    for found, words, goal in ((small, "200 workloads", 1), (large, "large, by namespace", 2)):
        what = f"dashboard: {words}, {found.get('pods', 0):,.0f} pods"
        yield Row(what=f"{what}: opened to the first view", figure=found.get("first_view_s", math.nan), unit="s")
        yield Row(what=f"{what}: the map", figure=found.get("first_map_s", math.nan), unit="s")
        yield Row(what=f"{what}: a switch to its map", figure=found.get("switch_s", math.nan), unit="s", goal=goal)


def _size(found: dict[str, float]) -> str:
    return f"{found['pods']:,.0f} pods / {found['policies']:,.0f} policies"


def table(found: Iterable[Row]) -> str:
    """A table in Markdown: the goal, the figure, and how they compare."""
    lines = ["| what | goal | measured | measured / goal |", "|---|---|---|---|"]
    for row in found:
        lines.append(f"| {row.what} | {_goal(row)} | {_figure(row)} | {_ratio(row)} |")
    return "\n".join(lines)


def _figure(row: Row) -> str:
    if math.isnan(row.figure):
        return "not measured"
    return "not finished" if math.isinf(row.figure) else f"{_number(row.figure)} {row.unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    return f"{'at least' if row.least else 'at most'} {_number(row.goal)} {row.unit}"


def _ratio(row: Row) -> str:
    if row.ratio is None or math.isnan(row.ratio):
        return ""
    if math.isinf(row.ratio):
        return "(not met)"
    return f"{row.ratio:.2f}" + ("" if row.met else " (not met)")
