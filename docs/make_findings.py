"""Writes docs/findings.md: every check with what it says of an example. Run as `python docs/make_findings.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from docs.findings_examples import EXAMPLES  # noqa: E402 - the path is set above, so that a checkout needs no install
from netviz.analysis.findings.catalogue import CHECKS, find  # noqa: E402 - as above
from netviz.analysis.findings.facts import Facts  # noqa: E402 - as above
from netviz.analysis.findings.finding import Check, Finding  # noqa: E402 - as above
from netviz.engine.evaluator import Evaluator  # noqa: E402 - as above
from netviz.loading import load_files  # noqa: E402 - as above

PAGE: Final = ROOT / "docs" / "findings.md"
HEAD: Final = ROOT / "docs" / "findings_head.txt"
CLEAN: Final = (ROOT / "tests" / "seeded" / "base.yaml").read_text(encoding="utf-8")
FAMILIES: Final = (
    ("NP", "Kubernetes NetworkPolicy"),
    ("CAL", "Calico"),
    ("ANP", "Admin policies"),
    ("ENG", "Network plugins"),
)
SEVERITIES: Final = {"error": "error", "warning": "warning", "info": "note"}


def findings_in(example: str) -> tuple[Finding, ...]:
    """Everything that is found in the clean cluster with an example in it; the example begins in line 1."""
    loaded = load_files([("example.yaml", example.encode()), ("clean.yaml", CLEAN.encode())])
    evaluation = Evaluator(loaded.cluster, loaded.policies).evaluate()
    return find(Facts(evaluation=evaluation, policies=loaded.policies, report=loaded.report))


def found_in(check: Check, example: str) -> Finding:
    """The first finding of a check in an example; StopIteration if there is none."""
    return next(finding for finding in findings_in(example) if finding.check == check.id)


def section(check: Check) -> str:
    """What the page says of one check."""
    lines = [f"### {check.id}: {check.title}", "", f"*{SEVERITIES[check.severity.value]}* · {check.rationale}", ""]
    example = EXAMPLES.get(check.id)
    if example is not None:
        finding = found_in(check, example)
        place = f"Line {finding.ref.line}, " if finding.ref and finding.ref.file == "example.yaml" else ""
        lines += ["```yaml", *example.rstrip("\n").split("\n"), "```", ""]
        lines += [f"{place}`{finding.object}`: {finding.message}", "", f"Advice: {finding.advice}", ""]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    parts = [HEAD.read_text(encoding="utf-8")]
    for prefix, title in FAMILIES:
        checks = [check for check in CHECKS if check.id.startswith(prefix)]
        if checks:
            parts += [f"## {title}\n", *(section(check) for check in checks)]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
