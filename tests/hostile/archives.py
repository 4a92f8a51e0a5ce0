"""Archives that are bombs, lie about themselves, or would write somewhere if anybody unpacked them."""

from __future__ import annotations

import bz2
import lzma
import tarfile
import zipfile

from tests.archives import Members, encrypted, gzipped, tar_block, tar_header, tarred, zip_with, zipped
from tests.hostile.case import FILE, Case, policy

OPEN = policy("{podSelector: {}, ingress: [{}]}").encode()
PLAIN = {FILE: OPEN}
GOOD: Members = (("p.yaml", OPEN),)
PIECE = 1 << 20


def packed(name: str, file: str, data: bytes, *said: str, means: bool = False, seconds: float = 1.0) -> Case:
    """One archive beside the cluster; `means` that the open policy is read from it."""
    lines = tuple(line.replace(" @", f" {file}") for line in said)
    return Case(
        name=name,
        files={file: data},
        said=lines,
        means=PLAIN if means else None,
        paths=("cluster.yaml", file),
        seconds=seconds,
    )


def zip_bomb(copies: int) -> bytes:
    """A zip file that becomes a thousand times as large."""
    return zipped([(f"{i}.yaml", b"#" * (20 * PIECE)) for i in range(copies)])


def overlapping() -> bytes:
    """Many entries of a directory that share the bytes of one."""
    one = zipped([("a.yaml", b"#" * PIECE)])
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entry, tail = one[start:end], bytearray(one[end:])
    directory = entry * 500
    tail[8:12] = (500).to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    return one[:start] + directory + bytes(tail)


def pax(records: bytes, name: bytes = b"p.yaml", content: bytes = OPEN) -> bytes:
    """A tar file whose entry has these records before it."""
    header = tar_header(b"pax", size=b"%o" % len(records), kind=b"x") + tar_block(records)
    return header + tar_header(name, size=b"%o" % len(content)) + tar_block(content) + bytes(1024)


def link(kind: bytes) -> bytes:
    """A tar file with a link beside the policy."""
    return tarred([*GOOD, ("l.yaml", b"")], kinds={"l.yaml": kind})


