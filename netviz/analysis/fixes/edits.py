"""Edits of policies as they are written: new ones, and changes to the spec of one that is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final

from netviz.manifests.yaml_writer import yaml_text
from netviz.model.policy import PolicyId
from netviz.source import SourceRef

Written = Mapping[str, Any]
"""A mapping of a manifest. None is ever changed in place."""

Step = Callable[[Written], Written]
"""From one spec to another."""

_KEPT: Final = ("name", "namespace", "labels", "annotations")
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_LONGEST_NAME: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy:
    """A policy that is not there yet; `words` say what it is."""

    manifest: Written
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPolicy:
    """A policy that is there, with steps that change its spec; `words` say how."""

    policy: PolicyId
    manifest: Written
    ref: SourceRef
    steps: tuple[Step, ...]
    words: str


Edit = NewPolicy | ChangedPolicy
Idea = tuple[Edit, ...]
"""Edits that are made together."""


def text_of(edit: Edit) -> str:
    """The policy after the edit, as YAML: comments and the order of what was written by hand are not kept."""
    match edit:
        case NewPolicy(manifest=manifest):
            return yaml_text(manifest)
        case ChangedPolicy(manifest=manifest, steps=steps):
            metadata = {key: _kept(manifest["metadata"][key]) for key in _KEPT if manifest["metadata"].get(key)}
            spec = reduce(lambda written, step: step(written), steps, manifest.get("spec") or {})
            head = {key: manifest[key] for key in ("apiVersion", "kind")}
            return yaml_text({**head, "metadata": metadata, "spec": spec})


def _kept(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key != _APPLIED}


def together(ideas: Iterable[Idea]) -> Idea:
    """All edits of several ideas, those of one policy as one edit."""
    new: list[Edit] = []
    changed: dict[PolicyId, ChangedPolicy] = {}
    for edit in (edit for idea in ideas for edit in idea):
        match edit:
            case NewPolicy():
                new.append(edit)
            case ChangedPolicy(policy=policy, steps=steps, words=words):
                known = changed.get(policy)
                changed[policy] = (
                    edit
                    if known is None
                    else replace(known, steps=(*known.steps, *steps), words=f"{known.words}; {words}")
                )
    return (*changed.values(), *new)


def inserted(key: str, rules: Iterable[Written], at: int | None = None) -> Step:
    """A step that puts rules into the list `key`, before number `at` or at the end."""
    added = list(rules)

    def step(spec: Written) -> Written:
        found = list(spec.get(key) or [])
        place = len(found) if at is None else at
        return {**spec, key: [*found[:place], *added, *found[place:]]}

    return step


def replaced(key: str, number: int, rules: Iterable[Written]) -> Step:
    """A step that puts rules in the place of rule `number` of the list `key`."""
    instead = list(rules)

    def step(spec: Written) -> Written:
        found = list(spec.get(key) or [])
        return {**spec, key: [*found[:number], *instead, *found[number + 1 :]]}

    return step


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name for an object, made of `wanted`, that none of `taken` has."""
    plain = re.sub(r"[^a-z0-9.]+", "-", wanted.lower()).strip("-.")[:_LONGEST_NAME].rstrip("-.") or "policy"
    known = set(taken)
    if plain not in known:
        return plain
    numbered = (f"{plain[: _LONGEST_NAME - 4].rstrip('-.')}-{i}" for i in range(2, 1000))
    return next((name for name in numbered if name not in known), plain)
