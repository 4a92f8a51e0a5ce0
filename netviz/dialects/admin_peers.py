"""Subjects and peers of the admin policies (C10-C14, C16, C17, C20, C31, C32)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from netviz.dialects.admin_ports import written
from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.selectors import read_label_selector
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.model.policy import (
    NOBODY,
    PODS,
    EveryPeer,
    Labelled,
    LabelScope,
    OnNodes,
    RemarkKind,
    RulePeer,
    Unresolved,
    WithAddress,
)
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.sets.addresses import AddressSet, Cidr, parse_address, parse_cidr

DOMAIN_NAMES: Final = "domainNames"
INSIDE: Final = ("namespaces", "pods")
"""Peers of ingress rules, and subjects."""
OUTSIDE: Final = ("networks", "nodes", DOMAIN_NAMES)
"""Further peers of egress rules, none of which has port names (C33)."""

MOST_ADDRESSES: Final = 25
_LONGEST_CIDR: Final = 43
_NOT_A_CIDR: Final = "Invalid CIDR format provided"
_LABEL: Final = r"[a-zA-Z0-9](?:[-a-zA-Z0-9_]*[a-zA-Z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)+{_LABEL}\.?")
_LONGEST_DOMAIN: Final = 255
_SELECTORS: Final = {"namespaceSelector": LabelScope.NAMESPACE, "podSelector": LabelScope.POD}


def read_pods(fields: Fields, missing: Mapping[str, Severity]) -> RulePeer | None:
    """The pods that a subject or a peer selects by `namespaces` or `pods`; None after reporting what is wrong.

    `missing` says which selectors of `pods` must be written, and how bad it is if they are not: what is missing selects
    everything. Pods of the nodes' network are never among those selected (C10).
    """
    name = written(fields, INSIDE)
    return _pods_of(fields, name, missing) if name else None


def read_peer(fields: Fields, known: tuple[str, ...], missing: Mapping[str, Severity]) -> RulePeer:
    """A peer of a rule that may write one of the `known` fields; NOBODY after reporting what is wrong."""
    match written(fields, known):
        case "":
            return NOBODY
        case "networks":
            return WithAddress(_networks(fields))
        case "nodes":
            fields.remark(RemarkKind.NODES, "nodes")
            selector = _selector(fields, "nodes")
            return NOBODY if selector is None else OnNodes(selector)
        case name if name == DOMAIN_NAMES:
            return _domains(fields)
        case name:
            return _pods_of(fields, name, missing) or NOBODY


def _pods_of(fields: Fields, name: str, missing: Mapping[str, Severity]) -> RulePeer | None:
    if name == "namespaces":
        namespaces = _selector(fields, name)
        return None if namespaces is None else EveryPeer((PODS, *_labelled(LabelScope.NAMESPACE, namespaces)))
    both = fields.child(name)
    if both is None:
        return None
    before = len(both.problems)
    report_unknown_fields(both, frozenset(_SELECTORS), Severity.ERROR)
    absent = [key for key in _SELECTORS if key not in both]
    for key in absent:
        if missing.get(key) is Severity.ERROR or len(absent) == len(_SELECTORS):
            both.error("required", "must be set", key, hint=f"{key}: {{}} selects everything")
        elif key in missing:
            both.warning("missing-selector", f"the API server wants {key} here; read as {{}}, which is everything")
    parts: list[RulePeer] = [PODS]
    for key, scope in _SELECTORS.items():
        selector = _selector(both, key)
        parts += () if selector is None else _labelled(scope, selector)
    return None if errors_since(both, before) else EveryPeer(tuple(parts))


def _selector(fields: Fields, key: str) -> Selector | None:
    child = fields.child(key)
    return None if child is None else read_label_selector(child)


def _labelled(scope: LabelScope, selector: Selector) -> tuple[Labelled, ...]:
    return () if selector == EVERYTHING else (Labelled(scope, selector),)


def _networks(fields: Fields) -> AddressSet:
    blocks = [_block(fields, i, text) for i, text in enumerate(_texts(fields, "networks"))]
    return AddressSet.union(block.addresses() for block in blocks if block is not None)


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    """A list of 1 to 25 strings, each another."""
    texts = fields.strings(key)
    check_length(fields, key, MOST_ADDRESSES)
    for i, text in enumerate(texts):
        if text in texts[:i] and i < MOST_ADDRESSES:
            fields.error("duplicate-value", "Duplicate value", key, i, value=text)
    return texts


def check_length(fields: Fields, key: str, most: int, *, least: int = 1) -> None:
    """Report a list that is too short or too long (C36)."""
    count = fields.length(key)
    if count > most:
        fields.error("invalid-value", f"must have at most {most} items", key, value=count)
    elif isinstance(fields.raw(key), list) and count < least:
        fields.error("invalid-value", f"must have at least {least} items", key, value=count)


def _block(fields: Fields, i: int, text: str) -> Cidr | None:
    block = parse_cidr(text)
    address, _, prefix = text.partition("/")
    odd = _maps(address) or (len(prefix) > 1 and prefix.startswith("0")) or len(text) > _LONGEST_CIDR
    if block is None or odd:
        alone = parse_address(text)
        hint = None if alone is None else f"a single address is written {text}/{32 if alone.family == 4 else 128}"
        fields.error("invalid-value", _NOT_A_CIDR, "networks", i, value=text, hint=hint)
        return None
    if block.host_bits:
        message = f"has bits set beyond the prefix length; read as {block}"
        fields.warning("odd-cidr", message, "networks", i, value=text)
    return block


def _maps(text: str) -> bool:
    """Whether an IPv6 address stands for an IPv4 one, which CEL's isCIDR refuses."""
    address = parse_address(text)
    return address is not None and address.family == 4 and ":" in text


def _domains(fields: Fields) -> RulePeer:
    """Names that only DNS resolves: addresses outside of the cluster that are not in the input (C20)."""
    names = _texts(fields, DOMAIN_NAMES)
    for i, name in enumerate(names):
        if len(name) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(name):
            message = "should be a domain name such as example.org, or *.example.org for all below it"
            fields.error("invalid-value", message, DOMAIN_NAMES, i, value=name)
    fields.remark(RemarkKind.DOMAIN_NAMES, DOMAIN_NAMES, value=", ".join(names))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return Unresolved(f"the addresses of {shown}, which are not in the input")
