"""The impact of policies as rows and as JSON (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from netviz.analysis.impact import Impact, PairImpact, PolicyState
from netviz.engine.matrix import Peer, PeerType
from netviz.exporters.answers import Json, connections_json, peer_json, report_json
from netviz.manifests.report import LoadReport
from netviz.model.policy import Policy, PolicyId
from netviz.view.peers import peer_label
from netviz.view.words import connection_words

HEAD: Final = ("policy", "state", "opens", "breaks", "now unknown", "note")
PAIR_HEAD: Final = ("policy", "from", "to", "opens", "breaks", "now unknown")
UNIT: Final = (
    "Pairs are ordered: one pod to another; a pod and all that is outside of the cluster, once in each direction."
)
STRANGERS: Final = "may matter for pods that are not in the input, for no other"
WITHOUT_EFFECT: Final = "no effect on these pods"


def effect(impact: Impact) -> str:
    """`pairs`, or `strangers` for pods that are not in the input only, or `none`."""
    if impact.total.pairs:
        return "pairs"
    return "strangers" if impact.strangers else "none"


def note(impact: Impact) -> str:
    """What is to be said beside the numbers."""
    notes = {"none": WITHOUT_EFFECT, "strangers": STRANGERS, "pairs": ""}[effect(impact)]
    if impact.total.pairs and not (impact.total.opens or impact.total.breaks or impact.total.doubts):
        notes = "decides what is unknown otherwise"
    if impact.state is PolicyState.ENFORCED:
        return notes
    said = {
        PolicyState.DISABLED: "if it were switched on",
        PolicyState.STAGED: "if it were enforced",
        PolicyState.REPLACED: "replaced by a staged one",
    }[impact.state]
    return f"{notes}, {said}" if notes else said


def impact_row(impact: Impact) -> list[str]:
    """An impact in the order of `HEAD`."""
    total = impact.total
    numbers = [f"{number}" for number in (total.opens, total.breaks, total.doubts)]
    return [str(impact.policy), impact.state.value, *numbers, note(impact)]


def pair_cells(pair: PairImpact, peers: Mapping[str, Peer]) -> list[str]:
    """From, to, opens, breaks and now unknown in words; `peers` by their ids."""
    return [
        *(peer_label(peers[end]) for end in (pair.source, pair.target)),
        *(connection_words(gain) if gain else "" for gain in (pair.opens, pair.breaks, pair.doubts)),
    ]


def pair_rows(impact: Impact, peers: Mapping[str, Peer]) -> list[list[str]]:
    """Its pairs in the order of `PAIR_HEAD`."""
    return [[str(impact.policy), *pair_cells(pair, peers)] for pair in impact.pairs]


def summary(impacts: Sequence[Impact], uncounted: int) -> list[str]:
    """Sentences that belong to a table of impacts: what is counted, and which policies do nothing."""
    idle = [str(impact.policy) for impact in impacts if effect(impact) == "none"]
    found = [UNIT]
    if idle:
        found.append(f"Without effect on the pods of this input, each by itself: {', '.join(idle)}.")
    if uncounted:
        found.append(
            f"Pairs with {uncounted:,} pods on the network of their node, or with addresses of two families, are not "
            "counted: they are too many."
        )
    return found


def impact_json(
    impacts: Sequence[Impact],
    policies: Mapping[PolicyId, Policy],
    peers: Mapping[str, Peer],
    report: LoadReport,
    *,
    by: str,
    uncounted: int,
) -> Json:
    """The answer of `netviz impact`."""
    mentioned = {end for impact in impacts for pair in impact.pairs for end in (pair.source, pair.target)}
    return {
        "schema": "netviz.impact/1",
        "by": by,
        "complete": report.complete,
        "unit": UNIT,
        "uncountedPods": uncounted,
        "policies": [_json(impact, policies[impact.policy]) for impact in impacts],
        "peers": [
            peer_json(peer) for name, peer in peers.items() if name in mentioned and peer.type is PeerType.ADDRESSES
        ],
        **report_json([report]),
    }


def _json(impact: Impact, policy: Policy) -> Json:
    total = impact.total
    return {
        "policy": str(impact.policy),
        "state": impact.state.value,
        "opens": total.opens,
        "breaks": total.breaks,
        "unknown": total.doubts,
        "outside": {
            "opens": impact.outside.opens,
            "breaks": impact.outside.breaks,
            "unknown": impact.outside.doubts,
        },
        "effect": effect(impact),
        "file": policy.ref.file,
        "line": policy.ref.line,
        "changes": [_pair_json(pair) for pair in impact.pairs],
        "more": impact.more,
    }


def _pair_json(pair: PairImpact) -> Json:
    gains = {"opens": pair.opens, "breaks": pair.breaks, "unknown": pair.doubts}
    return {
        "src": pair.source,
        "dst": pair.target,
        **{word: connections_json(gain) if gain else None for word, gain in gains.items()},
    }
