"""The JSON answer of `netviz why` (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.exporters.answers import Json, connections_json, report_json
from netviz.manifests.report import LoadReport
from netviz.view.trace import Half, Step
from netviz.workbench.questions import WhyAnswer


def why_json(answer: WhyAnswer, report: LoadReport, alternatives: Sequence[str]) -> Json:
    """The whole answer; `alternatives` are other things of the same name."""
    found: Json = {"schema": "netviz.why/1", **answer_json(answer)}
    if alternatives:
        found["alternatives"] = list(alternatives)
    return {**found, "complete": report.complete, **report_json([report])}


def answer_json(answer: WhyAnswer) -> Json:
    """The verdict with both halves, without what is said of the input."""
    found: Json = {"from": answer.source, "to": answer.target}
    if answer.via:
        found["via"] = answer.via
    found["protocol"] = answer.protocol
    if answer.sets is not None:
        found |= {
            name: connections_json(part)
            for name, part in zip(("allowed", "denied", "unknown"), answer.sets, strict=True)
        }
        found["example"] = {"protocol": answer.protocol, "port": answer.port}
    elif answer.port:
        found["port"] = answer.port
    found |= {"verdict": answer.verdict, "text": answer.sentence}
    found |= {half.direction: _half(half) for half in answer.halves}
    if answer.because:
        found["because"] = [{"policy": policy, "reason": reason} for policy, reason in answer.because]
    if answer.notes:
        found["notes"] = list(answer.notes)
    found["backends"] = [answer_json(backend) for backend in answer.backends]
    return found


def _half(half: Half) -> Json:
    return {"verdict": half.verdict, "steps": [_step(step) for step in half.steps]}


def _step(step: Step) -> Json:
    found: Json = {"layer": step.layer}
    for name, value in (
        ("policy", step.policy),
        ("rule", step.rule),
        ("action", step.action),
        ("file", step.file),
        ("line", step.line),
    ):
        if value:
            found[name] = value
    return {**found, "text": step.text}
