"""What one step of a what-if does, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from netviz.analysis.compare import Comparison, PairChange, now_unknown
from netviz.model.policy import PolicySet
from netviz.view.peers import peer_label
from netviz.view.words import connection_words
from netviz.workbench.questions import WhatIf

_EXAMPLES: Final = 3
_NAMED: Final = 2


def step_words(previous: WhatIf, now: WhatIf, policies: PolicySet, comparison: Comparison) -> str:
    """`Turning off shop/deny-all opens 3 connections: + web → db TCP 5432, ...`; `comparison` is from step to step.

    A connection is a pair of peers. One whose ports became more is opened, one whose ports became fewer is closed.
    """
    labels = {peer.id: peer_label(peer) for peer in comparison.peers}
    doubted = [change for change in comparison.changes if now_unknown(change.before, change.after)]
    sure = [change for change in comparison.changes if change not in doubted]
    opened = [change for change in sure if change.after.allow - change.before.allow]
    closed = [change for change in sure if change.before.allow - change.after.allow]
    doing = [
        f"{word} {len(changes):,}"
        for word, changes in (("opens", opened), ("closes", closed), ("leaves undecided", doubted))
        if changes
    ]
    subject = _subject(previous, now, policies)
    if not doing:
        return f"{subject} changes no connection."
    lines = [_line("+", change, labels, gained=True) for change in opened[:_EXAMPLES]]
    lines += [_line("−", change, labels, gained=False) for change in closed[: _EXAMPLES - len(lines)]]
    total = len(opened) + len(closed)
    more = f", and {total - len(lines):,} more" if lines and total > len(lines) else ""
    unit = "connection" if len(opened) + len(closed) + len(doubted) == 1 else "connections"
    examples = f": {', '.join(lines)}{more}" if lines else ""
    return f"{subject} {_joined(doing)} {unit}{examples}."


def counted_step(previous: WhatIf, now: WhatIf, policies: PolicySet, counts: tuple[int, int, int]) -> str:
    """The same for an input of which not every pair is listed: `counts` are pairs of pods, as of `scope.pod_step`."""
    words = ("opens", "closes", "leaves undecided")
    doing = [f"{word} {count:,}" for word, count in zip(words, counts, strict=True) if count]
    subject = _subject(previous, now, policies)
    if not doing:
        return f"{subject} changes no pair of pods."
    return f"{subject} {_joined(doing)} {'pair' if sum(counts) == 1 else 'pairs'} of pods."


def _subject(previous: WhatIf, now: WhatIf, policies: PolicySet) -> str:
    names = {str(p.id): f"{p.id.namespace}/{p.id.name}" if p.id.namespace else p.id.name for p in policies.policies}
    acts = (
        ("Turning off", now.disabled - previous.disabled),
        ("Turning on", previous.disabled - now.disabled),
        ("Enforcing", now.enforced - previous.enforced),
        ("No longer enforcing", previous.enforced - now.enforced),
    )
    found = [(act, sorted(names[policy] for policy in ids if policy in names)) for act, ids in acts]
    said = [f"{act} {_some(which)}" for act, which in found if which]
    if previous.drafts != now.drafts:
        said.append("the edited policies" if said else "The edit")
    if not said:
        return "This"
    first, *others = said
    return " and ".join([first, *(other[0].lower() + other[1:] for other in others)])


def _some(names: list[str]) -> str:
    return " and ".join(names) if len(names) <= _NAMED else f"{len(names):,} policies"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _line(sign: str, change: PairChange, labels: Mapping[str, str], *, gained: bool) -> str:
    before, after = change.before.allow, change.after.allow
    ports = after - before if gained else before - after
    return f"{sign} {labels[change.source]} → {labels[change.target]} {connection_words(ports)}"
