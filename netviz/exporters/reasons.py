"""Why a pair is allowed or not, as an export tells it: the verdict, and of the trace what decides it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netviz.view.trace import Half, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One combination of pods behind a pair: its answer in a sentence and both halves."""

    sentence: str
    halves: tuple[Half, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one peer may (not) reach another: `verdict` is allow, deny, unknown, or mixed for pods or ports that differ.

    `cases` are one for each combination of pods that is judged differently, or only one. `doubts` is what an unknown
    verdict rests on.
    """

    source: str
    target: str
    verdict: str
    sentence: str
    cases: tuple[Case, ...]
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Answers about one scenario.

    `why` takes two peer ids and gives None where there is no answer (two
    ends outside of the cluster, or too many workloads behind them). `ends` takes the
    ids of the cards of a drawn edge and gives the peer ids that it is explained with: of a folded end, an example.
    """

    why: Callable[[str, str], Reason | None]
    ends: Callable[[str, str], tuple[str, str] | None]


def deciding(half: Half) -> tuple[Step, ...]:
    """The steps that a half's verdict comes from: what matched, and for a denial at the end whose silence denies."""
    ended = {step.layer for step in half.steps if step.mark in ("no", "unknown") and not step.policy}
    return tuple(
        step
        for step in half.steps
        if step.mark != "info" or (step.policy and not step.rule and step.layer in ended)
    )
