"""A pytest plugin that writes down which test keeps which promise, and what it measured.

A test keeps a promise by the marker `@pytest.mark.promise(6)`, or by calling the fixture `promise` with what it
measured:

    promise(13, "health p99 41 ms", "250 ms")

`pytest -m "" --promises=FILE` runs only those tests and writes the table of docs/promises.md.
"""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

PROMISES: Final = (
    "It does not crash, whatever it reads.",
    "It does not hang: 5 seconds are enough for any input that is out to hurt, 1 second for one that reading refuses.",
    "Its memory is bounded: 1 GB at most, and an input that is refused costs at most 100 MB.",
    "Nothing is misread silently: what is ignored is counted, and YAML means what it means to kubectl.",
    "Every diagnostic can be found: file, document, line, field, value, reason, hint.",
    "It accepts and refuses what the API server accepts and refuses.",
    "All errors are told at once, and an answer from part of the input says so.",
    "Secrets are not kept.",
    "Data never becomes script, in any output.",
    "Nothing leaves the machine.",
    "Sessions are isolated.",
    "It is safe as it is shipped.",
    "One session cannot starve another.",
    "A dead worker costs only its own session.",
    "What it is built from is locked and checked.",
)
"""Number n of safety's promises is at n - 1."""

Record: TypeAlias = Callable[[int, str, str], None]
"""`record(number, figure, limit)`: what a test measured, and what that may be at most, in the words of the table."""

FEW: Final = 4
"""So many tests of one file have a row each."""

_PROPERTY: Final = "promise"
_HELD, _BROKEN, _SKIPPED = "held", "broken", "not measured here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One case of a test, and what it says about a promise; `figure` is empty where passing is all that counts."""

    promise: int
    test: str
    figure: str = ""
    limit: str = ""
    outcome: str = _HELD


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Record:
    """`promise(number, figure, limit)` notes what this test measured; call it before the assertion that needs it."""

    def record(number: int, figure: str, limit: str) -> None:
        assert 1 <= number <= len(PROMISES)
        request.node.user_properties.append((_PROPERTY, (number, figure, limit)))

    return record


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--promises", type=Path, metavar="FILE", help="run only tests of promises; write the table")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promise(number): that it passes is what keeps this promise")
    target: Path | None = config.getoption("--promises")
    # With several processes, the one that gathers the reports writes.
    if target is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Book(target))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("promise"):
            item.user_properties.append((_PROPERTY, (*mark.args, "", "")))
    if config.getoption("--promises") is None:
        return
    wanted = [item for item in items if item.user_properties or "promise" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    items[:] = wanted


class _Book:
    """Gathers what the tests say, and writes it down when they are over."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._outcomes: dict[str, str] = {}
        self._said: dict[str, list[tuple[int, str, str]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = {"passed": _HELD, "failed": _BROKEN, "skipped": _SKIPPED}[report.outcome]
        if self._outcomes.get(report.nodeid, _HELD) == _HELD:
            self._outcomes[report.nodeid] = outcome
        # Each report holds all that was said until then.
        said: list[Any] = [value for key, value in report.user_properties if key == _PROPERTY]
        self._said[report.nodeid] = [(number, figure, limit) for number, figure, limit in said]

    def pytest_sessionfinish(self) -> None:
        self._target.write_text(page(self._proofs(), where()), encoding="utf-8")

    def _proofs(self) -> Iterator[Proof]:
        for test, said in self._said.items():
            for number, figure, limit in said:
                yield Proof(promise=number, test=test, figure=figure, limit=limit, outcome=self._outcomes[test])


def where() -> str:
    """The day and the machine, as a reader has to know them to judge a figure."""
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return (
        f"{datetime.datetime.now(datetime.UTC):%d %B %Y}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {processors} processors"
    )


def page(proofs: Iterable[Proof], measured_on: str) -> str:
    """The Markdown page: each promise with its tests and what they measured."""
    by_promise: dict[int, dict[str, list[Proof]]] = {number: {} for number in range(1, len(PROMISES) + 1)}
    for proof in sorted(proofs, key=lambda proof: proof.test):
        by_promise[proof.promise].setdefault(proof.test.split("[")[0], []).append(proof)
    lines = [
        "# Promises",
        "",
        "What netviz promises, which tests keep it, and what they measured the last time. The tests wrote this page",
        "(`make promises`); the limits are in the tests, and nearly all of them run with every change (`make test`).",
        "[SECURITY.md](../SECURITY.md) says the same in more words.",
        "",
        f"Measured on: {measured_on}.",
        "",
        "| # | promise | test | measured | at most |",
        "|--:|---|---|---|---|",
    ]
    for number, each in by_promise.items():
        tests = _folded(each)
        heads = [f"{number} | {PROMISES[number - 1]}"] + ["|"] * (len(tests) - 1)
        rows = [_row(test, cases) for test, cases in tests.items()] or ["**no test** | |"]
        lines += [f"| {head} | {row} |" for head, row in zip(heads, rows, strict=True)]
    return "\n".join(lines) + "\n"


def _folded(tests: dict[str, list[Proof]]) -> dict[str, list[Proof]]:
    """The tests, where the many of one file that measure nothing stand as one under the name of the file."""
    silent = {test for test, cases in tests.items() if not any(case.figure for case in cases)}
    by_file = Counter(test.partition("::")[0] for test in silent)
    folded: dict[str, list[Proof]] = {}
    for test, cases in tests.items():
        file = test.partition("::")[0]
        folded.setdefault(file if test in silent and by_file[file] > FEW else test, []).extend(cases)
    return folded


def _row(test: str, cases: list[Proof]) -> str:
    file, _, name = test.partition("::")
    figures = list(dict.fromkeys(case.figure for case in cases if case.figure))
    limits = list(dict.fromkeys(case.limit for case in cases if case.limit))
    held = sum(case.outcome == _HELD for case in cases)
    counted = "passes" if len(cases) == 1 else f"{held:,} cases pass"
    measured = "; ".join(figures) or (counted if held else "")
    wrong = sorted({case.outcome for case in cases} - {_HELD})
    words = " ".join(filter(None, (*(f"**{outcome}**" for outcome in wrong), measured))).replace("|", "\\|")
    return f"[{name or Path(file).stem}](../{file}) | {words} | {'; '.join(limits)}"
