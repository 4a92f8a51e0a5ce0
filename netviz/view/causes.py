"""Causes of changes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.analysis.causes import Cause
from netviz.analysis.differences import Difference, Piece

_NAMES: Mapping[Piece, str] = {
    Piece.POLICY: "policy",
    Piece.TIER: "tier",
    Piece.WORKLOAD: "workload",
    Piece.LABELS: "labels of",
    Piece.ACCOUNT: "service account of",
    Piece.NAMESPACE: "labels of namespace",
    Piece.SERVICE_ACCOUNT: "service account",
    Piece.SERVICE: "Service",
    Piece.INGRESS: "Ingress",
    Piece.NETWORK_SET: "network set",
    Piece.NODE: "node",
    Piece.HOST_ENDPOINT: "host endpoint",
}
_LONGEST = 120


def difference_words(difference: Difference) -> str:
    """One difference: `policy NetworkPolicy/shop/web added`, `labels of shop/web[Deployment]: app: web → api`."""
    subject = f"{_NAMES[difference.piece]} {difference.name}"
    if not difference.detail:
        return f"{subject} {difference.what}"
    detail = difference.detail
    short = detail if len(detail) <= _LONGEST else detail[: _LONGEST - 1] + "…"
    return f"{subject}: {short}"


def cause_words(causes: Sequence[Cause]) -> str:
    """All causes of a change: those that suffice alone by semicolons, those that only act together by "together with".

    "" where the causes were not worked out.
    """
    alone = [difference_words(cause.difference) for cause in causes if cause.alone]
    joint = [difference_words(cause.difference) for cause in causes if not cause.alone]
    return "; ".join((*alone, *((" together with ".join(joint),) if joint else ())))
