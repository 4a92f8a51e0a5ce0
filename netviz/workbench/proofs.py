"""Whether a change does just what was intended: the answer as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.workbench.fixes import EffectLine
from netviz.workbench.questions import WhyQuestion

MOST_INTENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLine:
    """One intent as written: how it stood and stands (allow, deny, unknown, mixed, nothing), and whether it holds.

    `against` is a connection that is not as intended, in words, and `why` the question that explains it.
    """

    text: str
    before: str
    after: str
    holds: bool
    against: str = ""
    why: WhyQuestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofAnswer:
    """Whether a change is proven to do what is intended and nothing else, in a sentence.

    `others` are the first of `total` further changes, `doubtful` the first of `doubts` pairs of which it is undecided
    whether they change. If not `compared`, the input is too large for all pairs to be compared.
    """

    proven: bool
    sentence: str
    intents: tuple[IntentLine, ...]
    others: tuple[EffectLine, ...] = ()
    total: int = 0
    doubtful: tuple[EffectLine, ...] = ()
    doubts: int = 0
    compared: bool = True
