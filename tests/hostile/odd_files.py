"""What a folder can hold besides files."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.bad_inputs import alias_bomb, merge_bomb
from tests.hostile.case import FILE, Case, policy

OPEN = policy("{podSelector: {}, ingress: [{}]}").encode()
PLAIN = {FILE: OPEN}


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "in.yaml")


def socket_(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("in.yaml")
    os.chdir(here)


def loop(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "b").symlink_to(folder)


def link_away(folder: Path) -> None:
    (folder / "in.yaml").symlink_to("/etc/passwd")


def link_to_itself(folder: Path) -> None:
    (folder / "in.yaml").symlink_to("in.yaml")


def deep(folder: Path) -> None:
    place = folder / "/".join("d" * 400)
    place.mkdir(parents=True)
    (place / "in.yaml").write_bytes(OPEN)


def no_unicode(folder: Path) -> None:
    (folder / os.fsdecode(b"in\xff.yaml")).write_bytes(b"kind: [\n")


def hostile_name(folder: Path) -> None:
    (folder / "<img src=x onerror=alert(1)>\n\x1b[2J.yaml").write_bytes(b"kind: [\n")


def folder_of_a_file_name(folder: Path) -> None:
    (folder / "in.yaml").mkdir()
    (folder / "in.yaml" / "p.yaml").write_bytes(OPEN)


def many_files(folder: Path) -> None:
    for i in range(2_000):
        (folder / f"{i:04}.yaml").write_bytes(b"# nothing\n")


def device(folder: Path) -> None:
    (folder / "in.yaml").symlink_to("/dev/zero")


def hidden(folder: Path) -> None:
    for name in (".git", ".hidden"):
        (folder / name).mkdir()
        (folder / name / "in.yaml").write_bytes(b"kind: [\n")


def beside(name: str, data: bytes) -> Case:
    """A file that is read as a saved what-if: wrong usage, whatever is in it."""
    return Case(
        name=f"a what-if of {name}",
        files={FILE: data},
        paths=("cluster.yaml",),
        options=("--scenario", FILE),
        said=("usage",),
    )


CASES: tuple[Case, ...] = (
    beside("a manifest", OPEN),
    beside("aliases that stand for a billion values", alias_bomb().encode()),
    beside("merges that copy for ever", merge_bomb().encode()),
    beside("100,000 lists that are never closed", b"disabled: " + b"[" * 100_000),
    beside("bytes that are no text", b"\x00\xff\xfe"),
    beside("an object of Python", b'!!python/object/apply:os.system ["touch hacked"]\n'),
    beside("names that are numbers", b"netviz: scenario/1\ndisabled: [1, null, {a: b}]\n"),
    Case(name="a pipe among the files", make=pipe, said=("warning unsupported-file in.yaml:",)),
    Case(name="a socket among the files", make=socket_, said=("warning unsupported-file in.yaml:",)),
    Case(
        name="a pipe that is named",
        make=pipe,
        paths=("cluster.yaml", "in.yaml"),
        said=("error unsupported-file in.yaml:",),
    ),
    Case(
        name="a device that is named",
        make=device,
        paths=("cluster.yaml", "in.yaml"),
        said=("error unsupported-file in.yaml:",),
    ),
    Case(name="a folder in itself", make=loop, said=("warning unsupported-file a/b:",)),
    Case(name="a link to another file", make=link_away, said=("warning unsupported-file in.yaml:",)),
    Case(name="a link to itself", make=link_to_itself, said=("warning unsupported-file in.yaml:",)),
    Case(
        name="a link to itself that is named",
        make=link_to_itself,
        paths=("cluster.yaml", "in.yaml"),
        said=("error unreadable in.yaml:",),
    ),
    Case(name="400 folders in each other", make=deep, means=PLAIN),
    Case(name="a name that is no Unicode", make=no_unicode, said=("error yaml-syntax in?.yaml:1",)),
    Case(
        name="a name that would run",
        make=hostile_name,
        said=("error yaml-syntax <img src=x onerror=alert(1)>\n\x1b[2J.yaml:1",),
    ),
    Case(name="a folder with the name of a file", make=folder_of_a_file_name, means=PLAIN),
    Case(name="hidden folders", make=hidden),
    Case(
        name="2,000 files without anything",
        make=many_files,
        said=tuple(f"warning empty-file {i:04}.yaml:" for i in range(2_000)),
    ),
    Case(name="a file that is not there", paths=("cluster.yaml", "nowhere.yaml"), said=("usage",)),
    Case(name="a path without letters", paths=("",), said=("usage",)),
    Case(name="a path that is too long", paths=("x" * 5_000,), said=("usage",)),
    Case(
        name="a file that is larger than may be",
        files={FILE: b"#" * 3_000_000},
        options=("--max-file-size", "1"),
        said=("error limit in.yaml:",),
    ),
    Case(name="an empty file", files={FILE: b""}, said=("warning empty-file in.yaml:",)),
    Case(name="a file of blanks", files={FILE: b" \n  \n"}, said=("warning empty-file in.yaml:",)),
)
