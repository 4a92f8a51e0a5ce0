"""Reads an expectations file and says everything that is wrong in it (docs/expectations.md)."""

from __future__ import annotations

from typing import Final

from netviz.analysis.expectations.language import (
    Block,
    ByAddress,
    ByLabels,
    ByName,
    Ends,
    Expectations,
    Frozen,
    FrozenEnd,
    FrozenPair,
    Peer,
    Ports,
    Statement,
    Wanted,
    Word,
)
from netviz.analysis.expectations.ports import EXAMPLES, NOT, parse_entries, parse_entry
from netviz.engine.matrix import Cell, Grouping
from netviz.manifests.document import Fields
from netviz.manifests.names import dns_label, nearest
from netviz.manifests.own_files import OwnFile, OwnFileError, no_more, read_own
from netviz.manifests.selectors import read_label_selector
from netviz.selectors.tree import EVERYTHING, Selector
from netviz.sets.addresses import AddressSet, parse_address, parse_cidr
from netviz.sets.connections import NO_CONNECTIONS, ConnectionSet

FORMAT: Final = "expectations/1"
MOST_BYTES: Final = 20_000_000
KIND: Final = OwnFile(
    what="an expectations file", format=FORMAT, most_bytes=MOST_BYTES, most_nodes=2_000_000
)
LONGEST: Final = 600
_WORDS: Final = tuple(word.value for word in Word)
_STATEMENT: Final = ("name", "expect", "from", "to", "ports")
_PEER: Final = ("peer", "namespace", "namespaceSelector", "podSelector", "except")
_NAMES: Final = "name it as on the command line: NAMESPACE/NAME, KIND/NAMESPACE/NAME, service/NAMESPACE/NAME"


class ExpectationsError(OwnFileError):
    """An expectations file that cannot be used; the text lists every problem with its place."""


def read_expectations(name: str, data: bytes) -> Expectations:
    """Read a file; ExpectationsError with everything that is wrong in it."""
    try:
        top = read_own(name, data, KIND)
    except OwnFileError as error:
        raise ExpectationsError(error.diagnostics) from None
    written = top.children("expectations")
    found = Expectations(
        title=_short(top, "title"),
        statements=tuple(_statement(each, number) for number, each in enumerate(written, start=1)),
        frozen=_frozen(top),
    )
    no_more(top, "title", "expectations", "frozen")
    if not top.problems and not found.statements and found.frozen is None:
        top.error("required", "a list of expectations, or what was frozen", "expectations")
    if top.problems:
        raise ExpectationsError(top.problems)
    return found


def _short(source: Fields, key: str) -> str:
    text = source.string(key) or ""
    if len(text) > LONGEST:
        source.error("limit", f"must have at most {LONGEST} characters", key)
    return text


def _statement(source: Fields, number: int) -> Statement:
    wanted = source.string("expect")
    if wanted not in set(Wanted):
        _choice(source, "expect", wanted, [each.value for each in Wanted])
    found = Statement(
        number=number,
        name=_short(source, "name"),
        wanted=Wanted(wanted) if wanted in set(Wanted) else Wanted.ALLOW,
        source=_ends(source, "from"),
        target=_ends(source, "to"),
        ports=_ports(source),
        ref=source.ref(),
    )
    no_more(source, *_STATEMENT)
    return found


def _choice(source: Fields, key: str, value: str | None, choices: list[str]) -> None:
    words = " or ".join(choices)
    if value is None:
        if key not in source:
            source.error("required", words, key)
    else:
        source.error("not-supported", f"must be {words}", key, value=value, hint=nearest(value, choices))


def _ends(source: Fields, key: str) -> Ends:
    """What a field says: one peer or a list of them, each a text or a mapping."""
    excepted: list[Peer] = []
    peers = _peers(source, key, excepted)
    if not peers and not source.errors:
        source.error("required", _NAMES, key)
    return Ends(peers=tuple(peers), excepted=tuple(excepted))


def _peers(source: Fields, key: str, excepted: list[Peer] | None) -> list[Peer]:
    """The peers of a field. What they except goes into `excepted`; where that is None they may not."""
    value = source.raw(key)
    found: list[Peer | None] = []
    for where, item in enumerate(value) if isinstance(value, list) else ((None, value),):
        place = (key,) if where is None else (key, where)
        match item:
            case None:
                continue
            case str():
                found.append(_named(source, item, place))
            case dict():
                fields = Fields(source.document, item, (*source.path, *place), source.problems)
                if excepted is not None and "except" in fields:
                    if isinstance(value, list) and len(value) > 1:
                        fields.error("forbidden", "of several peers none can have exceptions of its own", "except")
                    excepted += _peers(fields, "except", None)
                found.append(_described(fields, _PEER if excepted is not None else _PEER[:-1]))
            case _:
                source.wrong_type(item, "a text or a mapping", *place)
    return [peer for peer in found if peer is not None]


