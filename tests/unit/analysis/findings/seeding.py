"""Clean manifests with one bug each: what was done, which check has to find it, and where."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Finding
from netviz.dialects.plugins import parse_plugin
from netviz.engine.evaluator import Evaluation, Evaluator
from netviz.loading import Loaded, load_files, under
from netviz.workbench.options import options_for

MARK = "# here"
"""Ends the line that the finding has to name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A bug in a clean base: `text` is added to it, after `instead_of` was replaced by `by` there.

    The finding of `check` is about `about`, in the line that ends with the mark.
    """

    check: str
    name: str
    about: str
    text: str = ""
    instead_of: str = ""
    by: str = ""
    cni: str = "auto"
    version: str = ""

    def __str__(self) -> str:
        return f"{self.check} {self.name}"

    def manifest(self, base: str) -> str:
        """The base with the bug."""
        assert not self.instead_of or base.count(self.instead_of) == 1, self.instead_of
        spoiled = base.replace(self.instead_of, self.by) if self.instead_of else base
        return f"{spoiled}\n---\n{dedent(self.text)}" if self.text else spoiled


def facts_of(text: str, cni: str = "auto", version: str = "") -> Facts:
    """The facts of a manifest under a network plugin."""
    loaded = load_files([("all.yaml", text.encode())], plugin=parse_plugin(cni, version))
    return Facts(
        evaluation=evaluated(loaded),
        policies=loaded.policies,
        report=loaded.report,
        plugin=loaded.plugin,
        elsewhere=lambda plugin: evaluated(under(loaded, plugin)),
    )


def evaluated(loaded: Loaded) -> Evaluation:
    """The evaluation of an input under its plugin."""
    options = options_for(loaded.plugin, ip_blocks="addresses", pod_cidrs=("10.244.0.0/16",))
    return Evaluator(loaded.cluster, loaded.policies, options).evaluate()


def found_in(bug: Bug, base: str) -> list[Finding]:
    """What the check of a bug finds about its object."""
    facts = facts_of(bug.manifest(base), bug.cni, bug.version)
    return [f for f in find(facts) if f.check == bug.check and f.object == bug.about]


def marked_line(text: str) -> int:
    """The number of the line with the mark."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if line.endswith(MARK)]
    assert len(lines) == 1, f"one line has to end with {MARK!r}"
    return lines[0]
