"""Where fuzzing starts: inputs that are good, or bad in ways that are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.archives import encrypted, gzipped, tarred, zipped
from tests.bad_inputs import BAD
from tests.fuzz.targets import ENDINGS

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
MEMBERS = (("k8s/web.yaml", b"kind: Pod\n"), ("a.json", b"{}"), ("README", b""), ("../x.yaml", b""))
SELECTORS = (
    "app == 'web' && has(tier) || !(a in {'x', \"y\",})",
    "all()",
    "a not in {'b'} && c contains 'd' || e starts with 'f'",
    "global()",
    "",
)
CIDRS = ("10.0.0.0/8", "::ffff:10.0.0.0/104", "2001:db8::/32", "10.1.2.3/024", "::1.2.3.4/128")
LARGEST = 6_000


def seeds(target: str) -> Iterator[bytes]:
    """The inputs for one target."""
    match target:
        case "loader" | "formats":
            files = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.yaml"))]
            yield from (data for data in (*files, *(bad.content for bad in BAD.values())) if len(data) < LARGEST)
        case "selector":
            yield from (text.encode() for text in SELECTORS)
        case "cidr":
            yield from (text.encode() for text in CIDRS)
        case _:
            yield from (bytes([ENDINGS.index(ending)]) + data for ending, data in _archives().items())
            yield bytes([0]) + encrypted(zipped(MEMBERS))


def _archives() -> Mapping[str, bytes]:
    # The library fills up a tar file with zeros to a length that fuzzing does not get past.
    whole = tarred(MEMBERS)
    tar = whole[: -(-len(whole.rstrip(b"\0")) // 512) * 512 + 1_024]
    return {"zip": zipped(MEMBERS), "tar": tar, "tgz": gzipped(tar)}
