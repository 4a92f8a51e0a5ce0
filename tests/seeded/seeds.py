"""Bugs to plant in a clean base, one at a time, and reading them back as findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from netviz.analysis.findings.catalogue import find
from netviz.analysis.findings.facts import Facts
from netviz.analysis.findings.finding import Finding
from netviz.dialects.plugins import parse_plugin
from netviz.engine.evaluator import Evaluator
from netviz.loading import load_files
from netviz.workbench.options import options_for

BASE = (Path(__file__).parent / "base.yaml").read_text(encoding="utf-8")
POD_CIDRS = ("10.244.0.0/16",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One bug: `old` is replaced by `new` inside of the object that `inside` begins, `more` is added to the input.

    What has to be found is `check` about `object`, at a place that ends with `path` on a line that holds `line`.
    """

    name: str
    check: str
    object: str
    path: str = ""
    line: str = ""
    inside: str = ""
    edits: tuple[tuple[str, str], ...] = ()
    more: str = ""
    cni: str = "auto"


def planted(seed: Seed, base: str = BASE) -> str:
    """The base with the bug in it."""
    documents = base.split("---\n")
    (index,) = [i for i, text in enumerate(documents) if seed.inside in text] if seed.inside else [0]
    text = documents[index]
    for old, new in seed.edits:
        assert text.count(old) == 1, f"{seed.name}: {old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    documents[index] = text
    return "---\n".join([*documents, *([seed.more] if seed.more else [])])


def findings_of(text: str, cni: str = "auto") -> Sequence[Finding]:
    """Everything that is found in these manifests."""
    loaded = load_files([("all.yaml", text.encode())], plugin=parse_plugin(cni))
    options = options_for(loaded.plugin, ip_blocks="addresses", pod_cidrs=POD_CIDRS)
    evaluation = Evaluator(loaded.cluster, loaded.policies, options).evaluate()
    return find(Facts(evaluation=evaluation, policies=loaded.policies, report=loaded.report, plugin=loaded.plugin))
