"""The picture as a value: what every renderer draws, with all positions decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a card stands for."""

    WORKLOAD = "workload"
    NAMESPACE = "namespace"
    ADDRESSES = "addresses"
    INTERNET = "internet"
    ANY_WORKLOAD = "any-workload"
    INGRESS_CONTROLLER = "ingress-controller"
    GROUP = "group"


class Badge(StrEnum):
    """The state of one direction of a card.

    OPEN: no policy selects it. ANY: isolated, but a rule allows everyone. SOME: isolated, something is allowed. NONE:
    isolated, nothing is allowed. UNKNOWN: cannot be decided from the input. UNPOLICED: no policy can apply.
    """

    OPEN = "open"
    ANY = "any"
    SOME = "some"
    NONE = "none"
    UNKNOWN = "unknown"
    UNPOLICED = "unpoliced"


class Change(StrEnum):
    """How a drawn thing differs from the baseline."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One card. `x`, `y` are its centre; all lengths are in drawing units (one unit is one pixel at zoom 1).

    `title_lines` is the name, wrapped so that it fits the card. `colour` indexes the namespace palette. `icon` is one
    of cube, cylinder, globe, grid, gateway, clock, stack. `peer` is the matrix peer id: of one address peer that
    speaks for all that a card of addresses stands for; "" for "Any workload" and for a group of cards. `example` is the
    peer id of one member of a group, "" for other cards.
    `ingress_before` and `egress_before` differ from the badges where the what-if changed them.
    """

    id: str
    kind: NodeKind
    title_lines: tuple[str, ...]
    subtitle: str
    namespace: str
    icon: str
    colour: int
    x: float
    y: float
    width: float
    height: float
    ingress: Badge | None = None
    egress: Badge | None = None
    ingress_before: Badge | None = None
    egress_before: Badge | None = None
    tooltip: tuple[str, ...] = ()
    peer: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One drawn connection from card `source` to card `target`.

    `label` is the pill's text (with its sign: "+ TCP 80"), "" for no pill; `label_at` its centre, `label_size` its
    width and height. `route` is a path of cubic Bezier pieces: the start point, then three points for each piece; the
    arrow head is at its end. `certain` is False for a connection that is UNKNOWN. `ports` and `ports_before` in words.
    """

    id: str
    source: str
    target: str
    change: Change
    label: str
    ports: str
    ports_before: str = ""
    certain: bool = True
    label_at: tuple[float, float] | None = None
    label_size: tuple[float, float] = (0.0, 0.0)
    route: tuple[tuple[float, float], ...] = ()
    tooltip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A namespace's box: `x`, `y` is its top left corner."""

    id: str
    title: str
    subtitle: str
    colour: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Raw pairs, before folding: `pairs` allowed now, and how they differ from the baseline.

    `now_unknown` pairs were decided in the baseline and are not any more; they are in none of the other differences.
    """

    workloads: int = 0
    pairs: int = 0
    unknown: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    now_unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that is drawn; the same input, view and scenario always give the same picture.

    `x`, `y`, `width`, `height` is the box around everything, margins included. `what_if` says in one line which
    policies are off, on or drafted; "" for the baseline. `notes` are sentences that belong under the picture
    (assumptions, folds). `unit` is what one card of the cluster stands for: workload, pod or namespace. `counts` is
    about what is shown, `whole` about everything that the filters might show. `found` are the nodes that the search
    lights up.
    """

    title: str
    what_if: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    boxes: tuple[Box, ...]
    counts: Counts
    x: float
    y: float
    width: float
    height: float
    notes: tuple[str, ...] = ()
    unit: str = "workload"
    whole: Counts = Counts()
    found: tuple[str, ...] = ()