def _described(fields: Fields, known: tuple[str, ...]) -> Peer | None:
    """A peer that is written as a mapping."""
    before = len(fields.problems)
    text, namespace = fields.string("peer"), fields.string("namespace")
    namespaces, pods = (_selector(fields, key) for key in ("namespaceSelector", "podSelector"))
    no_more(fields, *known)
    if text is not None:
        if namespace is not None or namespaces is not None or pods is not None:
            fields.error("forbidden", "`peer` stands for itself, without selectors", "peer")
        return _named(fields, text, ("peer",))
    if namespace is not None:
        problem = dns_label(namespace)
        if problem:
            fields.error("invalid-value", problem, "namespace", value=namespace)
        if namespaces is not None:
            fields.error("forbidden", "there is a `namespace` already", "namespaceSelector")
    elif namespaces is None and len(fields.problems) == before:
        hint = "for all of them write `namespaceSelector: {}`" if pods is not None else _NAMES
        fields.error("required", "a namespace or a namespaceSelector, or else a peer", hint=hint)
    if len(fields.problems) > before:
        return None
    return ByLabels(namespace=namespace or "", namespaces=namespaces or EVERYTHING, pods=pods or EVERYTHING)


def _selector(fields: Fields, key: str) -> Selector | None:
    child = fields.child(key)
    return None if child is None else read_label_selector(child)


def _named(source: Fields, text: str, place: tuple[str | int, ...]) -> Peer | None:
    if text in _WORDS:
        return Word(text)
    addresses = _addresses(text)
    if addresses is not None:
        return ByAddress(text, addresses)
    pieces = text.split("/")
    bad_block = parse_address(pieces[0]) is not None
    if len(text) > LONGEST or bad_block or not 2 <= len(pieces) <= 3 or not all(pieces):
        hint = nearest(text, _WORDS) or _NAMES
        message = f"is no end of a connection, nor one of {', '.join(_WORDS)}"
        source.error("invalid-value", message, *place, value=text, hint=hint)
        return None
    return ByName(text)


def _addresses(text: str) -> AddressSet | None:
    cidr, address = parse_cidr(text), parse_address(text)
    if cidr is not None:
        return cidr.addresses()
    return None if address is None else AddressSet.of_range(address.family, address.value, address.value)


def _ports(source: Fields) -> Ports:
    texts: list[str] = []
    found: list[ConnectionSet] = []
    for number, text in enumerate(_texts(source, "ports")):
        connections = None if text.startswith(NOT) else parse_entry(text)
        if connections is None:
            source.error("invalid-value", EXAMPLES, "ports", number, value=text)
        else:
            texts.append(text)
            found.append(connections)
    return Ports(text=tuple(texts), entries=tuple(found))


def _texts(source: Fields, key: str) -> list[str]:
    """A list of texts or numbers, or only one of them."""
    value = source.raw(key)
    items = value if isinstance(value, list) else [] if value is None else [value]
    for number, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, str | int):
            source.wrong_type(item, "a text or a number", key, number)
    if isinstance(value, list) and not value:
        source.error("invalid-value", "an empty list names no port; without the field every port is meant", key)
    return [str(item) for item in items if isinstance(item, str | int) and not isinstance(item, bool)]


def _frozen(top: Fields) -> Frozen | None:
    source = top.child("frozen")
    if source is None:
        return None
    by = source.string("by")
    if by not in set(Grouping):
        _choice(source, "by", by, [each.value for each in Grouping])
    pairs = tuple(_frozen_pair(each) for each in source.children("connections"))
    no_more(source, "by", "connections")
    return Frozen(by=Grouping(by) if by in set(Grouping) else Grouping.WORKLOAD, pairs=pairs, ref=source.ref())


def _frozen_pair(source: Fields) -> FrozenPair:
    allow, unknown = (_cell_part(source, key) for key in ("allow", "unknown"))
    found = FrozenPair(
        source=_frozen_end(source, "from"),
        target=_frozen_end(source, "to"),
        cell=Cell(allow, unknown - allow),
        ref=source.ref(),
    )
    no_more(source, "from", "to", "allow", "unknown")
    return found


def _cell_part(source: Fields, key: str) -> ConnectionSet:
    texts = _texts(source, key) if key in source else []
    connections = parse_entries(texts)
    if connections is None:
        source.error("invalid-value", EXAMPLES, key)
    return connections or NO_CONNECTIONS


def _frozen_end(source: Fields, key: str) -> FrozenEnd:
    if isinstance(source.raw(key), str):
        return _short(source, key)
    found: list[AddressSet] = []
    for number, text in enumerate(source.strings(key)):
        addresses = _addresses(text)
        if addresses is None:
            source.error("invalid-value", "must be a block of addresses", key, number, value=text)
        else:
            found.append(addresses)
    if not found and not source.errors:
        source.error("required", "a peer, or a list of address blocks", key)
    return Block(AddressSet.union(found))
