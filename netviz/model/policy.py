"""The normal form of policy: ordered tiers of ordered policies of ordered rules, with one default action per tier."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from netviz.selectors.tree import Selector
from netviz.sets.addresses import AddressSet
from netviz.sets.connections import ALL_CONNECTIONS, ConnectionSet
from netviz.source import SourceRef


class Direction(StrEnum):
    """Seen from the pod that a policy selects: ingress is traffic to it, egress traffic from it."""

    INGRESS = "ingress"
    EGRESS = "egress"


class Action(StrEnum):
    """What a rule, or the end of a tier, does with what reaches it."""

    ALLOW = "allow"
    DENY = "deny"
    PASS = "pass"


@dataclass(frozen=True, slots=True, order=True)
class PolicyId:
    """Identity of a policy: kind (with the prefix `calico.` for projectcalico.org), namespace ("" if none), name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        middle = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind}/{middle}{self.name}"


class EndpointKind(StrEnum):
    """What a peer is, as far as rules tell it apart."""

    POD = "pod"
    HOST = "host"
    HOST_ENDPOINT = "host-endpoint"
    EXTERNAL = "external"


class LabelScope(StrEnum):
    """Whose labels a selector judges, seen from an endpoint."""

    POD = "pod"
    NAMESPACE = "namespace"
    SERVICE_ACCOUNT = "service-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """The labels of an endpoint as one policy language sees them: its own, and what it inherits under prefixes.

    Own labels that begin with a prefix are not seen. `namespace_key` and `account_key` carry the names of namespace and
    service account, `constants` are on every pod; a host endpoint has only its own labels (B20, B23). With
    `network_sets`, which is for the peers of rules, a selector also means the addresses of every network set that it
    selects (B24, B25), and only those host endpoints whose addresses are announced.
    """

    namespace_prefix: str
    account_prefix: str
    namespace_key: str
    account_key: str
    inherited_name_key: str
    constants: tuple[tuple[str, str], ...] = ()
    network_sets: bool = False


@dataclass(frozen=True, slots=True)
class OfKind:
    """Endpoints of these kinds."""

    kinds: frozenset[EndpointKind]


@dataclass(frozen=True, slots=True)
class InNamespace:
    """Endpoints of the namespace of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """Endpoints whose labels of this scope satisfy the selector; false where there are no such labels."""

    scope: LabelScope | LabelView
    selector: Selector


@dataclass(frozen=True, slots=True)
class WithAddress:
    """Endpoints with an address in the set, by the option `--ip-blocks` pods and hosts too (A16-A21)."""

    addresses: AddressSet


@dataclass(frozen=True, slots=True)
class OfFamily:
    """Endpoints in one address family, 4 or 6."""

    family: int


@dataclass(frozen=True, slots=True)
class BehindService:
    """The endpoints of a Service, whatever their port (B37)."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class OnNodes:
    """Nodes whose labels satisfy the selector, by their addresses, and hostNetwork pods that run on them."""

    selector: Selector


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Outside addresses that the rule names in a way that the input does not resolve, such as DNS names."""

    reason: str


@dataclass(frozen=True, slots=True)
class EveryPeer:
    """Every part holds; without parts: everything, inside and outside of the cluster."""

    parts: tuple[RulePeer, ...] = ()


@dataclass(frozen=True, slots=True)
class SomePeer:
    """Some part holds; without parts: nothing."""

    parts: tuple[RulePeer, ...] = ()


@dataclass(frozen=True, slots=True)
class NotPeer:
    """The part does not hold."""

    part: RulePeer


PeerLeaf = OfKind | InNamespace | Labelled | WithAddress | OfFamily | BehindService | OnNodes | Unresolved
RulePeer = PeerLeaf | EveryPeer | SomePeer | NotPeer

ANYONE = EveryPeer()
NOBODY = SomePeer()
PODS = OfKind(frozenset((EndpointKind.POD,)))


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A container port by name, resolved on each destination pod; `protocol` None: whichever declares the name.

    It is the first container port of that name; with `every` all of them are meant, those of init containers too (A24).
    """

    name: str
    protocol: int | None
    every: bool = False


@dataclass(frozen=True, slots=True)
class ServicePorts:
    """The port and protocol on which an endpoint serves a Service (B37)."""

    namespace: str
    name: str


PortMatch = ConnectionSet | NamedPort | ServicePorts


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule. It matches where `local` holds for the policy's own side, `peer` for the other and some port matches.

    `ports` None: every connection; an empty tuple: none; `not_ports` are taken out, and nothing outside of `within`
    matches. `path` is the field path of the rule in its document, such as
    `spec.ingress[0]`. A rule that is not `certain` may match less than it says: `reason` tells why (honesty rule).
    `peer_refs` and `port_refs` give the places of the single clauses, in order, for explanations.
    """

    path: str
    action: Action
    peer: RulePeer
    ports: tuple[PortMatch, ...] | None = None
    not_ports: tuple[PortMatch, ...] = ()
    within: ConnectionSet = ALL_CONNECTIONS
    local: RulePeer = ANYONE
    ref: SourceRef
    peer_refs: tuple[SourceRef, ...] = ()
    port_refs: tuple[SourceRef, ...] = ()
    note: str = ""
    certain: bool = True
    reason: str = ""


