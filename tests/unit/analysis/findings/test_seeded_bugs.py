"""Inputs without anything to complain about, and each of them again with one bug, which is found in its line."""

from __future__ import annotations

import pytest

from netviz.analysis.findings.catalogue import find
from netviz.errors import Severity
from tests.unit.analysis.findings import (
    admin_base,
    admin_bugs,
    calico_base,
    calico_bugs,
    plugin_base,
    plugin_bugs,
)
from tests.unit.analysis.findings.seeding import Bug, facts_of, found_in, marked_line

BASES = [
    ("admin", admin_base.BASE, "auto", ""),
    ("admin", admin_base.BASE, "kubernetes", ""),
    ("calico", calico_base.BASE, "auto", ""),
    ("calico", calico_base.BASE, "calico", "3.31"),
    ("plugins", plugin_base.BASE, "calico", ""),
    ("plugins", plugin_base.BASE, "cilium", "1.16"),
    ("plugins", plugin_base.BASE, "azure-npm", ""),
    ("plugins", plugin_base.BASE, "azure-npm", "windows"),
]
BUGS = [
    *(pytest.param(bug, admin_base.BASE, id=str(bug)) for bug in admin_bugs.BUGS),
    *(pytest.param(bug, calico_base.BASE, id=str(bug)) for bug in calico_bugs.BUGS),
    *(pytest.param(bug, plugin_base.BASE, id=str(bug)) for bug in plugin_bugs.BUGS),
]


@pytest.mark.parametrize(("name", "base", "cni", "version"), BASES)
def test_a_base_has_nothing_to_complain_about(name: str, base: str, cni: str, version: str) -> None:
    assert [f for f in find(facts_of(base, cni, version)) if f.severity is not Severity.INFO] == [], name


@pytest.mark.parametrize(("bug", "base"), BUGS)
def test_a_bug_is_found_with_its_place(bug: Bug, base: str) -> None:
    assert marked_line(bug.manifest(base)) in {f.ref.line for f in found_in(bug, base) if f.ref}


@pytest.mark.parametrize(("bug", "base"), BUGS)
def test_without_the_bug_its_check_is_silent_about_the_object(bug: Bug, base: str) -> None:
    found = find(facts_of(base, bug.cni, bug.version))
    assert [f for f in found if (f.check, f.object) == (bug.check, bug.about)] == []
