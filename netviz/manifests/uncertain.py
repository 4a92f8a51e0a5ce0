"""Policies that stand for what cannot be evaluated: kinds without a model, and objects that contradict each other.

They make verdicts UNKNOWN where they may apply, so that nothing is guessed silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from netviz.manifests.document import Document
from netviz.manifests.metadata import DEFAULT_NAMESPACE
from netviz.manifests.reading import Record
from netviz.manifests.unsupported import UnmodelledKind, unmodelled
from netviz.model.policy import (
    ANYONE,
    PODS,
    Action,
    Direction,
    EveryPeer,
    InNamespace,
    Policy,
    PolicyId,
    PolicyRule,
    SomePeer,
    Tier,
)
from netviz.source import SourceRef

UNSUPPORTED_TIER: Final = Tier(
    name="unsupported", order=float("-inf"), default=Action.PASS, label="policies that are not evaluated"
)
"""Comes before every other tier, since a kind that is not understood may have the last word."""


def unsupported_policy(document: Document, kind: UnmodelledKind) -> Policy | None:
    """An uncertain policy for an object of a kind that is not evaluated; None if the kind filters nothing."""
    namespace, name = _metadata(document, "namespace"), object_name(document)
    reason = f"{document.kind} is not evaluated"
    return _uncertain(kind, PolicyId(document.kind, namespace or "", name), document.ref(), reason)


def unread_policy(record: Record) -> Policy | None:
    """An uncertain policy for one that could not be read, but whose kind and name could; None for anything else."""
    kind = unmodelled(record.api_version, record.kind)
    if kind is None or not record.name or record.outcome != "refused":
        return None
    ref = SourceRef(file=record.file, document=record.document, path="", line=record.line)
    return _uncertain(kind, PolicyId(record.kind, record.namespace, record.name), ref, "it could not be read")


def _uncertain(kind: UnmodelledKind, written: PolicyId, ref: SourceRef, reason: str) -> Policy | None:
    """A policy in UNSUPPORTED_TIER that may deny anything in its reach and, unless its kind only restricts, allow it.

    `written` holds kind and namespace as in the manifest.
    """
    if not kind.directions:
        return None
    namespace = (written.namespace or DEFAULT_NAMESPACE) if kind.namespaced else ""
    everywhere = not namespace or namespace == kind.root_namespace
    rules = tuple(
        PolicyRule(path="spec", action=action, peer=ANYONE, ref=ref, certain=False, reason=reason)
        for action in ((Action.DENY,) if kind.only_restricts else (Action.DENY, Action.ALLOW))
    )
    return Policy(
        id=PolicyId(kind.prefix + written.kind, namespace, written.name),
        tier=UNSUPPORTED_TIER.name,
        order=None,
        subject=PODS if everywhere else EveryPeer((PODS, InNamespace(namespace))),
        ingress=rules if Direction.INGRESS in kind.directions else (),
        egress=rules if Direction.EGRESS in kind.directions else (),
        captures=kind.directions,
        certain=False,
        reason=reason,
        ref=ref,
    )


def in_doubtful_tier(policy: Policy) -> Policy:
    """The policy where nothing is known of its tier but the name: it may have the first word, and any."""
    reason = f'the tier "{policy.tier}" could not be used'
    rules = tuple(
        PolicyRule(path="spec.tier", action=action, peer=ANYONE, ref=policy.ref, certain=False, reason=reason)
        for action in (Action.DENY, Action.ALLOW)
    )
    return replace(
        policy,
        tier=UNSUPPORTED_TIER.name,
        order=None,
        ingress=rules if Direction.INGRESS in policy.captures else (),
        egress=rules if Direction.EGRESS in policy.captures else (),
        certain=False,
        reason=reason,
    )


def contradictory(policies: Sequence[Policy]) -> Policy:
    """One uncertain policy that may do whatever any of these does, all of them having the same id.

    It stands where the first of them in evaluation order does; if they name different tiers, before all tiers.
    """
    first = policies[0]
    reason = f"{len(policies)} different policies have this name"
    one_tier = len({policy.tier for policy in policies}) == 1
    rules = {direction: tuple(rule for p in policies for rule in p.rules(direction)) for direction in Direction}
    if not one_tier:
        rules = {direction: _anything(first.ref) if found else () for direction, found in rules.items()}
    return replace(
        first,
        tier=first.tier if one_tier else UNSUPPORTED_TIER.name,
        order=min((policy.order for policy in policies if policy.order is not None), default=None),
        subject=SomePeer(tuple(policy.subject for policy in policies)),
        ingress=tuple(_doubted(rule, reason) for rule in rules[Direction.INGRESS]),
        egress=tuple(_doubted(rule, reason) for rule in rules[Direction.EGRESS]),
        captures=frozenset().union(*(policy.captures for policy in policies)),
        certain=False,
        reason=reason,
    )


def _anything(ref: SourceRef) -> tuple[PolicyRule, ...]:
    actions = (Action.DENY, Action.ALLOW)
    return tuple(PolicyRule(path="spec", action=action, peer=ANYONE, ref=ref) for action in actions)


def _doubted(rule: PolicyRule, reason: str) -> PolicyRule:
    return replace(rule, certain=False, reason=rule.reason or reason)


def object_name(document: Document) -> str:
    """`metadata.name`, or words for an object without a readable one."""
    return _metadata(document, "name") or f"(unnamed, {document.file}, document {document.index})"


def _metadata(document: Document, key: str) -> str | None:
    metadata = document.data.get("metadata")
    value = metadata.get(key) if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else None
