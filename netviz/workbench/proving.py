"""Answers whether a change does just what was intended, of a what-if and of two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netviz.analysis.alternatives import Alternative
from netviz.analysis.proof import Intent, Outcome, Proof, parse_intent, prove_change, prove_what_if
from netviz.engine.evaluator import Evaluation
from netviz.engine.fixed import AnyPod, End, Forwarder
from netviz.engine.matrix import Grouping
from netviz.engine.naming import HOST_ENDPOINT, INGRESS_CONTROLLER
from netviz.engine.options import Scenario
from netviz.errors import UsageError
from netviz.loading import Loaded
from netviz.model.cluster import HostEndpoint, Pod
from netviz.sets.addresses import IpAddress
from netviz.sets.connections import protocol_name
from netviz.view.trace import end_words
from netviz.workbench.drafts import load_beside
from netviz.workbench.fixes import EffectLine
from netviz.workbench.fixing import effect_lines
from netviz.workbench.proofs import MOST_INTENTS, IntentLine, ProofAnswer
from netviz.workbench.questions import WhatIf, WhyQuestion

_MOST_LINES = 50
_STANDS = {
    "allow": "allowed",
    "deny": "denied",
    "unknown": "undecided",
    "mixed": "partly allowed",
    "nothing": "no pair",
}


def intents_of(texts: Sequence[str]) -> tuple[Intent, ...]:
    """The intents of some lines, empty ones left out; UsageError for a line that is none, or too many."""
    wanted = [text for text in texts if text.strip()]
    if len(wanted) > MOST_INTENTS:
        raise UsageError(f"{len(wanted)} intents are more than {MOST_INTENTS}")
    return tuple(map(parse_intent, wanted))


def prove_scenario(
    loaded: Loaded, plain: Evaluation, scenario: Scenario, what_if: WhatIf, texts: Sequence[str]
) -> ProofAnswer:
    """Whether a what-if does just what is intended; `plain` is the input as it is written."""
    drafted = load_beside(loaded, what_if.drafts).policies
    gone = {draft.replaces for draft in what_if.drafts} | {str(policy.id) for policy in drafted.policies}
    change = Alternative(
        removed=frozenset(policy.id for policy in loaded.policies.policies if str(policy.id) in gone),
        added=drafted.policies,
        tiers=drafted.tiers,
        disabled=scenario.disabled,
        enforced=scenario.enforced,
    )
    return proof_answer(prove_what_if(plain, change, intents_of(texts)), complete=loaded.report.complete)


def prove_inputs(
    before: Evaluation,
    after: Evaluation,
    texts: Sequence[str],
    by: Grouping = Grouping.WORKLOAD,
    *,
    complete: bool,
) -> ProofAnswer:
    """Whether the change from one input to another does just what is intended; not if either is not `complete`."""
    return proof_answer(prove_change(before, after, intents_of(texts), by), complete=complete)


def proof_answer(proof: Proof, *, complete: bool) -> ProofAnswer:
    """A proof in words. Of an input of which a part was refused nothing is proven."""
    others = proof.others
    return ProofAnswer(
        proven=proof.holds and complete,
        sentence=_sentence(proof, complete=complete),
        intents=tuple(map(_intent_line, proof.outcomes)),
        others=effect_lines(others)[:_MOST_LINES],
        total=len(others.pairs),
        doubtful=_doubtful(proof)[:_MOST_LINES],
        doubts=len(others.doubtful),
        compared=others.complete,
    )


def _doubtful(proof: Proof) -> tuple[EffectLine, ...]:
    return effect_lines(replace(proof.others, pairs=proof.others.doubtful))


def _sentence(proof: Proof, *, complete: bool) -> str:
    others = proof.others
    if proof.holds and complete:
        if not proof.outcomes:
            return "Proven: nothing changes."
        already = all(o.before is not None and o.before.holds(o.intent.verdict) for o in proof.outcomes)
        done = "it was so already, and" if already else "all is as intended, and"
        return f"Proven: {done} nothing else changes."
    reasons: list[str] = []
    unmet = sum(not outcome.holds for outcome in proof.outcomes)
    if unmet:
        reasons.append(f"{unmet} of {len(proof.outcomes)} intents {'does' if unmet == 1 else 'do'} not hold")
    if others.pairs:
        reasons.append(f"{_pairs(len(others.pairs))} {'changes' if len(others.pairs) == 1 else 'change'} besides")
    if others.doubtful:
        reasons.append(f"of {_pairs(len(others.doubtful))} it cannot be decided")
    if not others.complete:
        reasons.append("the input is too large to compare all pairs")
    if not complete:
        reasons.append("part of the input was refused")
    return f"Not proven: {', '.join(reasons)}."


def _pairs(count: int) -> str:
    return f"{count:,} {'pair' if count == 1 else 'pairs'}"


def _intent_line(outcome: Outcome) -> IntentLine:
    flow = outcome.against
    before = "not there" if outcome.before is None else _STANDS[outcome.before.word]
    if flow is None:
        return IntentLine(
            text=outcome.intent.text, before=before, after=_STANDS[outcome.after.word], holds=outcome.holds
        )
    against = f"{end_words(flow.source)} to {end_words(flow.target)}, {flow.connection}: {_STANDS[flow.verdict.value]}"
    why = WhyQuestion(
        source=_name(flow.source),
        target=_name(flow.target),
        protocol=protocol_name(flow.connection.protocol),
        port=flow.connection.port,
    )
    return IntentLine(
        text=outcome.intent.text,
        before=before,
        after=_STANDS[outcome.after.word],
        holds=outcome.holds,
        against=against,
        why=why,
    )


def _name(end: End) -> str:
    """What a question calls an end; a pod that only a template tells of by its workload."""
    match end:
        case Pod():
            return str(end.workload) if end.synthetic else f"{end.namespace}/{end.name}[Pod]"
        case HostEndpoint():
            return HOST_ENDPOINT + end.name
        case AnyPod():
            return INGRESS_CONTROLLER
        case Forwarder(address):
            return str(address)
        case IpAddress():
            return str(end)
