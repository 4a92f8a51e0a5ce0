"""Examples of findings about Calico, the admin policies and plugins: bugs that the tests plant in clean input."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import Final

from tests.unit.analysis.findings import (
    admin_base,
    admin_bugs,
    calico_base,
    calico_bugs,
    plugin_base,
    plugin_bugs,
)
from tests.unit.analysis.findings.seeding import MARK, Bug


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example of a finding, and what it stands beside, under a network plugin."""

    text: str
    beside: str
    cni: str = "auto"
    version: str = ""


_PLANTED: Final = (
    (admin_base.BASE, admin_bugs.BUGS),
    (calico_base.BASE, calico_bugs.BUGS),
    (plugin_base.BASE, plugin_bugs.BUGS),
)


def seeded() -> dict[str, Example]:
    """By check the first bug that is an object of its own."""
    found: dict[str, Example] = {}
    for base, bugs in _PLANTED:
        for bug in bugs:
            if bug.text:
                found.setdefault(bug.check, _example(bug, base))
    return found


def _example(bug: Bug, base: str) -> Example:
    beside = base.replace(bug.instead_of, bug.by) if bug.instead_of else base
    text = dedent(bug.text).replace(f" {MARK}", "")
    return Example(text=text, beside=beside.replace(f" {MARK}", ""), cni=bug.cni, version=bug.version)
