"""What is fuzzed: each target takes any bytes, and raises only if a promise is broken."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from types import MappingProxyType

from netviz.engine import Evaluator, Grouping
from netviz.errors import Diagnostic
from netviz.loading import load_files
from netviz.manifests.archives import Piece, pieces
from netviz.manifests.limits import Limits
from netviz.manifests.reading import read
from netviz.selectors.calico import DEPTH_LIMIT, SelectorSyntaxError, parse
from netviz.selectors.describe import describe
from netviz.selectors.tree import Labels, matches, required_keys
from netviz.sets.addresses import parse_cidr

Target = Callable[[bytes], None]

OUTCOMES = frozenset(("read", "ignored", "refused", "unsupported", "empty"))
LIMITS = Limits(
    file_size=100_000, archive_size=300_000, archive_members=40, nodes=20_000, json_nodes=20_000, scalar=10_000
)
ENDINGS = ("zip", "tar", "tgz")
MOST_PODS = 20
LONGEST = 2_000


def loader(data: bytes) -> None:
    """Any file is accounted for, and what was read of it can be judged."""
    name = "in.json" if data[:1] in (b"{", b"[") else "in.yaml"
    loaded = load_files([(name, data)], limits=LIMITS)
    report = loaded.report
    lines = data.count(b"\n") + data.count(b"\r") + 1
    assert {record.outcome for record in report.records} <= OUTCOMES
    assert report.records or report.diagnostics
    refused = any(record.outcome == "refused" for record in report.records)
    assert not (refused and report.complete)
    for diagnostic in report.diagnostics:
        assert diagnostic.file == name
        # UTF-16 has line ends that its bytes do not show one for one.
        assert 0 <= diagnostic.line <= lines or not data.isascii()
        assert str(diagnostic).strip()
    if len(loaded.cluster.pods) <= MOST_PODS:
        Evaluator(loaded.cluster, loaded.policies).evaluate().matrix(Grouping.WORKLOAD)


def formats(data: bytes) -> None:
    """What both readers read, they read in the same way."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    as_json = read("in.json", data, wanted=lambda *_: "keep", limits=LIMITS)
    # Behind a comment, the same text is YAML for certain.
    as_yaml = read("in.yaml", f"# yaml\n{text}".encode(), wanted=lambda *_: "keep", limits=LIMITS)
    if as_json.diagnostics or as_yaml.diagnostics or text.lstrip()[:1] not in ("{", "["):
        return
    assert [document.data for document in as_json.documents] == [document.data for document in as_yaml.documents]


def selector(data: bytes) -> None:
    """A selector is refused in words, or can be described, and what describes it means the same."""
    text = data.decode("utf-8", "replace")
    try:
        found = parse(text)
    except SelectorSyntaxError as refused:
        if not refused.error.message or not 0 <= refused.error.column <= len(text):
            raise
        return
    assert describe(found)
    keys = required_keys(found)
    everything = dict.fromkeys(("a", "b", "app", "x/y"), "a")
    seen = Labels.of({key: value for key, value in everything.items() if key in keys})
    holds = matches(found, Labels.of(everything))
    assert holds in (True, False)
    assert matches(found, seen) is holds
    try:
        opposite = parse(f"!({text})", limit=LONGEST)
    except SelectorSyntaxError:
        assert not text.strip(" \t") or text.count("(") >= DEPTH_LIMIT - 1
    else:
        assert matches(opposite, seen) is not holds


def cidr(data: bytes) -> None:
    """A block that is read is one for Python's own module too, and the same addresses."""
    text = data.decode("utf-8", "replace")
    found = parse_cidr(text)
    if found is None:
        return
    assert text.isascii()
    address, _, prefix = text.partition("/")
    network = ipaddress.ip_network(f"{address}/{int(prefix)}", strict=False)
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.version != found.family:
        mapped = 0xFFFF << 32
        first, last = first - mapped, last - mapped
    assert (found.first, found.last) == (first, last)
    assert found.addresses().cidrs() == [str(found)]
    again = parse_cidr(str(found))
    assert again is not None
    assert again.addresses() == found.addresses()


def archive(data: bytes) -> None:
    """What comes out of an archive is within its limits, and everything else is told."""
    if not data:
        return
    ending = ENDINGS[data[0] % len(ENDINGS)]
    taken = 0
    found = list(pieces(f"a.{ending}", data[1:], LIMITS))
    assert found
    for piece in found:
        if isinstance(piece, Diagnostic):
            assert piece.file.startswith(f"a.{ending}")
            assert len(piece.file) < 1_000
        else:
            assert isinstance(piece, Piece)
            assert 0 <= piece.begin <= piece.end <= len(data)
            assert not {"..", ""} & set(piece.name.split("/"))
            taken += len(piece.data)
    assert taken <= LIMITS.archive_size


TARGETS: Mapping[str, Target] = MappingProxyType(
    {"loader": loader, "formats": formats, "selector": selector, "cidr": cidr, "archive": archive}
)
