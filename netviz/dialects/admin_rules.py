"""Rules of the admin policies: action, peers and ports of each, in order (C4, C12-C20, C30, C33, C36)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from netviz.dialects.admin_peers import DOMAIN_NAMES, INSIDE, OUTSIDE, check_length, read_peer
from netviz.dialects.calico_selectors import in_namespaces
from netviz.errors import Severity
from netviz.manifests.document import Fields, path_text
from netviz.manifests.names import nearest
from netviz.manifests.strict import errors_since, report_unknown_fields
from netviz.model.policy import (
    ANYONE,
    NOBODY,
    Action,
    Direction,
    EveryPeer,
    Labelled,
    NamedPort,
    PolicyRule,
    PortMatch,
    RulePeer,
    SomePeer,
    Tier,
)
from netviz.selectors.tree import EVERYTHING

PEERS_FIELD: Final = {Direction.INGRESS: "from", Direction.EGRESS: "to"}
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminApi:
    """What tells one of the admin policy kinds from the others.

    `tier` is where its policies live, or the first of several that they may name in `tier`, one of the `spec_fields`.
    `most` is how many rules, peers and ports a list may hold; `ports` is the field of a rule that holds what
    `read_port` reads; `outside` are the peers that only egress rules have; `missing` is for `read_pods`;
    `only_name` is what a policy must be called, if not "". `in_calico`: as Calico converts it (C7, C19).
    """

    kind: str
    version: str
    tier: Tier
    spec_fields: frozenset[str]
    actions: Mapping[str, Action]
    most: int
    ports: str
    read_port: Callable[[Fields], PortMatch]
    missing: Mapping[str, Severity]
    outside: tuple[str, ...] = OUTSIDE
    only_name: str = ""
    in_calico: bool = False

    def rules(self, spec: Fields, direction: Direction) -> tuple[PolicyRule, ...]:
        """The rules of one direction. What is wrong is reported; a rule with an error must not be used."""
        entries = spec.children(direction.value)
        check_length(spec, direction.value, self.most, least=0)
        return tuple(rule for entry in entries for rule in self._rule(entry, direction))

    def _rule(self, fields: Fields, direction: Direction) -> tuple[PolicyRule, ...]:
        peers_field = PEERS_FIELD[direction]
        report_unknown_fields(fields, frozenset(("name", "action", peers_field, self.ports)), Severity.ERROR)
        action = self._action(fields)
        name = fields.string("name") or ""
        if len(name) > _LONGEST_NAME:
            fields.error("invalid-value", f"may not be more than {_LONGEST_NAME} bytes", "name", value=name)
        peers, ports = fields.children(peers_field), fields.children(self.ports)
        check_length(fields, peers_field, self.most)
        check_length(fields, self.ports, self.most)
        if peers_field not in fields:
            fields.error("required", "must be set", peers_field, hint="{namespaces: {}} is every pod of the cluster")
        known = INSIDE if direction is Direction.INGRESS else (*INSIDE, *self.outside)
        read = tuple(self._peer(entry, known) for entry in peers)
        matches = tuple(self.read_port(entry) for entry in ports)
        self._judge_names(fields, peers, matches)
        rule = PolicyRule(
            path=path_text(fields.path),
            action=action,
            peer=read[0] if len(read) == 1 else SomePeer(read) if read else NOBODY,
            ports=matches or None,
            ref=fields.ref(),
            peer_refs=tuple(entry.ref() for entry in peers),
            port_refs=tuple(entry.ref() for entry in ports),
            note=name,
        )
        if self.in_calico and any(name in entry for entry in peers for name in _UNKNOWN_TO_CALICO):
            return (_closed_in_calico(rule),)
        if action is not Action.ALLOW and any(DOMAIN_NAMES in entry for entry in peers):
            return _closed(fields, rule)
        return (rule,)

    def _peer(self, fields: Fields, known: tuple[str, ...]) -> RulePeer:
        peer = read_peer(fields, known, self.missing)
        if not (self.in_calico and "namespaces" in fields and isinstance(peer, EveryPeer)):
            return peer
        labelled = next((part for part in peer.parts if isinstance(part, Labelled)), None)
        return in_namespaces(labelled.selector if labelled else EVERYTHING)

    def _action(self, fields: Fields) -> Action:
        """The action of a rule (C30); DENY after reporting what is wrong with it."""
        before = len(fields.problems)
        name = fields.string("action")
        if name is not None and name in self.actions:
            return self.actions[name]
        if name is not None:
            supported = "supported values: " + ", ".join(f'"{known}"' for known in self.actions)
            fields.error("not-supported", supported, "action", value=name, hint=self._meant(name))
        elif not errors_since(fields, before):
            fields.error("required", "must be set", "action")
        return Action.DENY

    def _meant(self, name: str) -> str | None:
        """The action that another kind calls `name`, or one that is spelt alike."""
        other = {"accept": Action.ALLOW, "allow": Action.ALLOW}.get(name.lower())
        same = next((known for known, action in self.actions.items() if action is other), None)
        return f'did you mean "{same}"?' if same else nearest(name, self.actions)

    def _judge_names(self, fields: Fields, peers: list[Fields], ports: tuple[PortMatch, ...]) -> None:
        """C33: what has no containers has no port names."""
        if any(isinstance(port, NamedPort) for port in ports):
            for entry in peers:
                if any(name in entry for name in self.outside):
                    kinds = "/".join(self.outside)
                    message = f"{kinds} peer cannot be set with namedPorts since there are no namedPorts for {kinds}"
                    fields.error("invalid-value", message)
                    return


def _closed(fields: Fields, rule: PolicyRule) -> tuple[PolicyRule, ...]:
    """What a rule with domain names that does not allow may do: as it says, or deny everything at its place (C19)."""
    fields.warning("undefined-domain-names", "only rules that allow have a defined meaning with domainNames")
    reason = f"the API does not define domainNames in a rule that {_VERBS[rule.action]}; a plugin may deny everything"
    denial = replace(rule, action=Action.DENY, peer=ANYONE, ports=None, peer_refs=(), port_refs=())
    found = (denial, rule) if rule.action is Action.PASS else (denial,)
    return tuple(replace(each, certain=False, reason=reason) for each in found)


def _closed_in_calico(rule: PolicyRule) -> PolicyRule:
    """A rule with a peer that Calico does not know: it allows nothing, or denies everything at its place (C19)."""
    note = "; ".join(filter(None, (rule.note, "Calico does not know nodes and domainNames: the rule fails closed")))
    if rule.action is Action.ALLOW:
        return replace(rule, peer=NOBODY, peer_refs=(), note=note)
    return replace(rule, action=Action.DENY, peer=ANYONE, ports=None, peer_refs=(), port_refs=(), note=note)


_UNKNOWN_TO_CALICO: Final = ("nodes", DOMAIN_NAMES)
_VERBS: Final = {Action.DENY: "denies", Action.PASS: "passes"}
