"""What a rule says, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from netviz.model.cluster import NAME_LABEL
from netviz.model.policy import (
    ANYONE,
    PODS,
    Action,
    BehindService,
    Direction,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelScope,
    LabelView,
    NamedPort,
    NotPeer,
    OfFamily,
    OfKind,
    OnNodes,
    PolicyRule,
    PortMatch,
    RulePeer,
    ServicePorts,
    SomePeer,
    Unresolved,
    WithAddress,
)
from netviz.selectors.describe import describe
from netviz.selectors.tree import EVERYTHING, AllOf, HasKey, Negated, Selector, ValueIn, required_keys, with_keys
from netviz.sets.connections import ALL_CONNECTIONS, protocol_name
from netviz.view.words import connection_words

SHOWN_CLAUSES: Final = 6
_VERBS: Final = {Action.ALLOW: "allows", Action.DENY: "denies", Action.PASS: "passes"}


def rule_words(rule: PolicyRule, direction: Direction) -> str:
    """What a rule says: `allows TCP 8080 from pods app=web in namespace shop`."""
    sides = ("from", "to") if direction is Direction.INGRESS else ("to", "from")
    text = f"{_VERBS[rule.action]} {ports_words(rule)} {sides[0]} {peer_words(rule.peer)}"
    if rule.local != ANYONE and not isinstance(rule.local, OfFamily):
        text += f" {sides[1]} {peer_words(rule.local)}"
    return f"{text}, on to the next tier" if rule.action is Action.PASS else text


def ports_words(rule: PolicyRule) -> str:
    """The port clauses of a rule."""
    text = "any port" if rule.ports is None else _listed(rule.ports) or "no port"
    if rule.not_ports:
        text += f" except {_listed(rule.not_ports)}"
    return text if rule.within == ALL_CONNECTIONS else f"{text} within {connection_words(rule.within)}"


def _listed(ports: Sequence[PortMatch]) -> str:
    return ", ".join(_port_words(port) for port in ports[:SHOWN_CLAUSES]) + more_words(len(ports))


def _port_words(port: PortMatch) -> str:
    if isinstance(port, ServicePorts):
        return f"the ports of Service {port.namespace}/{port.name}"
    if isinstance(port, NamedPort):
        return f"port {port.name!r}" + (f" ({protocol_name(port.protocol)})" if port.protocol else "")
    return connection_words(port)


def more_words(count: int) -> str:
    """How many of a list are left out after `SHOWN_CLAUSES`; "" if none is."""
    return f" and {count - SHOWN_CLAUSES} more" if count > SHOWN_CLAUSES else ""


def peer_words(peer: RulePeer) -> str:
    """A peer clause: `pods app=web in namespaces team=blue`, `addresses 10.0.0.0/8`, `anyone`."""
    match peer:
        case EveryPeer(parts):
            return _every_words(parts)
        case SomePeer(parts):
            return " or ".join(peer_words(p) for p in parts[:SHOWN_CLAUSES]) + more_words(len(parts)) or "nobody"
        case NotPeer(part):
            return f"anything but {peer_words(part)}"
        case OfKind(kinds):
            return " or ".join(sorted(f"any {kind.value}" for kind in kinds))
        case InNamespace(name):
            return f"namespace {name}"
        case Labelled(LabelView() as view, selector):
            return _view_words(view, selector)
        case Labelled(scope, selector):
            return f"{scope}s {describe(selector)}"
        case OfFamily(family):
            return f"anyone over IPv{family}"
        case BehindService(namespace, name):
            return f"the endpoints of Service {namespace}/{name}"
        case OnNodes(selector):
            return f"nodes {describe(selector)}"
        case Unresolved(reason):
            return reason
        case WithAddress(addresses):
            blocks = addresses.cidrs()
            return "addresses " + ", ".join(blocks[:SHOWN_CLAUSES]) + more_words(len(blocks))
        case _:
            assert_never(peer)


def _every_words(parts: tuple[RulePeer, ...]) -> str:
    if PODS in parts:
        return _pods_words(tuple(part for part in parts if part != PODS))
    families = [f" over IPv{part.family}" for part in parts if isinstance(part, OfFamily)]
    others = [peer_words(part) for part in parts if not isinstance(part, OfFamily)]
    return (" that are also ".join(others) or "anyone, inside or outside") + "".join(families)


def _pods_words(parts: tuple[RulePeer, ...]) -> str:
    pods, place, rest = "pods", "in any namespace", ""
    for part in parts:
        match part:
            case Labelled(LabelScope.POD, selector):
                pods = f"pods {describe(selector)}"
            case InNamespace(name):
                place = f"in namespace {name}"
            case Labelled(LabelScope.NAMESPACE, selector):
                place = _namespace_words(selector)
            case _ if part != ANYONE:
                rest += f" and {peer_words(part)}"
    return f"{pods} {place}{rest}"


def _namespace_words(selector: Selector) -> str:
    match selector:
        case ValueIn(key, (name,)) if key == NAME_LABEL:
            return f"in namespace {name}"
        case _:
            return f"in namespaces {describe(selector)}"


def _view_words(view: LabelView, selector: Selector) -> str:
    """A selector over all labels that an endpoint has: its own, and where it lives and runs as."""
    own: list[Selector] = []
    places: list[str] = []
    for part in selector.parts if isinstance(selector, AllOf) else (selector,):
        place = _place_words(view, part)
        if place:
            places.append(place)
        elif part != EVERYTHING:
            own.append(part)
    endpoints = f"endpoints {describe(AllOf(tuple(own)))}" if own else "endpoints" if places else "any endpoint"
    return " ".join([endpoints, *places])


def _place_words(view: LabelView, part: Selector) -> str:
    """A part that is about the namespace or the service account of an endpoint alone; "" for any other."""
    match part:
        case ValueIn(key, (name,)) if key == view.namespace_key:
            return f"in namespace {name}"
        case HasKey(key) if key == view.namespace_key:
            return "in any namespace"
        case Negated(HasKey(key)) if key == view.namespace_key:
            return "in no namespace"
        case ValueIn(key, names) if key == view.account_prefix + view.inherited_name_key:
            return f"with service account {' or '.join(names)}"
    keys = required_keys(part)
    if keys and all(key.startswith(view.namespace_prefix) for key in keys):
        return _namespace_words(with_keys(part, lambda key: key.removeprefix(view.namespace_prefix)))
    if keys and all(key.startswith(view.account_prefix) for key in keys):
        inherited = with_keys(part, lambda key: key.removeprefix(view.account_prefix))
        return f"with service accounts {describe(inherited)}"
    return ""
