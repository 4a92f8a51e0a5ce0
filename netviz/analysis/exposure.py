"""What policies allow with pods that are not in the input: any pod, pods with certain labels, and with addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from netviz.analysis.descriptions import (
    ANY_POD,
    CONSTANT,
    METADATA_NAME,
    NAME,
    NAMESPACE,
    Described,
    descriptions,
    translated,
)
from netviz.engine.evaluator import Evaluation
from netviz.engine.groups import Group, groups
from netviz.engine.matrix import Grouping, Peer
from netviz.engine.parts import parts
from netviz.engine.strangers import toward_described
from netviz.model.policy import (
    Action,
    Direction,
    EndpointKind,
    EveryPeer,
    InNamespace,
    Labelled,
    LabelView,
    NotPeer,
    OfKind,
    Policy,
    PolicyRule,
    RulePeer,
    SomePeer,
    WithAddress,
)
from netviz.selectors.relation import relation, satisfiable
from netviz.selectors.tree import (
    AllOf,
    HasKey,
    Negated,
    Selector,
    Ternary,
    ValueIn,
    all_of,
    any_of,
    required_keys,
)
from netviz.sets.addresses import AddressSet
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet
from netviz.sets.region import bits

MOST_BLOCKS: Final = 2_000
"""Up to so many address blocks that policies tell apart, exposures to addresses outside are told."""

MOST_SCOPES: Final = 200
"""Descriptions of pods that are tried on one workload and direction."""


Scope = Described | AddressSet


@dataclass(frozen=True, slots=True)
class Permission:
    """A rule that allows something to the described pods."""

    policy: Policy
    rule: PolicyRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a peer's own policies allow with everything in a scope: ANY_POD, described pods, or addresses outside.

    `allow` holds for every pod of the scope; `unless` too, unless other rules, by labels that are not described, decide
    first. `permissions` are the rules that speak of the scope; none where no policy isolates the peer.
    """

    peer: Peer
    direction: Direction
    scope: Scope
    allow: ConnectionSet
    unless: ConnectionSet = NO_CONNECTIONS
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """So many descriptions of pods, in the rules of a peer and direction, that were not tried: too many are there."""

    peer: Peer
    direction: Direction
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """The exposure of every peer, and what of it is not told."""

    entries: tuple[Exposure, ...]
    untold: tuple[Untold, ...]


def tells_outside(evaluation: Evaluation) -> bool:
    """Whether exposures to addresses outside are told: not where policies tell very many of them apart."""
    return len(evaluation.evaluator.classes.atoms.sets) <= MOST_BLOCKS


def exposures(evaluation: Evaluation, by: Grouping = Grouping.WORKLOAD) -> Exposed:
    """The exposure of every peer; what the entry for any pod of the same peer and direction implies is left out."""
    found = _Exposures(evaluation)
    entries = tuple(
        entry
        for group in groups(evaluation.evaluator, by)
        for direction in (Direction if group.parts else ())
        for entry in found.of(group, direction)
    )
    return Exposed(entries=entries, untold=tuple(found.untold))


