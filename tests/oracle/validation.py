"""Whether the API server would refuse a NetworkPolicy (A40 to A49); only yes or no, no message."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

Raw = dict[str, Any]

KNOWN_FIELDS = {"podSelector", "ingress", "egress", "policyTypes"}
LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
LABEL_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?")


def refused(policy: Raw) -> bool:
    """Whether anything in the policy is invalid."""
    spec = policy.get("spec") or {}
    name = policy["metadata"]["name"]
    if len(name) > 253 or not SUBDOMAIN.fullmatch(name):
        return True
    if set(spec) - KNOWN_FIELDS:
        return True
    return (
        bad_types(spec.get("policyTypes") or [])
        or bad_selector(spec.get("podSelector") or {})
        or any(bad_rule(rule or {}, "from") for rule in spec.get("ingress") or [])
        or any(bad_rule(rule or {}, "to") for rule in spec.get("egress") or [])
    )


def bad_types(types: list[Any]) -> bool:
    """A49."""
    return len(types) > 2 or any(entry not in ("Ingress", "Egress") for entry in types)


def bad_rule(rule: Raw, peers: str) -> bool:
    """One rule with its peers and ports."""
    if set(rule) - {peers, "ports"}:
        return True
    return any(bad_peer(peer or {}) for peer in rule.get(peers) or []) or any(
        bad_port(port or {}) for port in rule.get("ports") or []
    )


def bad_peer(peer: Raw) -> bool:
    """A46."""
    block, pods, namespaces = (peer.get(key) for key in ("ipBlock", "podSelector", "namespaceSelector"))
    if set(peer) - {"ipBlock", "podSelector", "namespaceSelector"}:
        return True
    if block is None:
        return (pods is None and namespaces is None) or bad_selector(pods or {}) or bad_selector(namespaces or {})
    return pods is not None or namespaces is not None or bad_block(block)


def bad_block(block: Raw) -> bool:
    """A47 and A48."""
    if set(block) - {"cidr", "except"} or bad_cidr(block.get("cidr")):
        return True
    whole = ipaddress.ip_network(block["cidr"], strict=False)
    for text in block.get("except") or []:
        if bad_cidr(text):
            return True
        part = ipaddress.ip_network(text, strict=False)
        if part.version != whole.version or part.prefixlen <= whole.prefixlen:
            return True
        if part.network_address not in whole:
            return True
    return False


def bad_cidr(text: object) -> bool:
    """Whether a text is not an address and a prefix length."""
    if not isinstance(text, str) or not re.fullmatch(r"[^/]+/(?:0|[1-9][0-9]*)", text):
        return True
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return True
    return False


def bad_port(port: Raw) -> bool:
    """A43, A44 and A45."""
    number, last = port.get("port"), port.get("endPort")
    if set(port) - {"protocol", "port", "endPort"}:
        return True
    if port.get("protocol") not in (None, "TCP", "UDP", "SCTP"):
        return True
    if isinstance(number, str) and not PORT_NAME.fullmatch(number):
        return True
    if isinstance(number, int) and not 1 <= number <= 65535:
        return True
    if last is None:
        return False
    return not isinstance(number, int) or not number <= last <= 65535


def bad_selector(selector: Raw) -> bool:
    """A41 and A42."""
    if set(selector) - {"matchLabels", "matchExpressions"}:
        return True
    for key, value in (selector.get("matchLabels") or {}).items():
        if bad_key(key) or not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
            return True
    return any(bad_expression(expression) for expression in selector.get("matchExpressions") or [])


def bad_expression(expression: Raw) -> bool:
    """A42."""
    values = expression.get("values") or []
    if set(expression) - {"key", "operator", "values"} or bad_key(expression.get("key", "")):
        return True
    match expression.get("operator"):
        case "In" | "NotIn":
            return not values or any(not LABEL_VALUE.fullmatch(value) for value in values)
        case "Exists" | "DoesNotExist":
            return bool(values)
        case _:
            return True


def bad_key(key: str) -> bool:
    """Whether a text is not a qualified name."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not SUBDOMAIN.fullmatch(prefix)):
        return True
    return not LABEL_NAME.fullmatch(name)
