"""What a network plugin makes of a NetworkPolicy where it does not follow the specification (D7, D9-D12).

What a plugin may or may not honour becomes uncertain, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from netviz.dialects.plugins import AUTO, Plugin, Trait
from netviz.manifests.document import Document
from netviz.model.policy import Direction, EveryPeer, NamedPort, OfFamily, Policy, PolicyRule, PortMatch
from netviz.sets.connections import SCTP, ConnectionSet
from netviz.source import SourceRef

_NEGATIVE: Final = frozenset(("NotIn", "DoesNotExist"))
_PEERS: Final = {"ingress": "from", "egress": "to"}
_SELECTORS: Final = ("podSelector", "namespaceSelector")


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginView:
    """A NetworkPolicy as a plugin takes it.

    `split_names` are (name, protocol) of container ports that stand for several numbers in the cluster.
    """

    plugin: Plugin
    split_names: frozenset[tuple[str, int]] = frozenset()

    def seen(self, policy: Policy, document: Document) -> Policy:
        """The policy that the plugin enforces, made uncertain where that is not known; `document` is a valid one."""
        if not self.plugin.traits:
            return policy
        if self.plugin.has(Trait.IPV4_ONLY):
            parts = policy.subject.parts if isinstance(policy.subject, EveryPeer) else (policy.subject,)
            policy = replace(policy, subject=EveryPeer((*parts, OfFamily(4))))
        reason = next(self._untranslated(document.data.get("spec") or {}), "")
        if reason:
            policy = replace(policy, certain=False, reason=f"{self.plugin.title} {reason}")
        return replace(
            policy,
            ingress=tuple(part for rule in policy.ingress for part in self._parts(rule, Direction.INGRESS)),
            egress=tuple(part for rule in policy.egress for part in self._parts(rule, Direction.EGRESS)),
        )

    def _untranslated(self, spec: Mapping[str, Any]) -> Iterator[str]:
        """Why the plugin may not enforce the policy at all."""
        rules = [(peers, rule) for way, peers in _PEERS.items() for rule in _mappings(spec.get(way))]
        ports = [port for _, rule in rules for port in _mappings(rule.get("ports"))]
        peers = [peer for field, rule in rules for peer in _mappings(rule.get(field))]
        blocks = _mappings([peer.get("ipBlock") for peer in peers])
        selectors = _mappings([peer.get(key) for peer in (spec, *peers) for key in _SELECTORS])
        operators = {e.get("operator") for s in selectors for e in _mappings(s.get("matchExpressions"))}
        if self.plugin.has(Trait.NO_NAMED_PORTS) and any(isinstance(port.get("port"), str) for port in ports):
            yield "does not translate policies with named ports: it may have no effect (D7)"
        if self.plugin.has(Trait.NO_SCTP) and any(port.get("protocol") == "SCTP" for port in ports):
            yield "does not translate policies with SCTP: it may have no effect (D10)"
        if self.plugin.has(Trait.NO_EXCEPT) and any(block.get("except") for block in blocks):
            yield "does not translate policies with except: it may have no effect (D11)"
        if self.plugin.has(Trait.NO_NEGATION) and operators & _NEGATIVE:
            yield "does not translate policies with NotIn or DoesNotExist: it may have no effect (D12)"
        if self.plugin.has(Trait.IPV4_ONLY) and any(":" in block.get("cidr", "") for block in blocks):
            yield "does not take IPv6 address blocks: the policy may have no effect (D9)"

    def _parts(self, rule: PolicyRule, direction: Direction) -> Iterator[PolicyRule]:
        """The rule, its entries that the plugin may skip in uncertain rules of their own."""
        refs = rule.port_refs or (rule.ref,) * len(rule.ports or ())
        entries = [(port, ref, self._doubt(port, direction)) for port, ref in zip(rule.ports or (), refs, strict=True)]
        doubtful = dict.fromkeys(doubt for _, _, doubt in entries if doubt)
        if not doubtful:
            yield rule
            return
        certain = [(port, ref) for port, ref, doubt in entries if not doubt]
        if certain:
            yield _with_ports(rule, certain)
        for reason in doubtful:
            skipped = [(port, ref) for port, ref, doubt in entries if doubt == reason]
            yield replace(_with_ports(rule, skipped), certain=False, reason=f"{self.plugin.title} {reason}")

    def _doubt(self, port: PortMatch, direction: Direction) -> str:
        match port:
            case NamedPort(name, protocol) if direction is Direction.EGRESS and (name, protocol) in self.split_names:
                if self.plugin.has(Trait.ONE_NUMBER_PER_NAME):
                    return f"may skip port {name!r}, which stands for different numbers in the cluster (D7)"
            case ConnectionSet() if self.plugin.has(Trait.SCTP_IN_DOUBT) and port.plane(SCTP):
                return "honours SCTP only where that is switched on (D10)"
        if isinstance(port, NamedPort) and port.protocol == SCTP and self.plugin.has(Trait.SCTP_IN_DOUBT):
            return "honours SCTP only where that is switched on (D10)"
        return ""


SPECIFICATION: Final = PluginView(plugin=AUTO)
"""The view of a plugin that follows the specification."""


def _mappings(values: Sequence[Any] | None) -> list[Mapping[str, Any]]:
    return [value for value in values or () if isinstance(value, dict)]


def _with_ports(rule: PolicyRule, entries: Sequence[tuple[PortMatch, SourceRef]]) -> PolicyRule:
    return replace(rule, ports=tuple(port for port, _ in entries), port_refs=tuple(ref for _, ref in entries))