CASES: tuple[Case, ...] = (
    packed("a zip file", "in.zip", zipped(GOOD), means=True),
    packed("a tar file", "in.tar", tarred(GOOD), means=True),
    packed("a compressed tar file", "in.tar.gz", gzipped(tarred(GOOD)), means=True),
    packed("a tar file of GNU", "in.tgz", gzipped(tarred(GOOD, form=tarfile.GNU_FORMAT)), means=True),
    packed("a tar file under the name of a compressed one", "in.tgz", tarred(GOOD), means=True),
    packed("a compressed file under the name of a plain one", "in.tar", gzipped(tarred(GOOD)), means=True),
    packed("a zip file under the name of a tar file", "in.tar", zipped(GOOD), "error bad-archive @:"),
    packed("a tar file under the name of a zip file", "in.zip", tarred(GOOD), "error bad-archive @:"),
    packed("a zip file under the name of YAML", "in.yaml", zipped(GOOD), "error not-text @:"),
    packed("a bzip2 file", "in.tar", bz2.compress(tarred(GOOD)), "error bad-archive @:"),
    packed("an xz file", "in.tar.gz", lzma.compress(tarred(GOOD)), "error bad-archive @:"),
    packed("YAML under the name of an archive", "in.tar.gz", OPEN, "error bad-archive @:"),
    packed("no bytes at all", "in.zip", b"", "error bad-archive @:"),
    packed("a zip bomb", "in.zip", zip_bomb(4), "error limit @:"),
    packed("a zip bomb of one entry", "in.zip", zipped([("a.yaml", b"#" * (150 * PIECE))]), "error limit @:"),
    packed("a gzip bomb", "in.tgz", gzipped(bytes(300 * PIECE)), "error limit @:", seconds=3),
    packed("a gzip bomb in a tar file", "in.tgz", gzipped(tarred([("a.bin", bytes(150 * PIECE))])), "error limit @:"),
    packed(
        "entries that share their bytes",
        "in.zip",
        overlapping(),
        "error unsupported-file @:",
        *["error unsupported-file @/a.yaml:"] * 20,
        "warning empty-file @/a.yaml:",
    ),
    packed(
        "a zip file in a zip file",
        "in.zip",
        zipped([*GOOD, ("b.zip", zipped(GOOD))]),
        "error unsupported-file @/b.zip:",
        means=True,
    ),
    packed(
        "an archive in itself",
        "in.zip",
        zipped([("in.zip", zipped([("in.zip", zipped(GOOD))]))]),
        "error unsupported-file @/in.zip:",
    ),
    packed("20,000 entries", "in.zip", zipped([(f"{i}", b"") for i in range(20_000)]), "error limit @:", seconds=3),
    packed(
        "20,000 entries of tar", "in.tar", tarred([(f"{i}", b"") for i in range(20_000)]), "error limit @:", seconds=3
    ),
    packed("100,000 parts of gzip", "in.tgz", gzipped(b"") * 100_000, "error bad-archive @:"),
    packed(
        "a name of gzip that never ends",
        "in.tgz",
        b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"n" * (50 * PIECE),
        "error bad-archive @:",
    ),
    packed(
        "a name that leads up",
        "in.zip",
        zipped([*GOOD, ("../../hacked", b"x"), ("a/../../hacked.yaml", OPEN)]),
        "error unsupported-file @/../../hacked:",
        "error unsupported-file @/a/../../hacked.yaml:",
        means=True,
    ),
    packed(
        "a name from the root",
        "in.tar",
        tarred([*GOOD, ("/tmp/hacked.yaml", OPEN)]),
        "error unsupported-file @/tmp/hacked.yaml:",
        means=True,
    ),
    packed(
        "a name of Windows",
        "in.zip",
        zipped([*GOOD, ("C:\\hacked.yaml", OPEN)]),
        "error unsupported-file @/C:/hacked.yaml:",
        means=True,
    ),
    packed("a name with NUL", "in.tar", pax(b"20 path=a\0hacked.yml\n"), "error bad-archive @:"),
    packed(
        "a name with control characters",
        "in.tar",
        tarred([*GOOD, ("../\x1b[2J.yaml", OPEN)]),
        "error unsupported-file @/../\\u001b[2J.yaml:",
        means=True,
    ),
    packed(
        "a name of 60,000 characters",
        "in.zip",
        zipped([*GOOD, ("n" * 60_000 + ".yaml", OPEN)]),
        f"error unsupported-file @/{'n' * 199}…:",
        means=True,
    ),
    packed("a name of no characters", "in.zip", zipped([*GOOD, ("", OPEN)]), "error unsupported-file @/:", means=True),
    packed(
        "a name twice",
        "in.zip",
        zipped([*GOOD, ("./p.yaml", b"x: y\n")]),
        "error unsupported-file @/p.yaml:",
        means=True,
    ),
    packed("a name twice in tar", "in.tar", tarred([*GOOD, *GOOD]), "error unsupported-file @/p.yaml:", means=True),
    packed("a symbolic link", "in.tar", link(tarfile.SYMTYPE), "warning unsupported-file @/l.yaml:", means=True),
    packed("a hard link", "in.tar", link(tarfile.LNKTYPE), "warning unsupported-file @/l.yaml:", means=True),
    packed("a device", "in.tar", link(tarfile.BLKTYPE), "warning unsupported-file @/l.yaml:", means=True),
    packed("a pipe", "in.tar", link(tarfile.FIFOTYPE), "warning unsupported-file @/l.yaml:", means=True),
    packed(
        "a link in a zip file",
        "in.zip",
        zip_with("l.yaml", b"/etc/passwd", mode=0o120777),
        "warning unsupported-file @/l.yaml:",
    ),
    packed("an encrypted entry", "in.zip", encrypted(zipped(GOOD)), "error unsupported-file @/p.yaml:"),
    packed(
        "an entry of another compression",
        "in.zip",
        zipped(GOOD, method=zipfile.ZIP_BZIP2),
        "error unsupported-file @/p.yaml:",
    ),
    packed("a zip file that is cut off", "in.zip", zipped(GOOD)[:-10], "error bad-archive @:"),
    packed("a tar file that is cut off", "in.tar", tarred(GOOD)[:600], "error bad-archive @:"),
    packed(
        "a compressed file that is cut off", "in.tgz", gzipped(tarred(GOOD))[:-10], "error bad-archive @:", means=True
    ),
    packed(
        "a size below zero", "in.tar", tar_header(b"a.yaml", size=b"\xff" * 12) + bytes(1024), "error bad-archive @:"
    ),
    packed(
        "a size of exabytes",
        "in.tar",
        tar_header(b"a.yaml", size=b"\x80" + b"\x7f" * 11) + bytes(1024),
        "error limit @:",
    ),
    packed("a header of gigabytes", "in.tar", tar_header(b"x", size=b"77777777777", kind=b"x"), "error bad-archive @:"),
    packed(
        "headers without an entry",
        "in.tar",
        (tar_header(b"l", size=b"2", kind=b"L") + tar_block(b"a\0")) * 5_000,
        "error bad-archive @:",
    ),
    packed("a record of a negative length", "in.tar", pax(b"-9 path=a\n"), "error bad-archive @:"),
    packed("a record of a great length", "in.tar", pax(b"9" * 19 + b" path=a\n"), "error bad-archive @:"),
    packed("records that look for ever for a number", "in.tar", pax(b"1" * 500_000), "error bad-archive @:"),
    packed(
        "a sparse file of terabytes",
        "in.tar",
        pax(b"22 GNU.sparse.major=1\n"),
        "warning unsupported-file @/p.yaml:",
    ),
    packed("two archives in one file", "in.tar", tarred(GOOD) + tarred(GOOD), "error bad-archive @:", means=True),
    packed("a program before a zip file", "in.zip", b"\x7fELF" + bytes(500) + zipped(GOOD), means=True),
    packed(
        "a broken manifest in an archive",
        "in.zip",
        zipped([*GOOD, ("k8s/bad.yaml", b"a: b\nkind: [\n")]),
        "error yaml-syntax @/k8s/bad.yaml:2",
        means=True,
    ),
)
