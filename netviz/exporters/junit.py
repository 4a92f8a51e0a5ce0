"""Results as JUnit XML, which CI systems show as a test report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netviz.exporters.xml import xml_attribute, xml_text


@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitCase:
    """One result: its name, and for one that does not hold `problem` in a sentence and `details` line by line."""

    name: str
    file: str
    line: int
    problem: str = ""
    details: tuple[str, ...] = ()


def junit_text(suite: str, cases: Sequence[JUnitCase]) -> str:
    """One suite with all cases, in their order."""
    failed = sum(bool(case.problem) for case in cases)
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="0"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="netviz" {counts}>']
    lines.append(f'  <testsuite name="{xml_attribute(suite)}" {counts}>')
    for case in cases:
        lines += _case(case, suite)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(case: JUnitCase, suite: str) -> list[str]:
    place = f'file="{xml_attribute(case.file)}" line="{case.line}"' if case.line else ""
    head = f'    <testcase name="{xml_attribute(case.name)}" classname="{xml_attribute(suite)}" {place}'.rstrip()
    if not case.problem:
        return [f"{head}/>"]
    details = "\n".join(map(xml_text, case.details))
    return [
        f"{head}>",
        f'      <failure message="{xml_attribute(case.problem)}">{details}</failure>',
        "    </testcase>",
    ]
