"""`--intent` of `netviz diff`: whether the change does just what was intended."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netviz.engine.evaluator import Evaluation
    from netviz.workbench.fixes import EffectLine
    from netviz.workbench.proofs import ProofAnswer

_SHOWN = 10


def add_intent(parser: argparse.ArgumentParser) -> None:
    """The option that asks for a proof."""
    parser.add_argument(
        "--intent",
        action="append",
        default=[],
        metavar="INTENT",
        help="prove that the change does this and nothing else: 'allow|deny SOURCE -> TARGET [PORTS]'; repeatable,"
        " and '' for a change that is to change nothing",
    )


def proof_of(
    before: Evaluation, after: Evaluation, arguments: argparse.Namespace, *, complete: bool
) -> ProofAnswer | None:
    """The proof that was asked for, None without an intent; by workload where namespaces are the peers."""
    from netviz.engine.matrix import Grouping
    from netviz.workbench.proving import prove_inputs

    if not arguments.intent:
        return None
    by = Grouping.POD if arguments.by == "pod" else Grouping.WORKLOAD
    return prove_inputs(before, after, arguments.intent, by, complete=complete)


def as_json(proof: ProofAnswer | None) -> dict[str, Any]:
    """What the proof adds to the answer."""
    from netviz.workbench.proof_json import proof_json

    return {} if proof is None else {"proof": proof_json(proof)}


def print_proof(proof: ProofAnswer | None, out: IO[str]) -> None:
    """The proof in words, after an empty line."""
    from netviz.view.text import visible

    if proof is not None:
        print("", *map(visible, _lines(proof)), sep="\n", file=out)


def _lines(proof: ProofAnswer) -> Iterator[str]:
    yield proof.sentence
    for intent in proof.intents:
        yield f"  {'+' if intent.holds else 'x'} {intent.text}: {intent.before} before, {intent.after} now"
        if intent.against:
            yield f"      {intent.against}"
    yield from _effects("changes besides", proof.others, proof.total)
    yield from _effects("cannot be decided", proof.doubtful, proof.doubts)


def _effects(title: str, lines: tuple[EffectLine, ...], total: int) -> Iterator[str]:
    for line in lines[:_SHOWN]:
        was, now = line.before or "denied", line.after or "denied"
        yield f"  x {title}: {line.source} -> {line.target}: {was} -> {now}"
    left = total - min(_SHOWN, len(lines))
    if left:
        yield f"    and {left} more"
