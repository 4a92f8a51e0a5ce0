"""The `proof` of `netviz diff --intent` in JSON (docs/cli.md)."""

from __future__ import annotations

from netviz.exporters.answers import Json
from netviz.workbench.fix_json import effect_json
from netviz.workbench.proofs import IntentLine, ProofAnswer


def proof_json(answer: ProofAnswer) -> Json:
    """The whole answer."""
    return {
        "proven": answer.proven,
        "text": answer.sentence,
        "intents": [_intent(line) for line in answer.intents],
        "others": {"count": answer.total, "changes": [effect_json(line) for line in answer.others]},
        "undecided": {"count": answer.doubts, "pairs": [effect_json(line) for line in answer.doubtful]},
        "compared": answer.compared,
    }


def _intent(line: IntentLine) -> Json:
    found: Json = {"intent": line.text, "before": line.before, "after": line.after, "holds": line.holds}
    if line.why is not None:
        why = line.why
        found["counterexample"] = {
            "from": why.source,
            "to": why.target,
            "protocol": why.protocol,
            "port": why.port,
            "text": line.against,
        }
    return found
