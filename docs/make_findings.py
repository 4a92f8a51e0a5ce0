"""Writes docs/findings.md: every check with what it says of an example. Run as `python docs/make_findings.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from docs.findings_examples import EXAMPLES  # noqa: E402 - the path is set above, so that a checkout needs no install
from docs.findings_seeded import Example, seeded  # noqa: E402 - as above
from netviz.analysis.findings.catalogue import CHECKS, find  # noqa: E402 - as above
from netviz.analysis.findings.facts import Facts  # noqa: E402 - as above
from netviz.analysis.findings.finding import Check, Finding  # noqa: E402 - as above
from netviz.dialects.plugins import parse_plugin  # noqa: E402 - as above
from netviz.engine.evaluator import Evaluation, Evaluator  # noqa: E402 - as above
from netviz.engine.options import IpBlocks, Options  # noqa: E402 - as above
from netviz.loading import Loaded, load_files, under  # noqa: E402 - as above
from netviz.workbench.options import options_for  # noqa: E402 - as above

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


def examples() -> dict[str, Example]:
    """The example of every check that has one."""
    return seeded() | {check: Example(text=text, beside=CLEAN) for check, text in EXAMPLES.items()}


def findings_in(example: Example) -> tuple[Finding, ...]:
    """Everything that is found in a clean cluster with an example in it; the example begins in line 1."""
    files = [("example.yaml", example.text.encode()), ("clean.yaml", example.beside.encode())]
    loaded = load_files(files, plugin=parse_plugin(example.cni, example.version))
    facts = Facts(
        evaluation=_evaluated(loaded),
        policies=loaded.policies,
        report=loaded.report,
        plugin=loaded.plugin,
        elsewhere=lambda plugin: _evaluated(under(loaded, plugin)),
    )
    return find(facts)


def _evaluated(loaded: Loaded) -> Evaluation:
    options = options_for(loaded.plugin, ip_blocks=IpBlocks.ADDRESSES, pod_cidrs=Options().pod_cidrs)
    return Evaluator(loaded.cluster, loaded.policies, options).evaluate()


def found_in(check: Check, example: Example) -> Finding:
    """The first finding of a check in an example; StopIteration if there is none."""
    return next(finding for finding in findings_in(example) if finding.check == check.id)


def section(check: Check) -> str:
    """What the page says of one check."""
    lines = [f"### {check.id}: {check.title}", "", f"*{SEVERITIES[check.severity.value]}* · {check.rationale}", ""]
    example = examples().get(check.id)
    if example is not None:
        finding = found_in(check, example)
        place = f"Line {finding.ref.line}, " if finding.ref and finding.ref.file == "example.yaml" else ""
        lines += ["```yaml", *example.text.rstrip("\n").split("\n"), "```", ""]
        if example.cni != "auto":
            version = f" --cni-version {example.version}" if example.version else ""
            lines += [f"With `--cni {example.cni}{version}`:", ""]
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
