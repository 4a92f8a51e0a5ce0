"""The smallest fix as a page and the command line ask for it: plain questions and answers."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.workbench.questions import Draft, WhyQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class FixQuestion:
    """How `connection` can be made allowed or, with `deny`, denied. Its port 0 is every port of the protocol."""

    connection: WhyQuestion
    deny: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectLine:
    """Something else that a fix changes: two ends and the ports in words; `change` as in `ChangeLine`."""

    source: str
    target: str
    change: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixEdit:
    """One policy of a fix: what is done in words, the whole policy as YAML, and where it is written now, if it is."""

    words: str
    draft: Draft
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FixLine:
    """One way to do it. `effects` are the first of `total` other changes; if not `counted`, there are more.

    `idle` says whose own policies let more (or less) through while others still deny it, so that no pair changes.
    """

    edits: tuple[FixEdit, ...]
    effects: tuple[EffectLine, ...]
    total: int
    counted: bool = True
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixAnswer:
    """The ways to fulfil the question, those with the fewest other changes first.

    `wanted` is allow or deny, `before` how it stands now (allow, deny, unknown or mixed), `sentence` the answer in one
    line, also where there is no way.
    """

    source: str
    target: str
    connections: str
    wanted: str
    before: str
    sentence: str
    fixes: tuple[FixLine, ...] = ()