class Stage(StrEnum):
    """A staged policy is not enforced: enforcing it would set its rules, or delete the enforced twin (B60, B61)."""

    SET = "set"
    DELETE = "delete"


class RemarkKind(StrEnum):
    """What a remark is about; `value` of the remark in brackets.

    STORED: written as the cluster stores it (the API version). NO_NAMESPACE: none is named. TYPES_OMITTED: no policy
    types are listed (those that follow, as in `Ingress, Egress`). RULES_UNLISTED: rules of a direction that is not
    among the types (the direction). ORDER: the order or priority of the policy (the number). ORDER_OMITTED: it has
    none. PROTOCOL_OMITTED: a port has none. EMPTY: a list or mapping is there and empty. SELECTOR: a selector (its
    text, in a language that has one). BLOCK, EXCEPT: an address block, one taken out of it (as written). END_PORT: a
    range of ports (`first-last`). EMPTY_RANGE: one that holds no port (`first-last`). LOG: a rule that logs. HTTP: a
    match on HTTP. SERVICES: a match on a Service (`namespace/name`). FLAG: a flag of the spec that is set (its name).
    TIER: the tier that a policy names (its name). NODES, DOMAIN_NAMES: a peer of this kind (the names).
    """

    STORED = "stored"
    NO_NAMESPACE = "no-namespace"
    TYPES_OMITTED = "types-omitted"
    RULES_UNLISTED = "rules-unlisted"
    ORDER = "order"
    ORDER_OMITTED = "order-omitted"
    PROTOCOL_OMITTED = "protocol-omitted"
    EMPTY = "empty"
    SELECTOR = "selector"
    BLOCK = "block"
    EXCEPT = "except"
    END_PORT = "end-port"
    EMPTY_RANGE = "empty-range"
    LOG = "log"
    HTTP = "http"
    SERVICES = "services"
    FLAG = "flag"
    TIER = "tier"
    NODES = "nodes"
    DOMAIN_NAMES = "domain-names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """How something was written that the normal form does not show any more; for findings, never for verdicts.

    `ref` is its place; for what is left out, that of the nearest thing which is there, under the path of the absent
    one.
    """

    kind: RemarkKind
    ref: SourceRef
    value: str = ""

    @property
    def path(self) -> str:
        """The field path, such as `spec.ingress[0].ports[1]`."""
        return self.ref.path


class Phase(StrEnum):
    """When a policy is asked: all tiers of one phase come before those of the next (B41)."""

    UNTRACKED = "untracked"
    BEFORE_NAT = "before-nat"
    USUAL = "usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy in normal form.

    `order` None sorts last in its tier. `twin` of a staged policy is the enforced one that it would set or delete.
    `captures` are the directions in which it isolates the pods of `subject`. If `certain` is false, whether it selects
    and captures anything is unknown (a refused policy): `reason` says why. Only policies of host endpoints have another
    phase than the usual one. `remarks`, in the order of reading, are no part of what the policy means, so that policies
    which differ in nothing else are equal.
    """

    id: PolicyId
    tier: str
    order: float | None
    subject: RulePeer
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()
    captures: frozenset[Direction] = frozenset()
    stage: Stage | None = None
    twin: PolicyId | None = None
    phase: Phase = Phase.USUAL
    certain: bool = True
    reason: str = ""
    ref: SourceRef
    remarks: tuple[Remark, ...] = field(default=(), compare=False)

    def rules(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """The rules of one direction, in order."""
        return self.ingress if direction is Direction.INGRESS else self.egress


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A step of the walk. `default` DENY or PASS is what happens to what its policies isolate but do not decide.

    `label` is how traces name it. With `ties_undefined`, policies of equal order have no order among each other (C6).
    A tier with `missing` set is named by a policy but not defined; it comes last (B15).
    """

    name: str
    order: float | None
    default: Action = Action.DENY
    label: str = ""
    ties_undefined: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """All tiers in evaluation order, and all policies, disabled and staged ones too, sorted by tier, order and id."""

    tiers: tuple[Tier, ...] = ()
    policies: tuple[Policy, ...] = ()

    def effective(self) -> PolicySet:
        """The same without tiers that have no policy."""
        used = {policy.tier for policy in self.policies}
        return PolicySet(tiers=tuple(tier for tier in self.tiers if tier.name in used), policies=self.policies)


def tier_position(tier: Tier) -> tuple[bool, float, str]:
    """Sort key of tiers: defined before missing, then order with None last, then name (B6, B15)."""
    return tier.missing, float("inf") if tier.order is None else tier.order, tier.name


def policy_position(policy: Policy) -> tuple[float, str]:
    """Sort key of policies inside a tier: order with None last, then identity as Calico compares it (B7)."""
    id_ = policy.id
    return float("inf") if policy.order is None else policy.order, f"{id_.name}/{id_.namespace}/{id_.kind}"