class _Exposures:
    """Works them out; what slots of one profile have in common is remembered."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._evaluator = evaluation.evaluator
        self._allowed: dict[tuple[Direction, int, Selector], tuple[int, int]] = {}
        self._judged: dict[tuple[Selector, RulePeer], Ternary] = {}
        self._translated: dict[RulePeer, tuple[Described, ...]] = {}
        self.untold: list[Untold] = []

    def of(self, group: Group, direction: Direction) -> Iterator[Exposure]:
        """The entries of one peer and direction."""
        slots = [slot for part in group.parts for slot in self._evaluator.classes.classes[part.number].slots]
        own = [slot for slot in slots if slot < self._evaluator.classes.first_outside]
        rules = list(self._rules(own, direction))
        everybody, _ = self._common(own, direction, ANY_POD)
        if everybody:
            yield self._exposure(group, direction, ANY_POD, (everybody, 0), rules)
        scopes = dict.fromkeys(each for rule in rules for each in self._scopes(rule.rule.peer))
        if len(scopes) > MOST_SCOPES:
            self.untold.append(Untold(peer=group.peer, direction=direction, count=len(scopes) - MOST_SCOPES))
        for scope in list(scopes)[:MOST_SCOPES]:
            allow, unless = self._common(own, direction, scope)
            if (allow | unless) & ~everybody:
                yield self._exposure(group, direction, scope, (allow, unless & ~everybody), rules)
        if tells_outside(self._evaluation):
            yield from self._outside(group, direction, own, rules)

    def _exposure(
        self, group: Group, direction: Direction, scope: Described, masks: tuple[int, int], rules: Iterable[Permission]
    ) -> Exposure:
        return Exposure(
            peer=group.peer,
            direction=direction,
            scope=scope,
            allow=self._evaluator.connections(masks[0]),
            unless=self._evaluator.connections(masks[1]),
            permissions=tuple(rule for rule in rules if self._holds(rule.rule.peer, scope) is True),
        )

    def _outside(
        self, group: Group, direction: Direction, own: list[int], rules: Iterable[Permission]
    ) -> Iterator[Exposure]:
        """What is allowed with addresses outside, by what it is."""
        classes = self._evaluator.classes
        for peers, state in parts(self._evaluation.row(own[0], direction)) if len(own) == 1 else ():
            here = peers & classes.outside
            if here and state.allow:
                addresses = AddressSet.union(classes.slots[slot].outside for slot in bits(here))
                yield Exposure(
                    peer=group.peer,
                    direction=direction,
                    scope=addresses,
                    allow=self._evaluator.connections(state.allow),
                    permissions=tuple(rule for rule in rules if self._evaluator.possibly(rule.rule.peer) & here),
                )

    def _rules(self, slots: list[int], direction: Direction) -> Iterator[Permission]:
        """The rules that allow something to one of the slots."""
        numbers = {
            number: None
            for slot in slots
            for number, _ in self._evaluator.selecting(slot, direction, self._evaluation.inactive)
        }
        for number in numbers:
            policy = self._evaluator.policies[number].policy
            for rule in policy.rules(direction):
                if rule.action is Action.ALLOW:
                    yield Permission(policy, rule)

    def _common(self, slots: list[int], direction: Direction, scope: Described) -> tuple[int, int]:
        found, unless = self._evaluator.atoms.all, 0
        for slot in slots:
            key = (direction, self._evaluator.profiles[direction].of[slot], scope.selector)
            if key not in self._allowed:
                self._allowed[key] = toward_described(
                    self._evaluation, slot, direction, lambda peer: self._holds(peer, scope)
                )
            found &= self._allowed[key][0]
            unless |= self._allowed[key][1]
        return found, unless & ~found if len(slots) == 1 else 0

    def _scopes(self, peer: RulePeer) -> tuple[Described, ...]:
        known = self._translated.get(peer)
        if known is None:
            found = descriptions(peer)
            known = self._translated[peer] = tuple(s for s in found if s != ANY_POD and satisfiable(s.selector))
        return known

    def _holds(self, peer: RulePeer, scope: Described) -> Ternary:
        key = (scope.selector, peer)
        if key not in self._judged:
            self._judged[key] = self._judge(peer, scope)
        return self._judged[key]

    def _judge(self, peer: RulePeer, scope: Described) -> Ternary:
        match peer:
            case OfKind(kinds):
                return EndpointKind.POD in kinds
            case InNamespace() | Labelled():
                asked = translated(peer)
                return relation(self._facts(scope, asked), asked)
            case EveryPeer(pieces):
                return all_of(self._holds(piece, scope) for piece in pieces)
            case SomePeer(pieces):
                blocks = tuple(piece for piece in pieces if isinstance(piece, WithAddress))
                verdicts = [self._holds(piece, scope) for piece in pieces if piece not in blocks]
                return any_of([*verdicts, self._as_stranger(SomePeer(blocks))] if blocks else verdicts)
            case NotPeer(piece):
                inner = self._holds(piece, scope)
                return None if inner is None else not inner
            case _:
                return self._as_stranger(peer)

    def _as_stranger(self, peer: RulePeer) -> Ternary:
        """What is the same for all pods of which nothing is known, such as where their addresses lie."""
        verdicts = {self._evaluator.holds(peer, slot) for slot in bits(self._evaluator.classes.strangers)}
        return verdicts.pop() if len(verdicts) == 1 else None

    def _facts(self, scope: Described, asked: Selector) -> Selector:
        """What holds for the described pods: what is said of them, and what follows from the name of a namespace."""
        facts: list[Selector] = [scope.selector, HasKey(NAME), HasKey(NAMESPACE + METADATA_NAME)]
        facts += [ValueIn(CONSTANT + key, (value,)) for key, value in self._constants]
        for name in self._named(scope.selector):
            facts += [ValueIn(NAME, (name,)), ValueIn(NAMESPACE + METADATA_NAME, (name,))]
            labels = self._namespaces.get(name)
            if labels is not None:
                facts += [ValueIn(NAMESPACE + key, (value,)) for key, value in labels.items() if value is not None]
                if labels:
                    asked_keys = {key for key in required_keys(asked) if key.startswith(NAMESPACE)}
                    absent = asked_keys - {NAMESPACE + key for key in labels}
                    facts += [Negated(HasKey(key)) for key in sorted(absent)]
        return AllOf(tuple(facts))

    def _named(self, selector: Selector) -> Iterator[str]:
        for part in selector.parts if isinstance(selector, AllOf) else (selector,):
            match part:
                case ValueIn(key, (name,)) if key in (NAME, NAMESPACE + METADATA_NAME):
                    yield name

    @cached_property
    def _namespaces(self) -> Mapping[str, Mapping[str, str | None]]:
        known = self._evaluation.cluster.namespaces
        return {each.name: each.labels.as_dict() for each in known if each.labels.complete}

    @cached_property
    def _constants(self) -> tuple[tuple[str, str], ...]:
        """Labels that a policy language puts on every pod."""
        leaves = (leaf for compiled in self._evaluator.policies for leaf in _leaves(compiled.policy))
        views = (leaf.scope for leaf in leaves if isinstance(leaf, Labelled) and isinstance(leaf.scope, LabelView))
        return tuple(dict.fromkeys(item for view in views for item in view.constants))


def _leaves(policy: Policy) -> Iterator[RulePeer]:
    pending = [rule.peer for direction in Direction for rule in policy.rules(direction)]
    while pending:
        peer = pending.pop()
        match peer:
            case EveryPeer(pieces) | SomePeer(pieces):
                pending += pieces
            case NotPeer(piece):
                pending.append(piece)
            case _:
                yield peer
