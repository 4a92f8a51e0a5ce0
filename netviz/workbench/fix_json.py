"""The JSON answer of `netviz fix` (docs/cli.md)."""

from __future__ import annotations

from netviz.exporters.answers import Json, report_json
from netviz.manifests.report import LoadReport
from netviz.workbench.fixes import EffectLine, FixAnswer, FixEdit, FixLine


def fix_json(answer: FixAnswer, report: LoadReport) -> Json:
    """The whole answer."""
    return {
        "schema": "netviz.fix/1",
        "from": answer.source,
        "to": answer.target,
        "connections": answer.connections,
        "wanted": answer.wanted,
        "verdict": answer.before,
        "text": answer.sentence,
        "fixes": [_fix(fix) for fix in answer.fixes],
        "complete": report.complete,
        **report_json([report]),
    }


def _fix(fix: FixLine) -> Json:
    return {
        "edits": [_edit(edit) for edit in fix.edits],
        "effects": {"count": fix.total, "counted": fix.counted, "changes": [effect_json(e) for e in fix.effects]},
        "idle": list(fix.idle),
    }


def _edit(edit: FixEdit) -> Json:
    found: Json = {"text": edit.words, "yaml": edit.draft.text}
    if edit.draft.replaces:
        found |= {"replaces": edit.draft.replaces, "file": edit.file, "line": edit.line}
    return found


def effect_json(effect: EffectLine) -> Json:
    """One other change."""
    return {
        "from": effect.source,
        "to": effect.target,
        "change": effect.change,
        "before": effect.before,
        "after": effect.after,
    }
