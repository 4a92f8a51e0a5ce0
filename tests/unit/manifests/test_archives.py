"""What is read of an archive, what is said about the rest, and what no archive can do."""

from __future__ import annotations

import io
import tarfile
import time
import zipfile
from collections.abc import Callable

import pytest

from netviz.errors import Diagnostic, Severity
from netviz.loading import Loaded, load, load_files
from netviz.manifests.archives import Piece, pieces
from netviz.manifests.limits import Limits
from netviz.manifests.paths import STDIN_NAME
from netviz.manifests.progress import Progress
from tests.archives import Members, encrypted, gzipped, tar_block, tar_header, tarred, zip_with, zipped

POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: c}]}\n"
BAD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nmetadata: {}\n"
LIMITS = Limits()
WRITERS: dict[str, Callable[[Members], bytes]] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": lambda members: gzipped(tarred(members)),
    "a.tgz": lambda members: gzipped(tarred(members, form=tarfile.GNU_FORMAT)),
}


def read(name: str, data: bytes, limits: Limits = LIMITS) -> tuple[dict[str, bytes], list[Diagnostic]]:
    found = list(pieces(name, data, limits))
    read = {piece.name: piece.data for piece in found if isinstance(piece, Piece)}
    return read, [piece for piece in found if isinstance(piece, Diagnostic)]


def said(problems: list[Diagnostic]) -> list[tuple[str, str, str]]:
    return [(problem.severity.value, problem.code, problem.file) for problem in problems]


def problems_of(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.report.diagnostics]


@pytest.mark.parametrize("name", WRITERS)
def test_the_manifests_are_read_and_the_other_files_are_counted(name: str) -> None:
    members = [("k8s/web.yaml", POD), ("./b.JSON", b"{}"), ("k8s/.git/x.yaml", POD), ("__MACOSX/._web.yaml", b"\0")]
    found, problems = read(name, WRITERS[name]([*members, ("README.md", b"read me"), ("c.yml", b"")]))
    assert found == {f"{name}/k8s/web.yaml": POD, f"{name}/b.JSON": b"{}", f"{name}/c.yml": b""}
    assert [str(problem) for problem in problems] == [
        f"{name}: not read, for they are no manifests: k8s/.git/x.yaml, __MACOSX/._web.yaml, README.md"
    ]
    assert problems[0].severity is Severity.INFO


@pytest.mark.parametrize("name", WRITERS)
def test_a_problem_in_a_member_is_told_with_its_place(name: str) -> None:
    loaded = load_files([(name, WRITERS[name]([("k8s/web.yaml", POD), ("k8s/bad.yaml", BAD)]))])
    assert [text for text in problems_of(loaded) if "bad.yaml" in text] == [
        f"{name}/k8s/bad.yaml:4 (document 1) metadata: the key metadata is written twice, in lines 3 and 4"
        " (the last one would win; remove one)"
    ]
    assert loaded.report.files == (f"{name}/k8s/web.yaml", f"{name}/k8s/bad.yaml")
    assert [pod.name for pod in loaded.cluster.pods] == ["web"]


def test_packed_and_unpacked_manifests_are_the_same_input() -> None:
    members = [("shop/a.yaml", POD), ("shop/sub/b.yaml", b"---\n")]
    packed = {load_files([(name, write(members))]).report.digest for name, write in WRITERS.items()}
    assert packed == {load_files(members).report.digest}


def test_names_of_any_length_and_alphabet_are_read() -> None:
    long = f"{'d' * 90}/{'ä' * 120}/web.yaml"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        assert read("a.tar", tarred([(long, POD)], form=form)) == ({f"a.tar/{long}": POD}, [])
    with_prefix = f"{'d' * 90}/{'e' * 90}.yaml"
    assert read("a.tar", tarred([(with_prefix, POD)], form=tarfile.USTAR_FORMAT)) == ({f"a.tar/{with_prefix}": POD}, [])
    assert read("a.zip", zipped([(long, POD)])) == ({f"a.zip/{long}": POD}, [])


def test_an_archive_is_known_by_its_ending_and_a_stream_by_its_bytes() -> None:
    for data in (zipped([("a.yaml", POD)]), tarred([("a.yaml", POD)]), gzipped(tarred([("a.yaml", POD)]))):
        assert read(STDIN_NAME, data) == ({f"{STDIN_NAME}/a.yaml": POD}, [])
        assert read("a.yaml", data) == ({"a.yaml": data}, [])
        assert load(["-"], stdin=io.BytesIO(data)).cluster.pods[0].name == "web"
    assert read("A.ZIP (2)", zipped([("a.yaml", POD)])) == ({"A.ZIP (2)/a.yaml": POD}, [])


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("bad", ["/a.yaml", "../a.yaml", "k/../../a.yaml", "C:/a.yaml", r"\\host\a.yaml", r"..\a.yaml"])
def test_a_name_that_leads_out_of_the_archive_is_an_error(name: str, bad: str) -> None:
    found, (problem,) = read(name, WRITERS[name]([("ok.yaml", POD), (bad, POD)]))
    assert list(found) == [f"{name}/ok.yaml"]
    assert (problem.severity, problem.code) == (Severity.ERROR, "unsupported-file")
    assert problem.message == "its name leads out of the archive"


@pytest.mark.parametrize("name", WRITERS)
def test_of_two_members_with_one_name_the_second_is_an_error(name: str) -> None:
    found, problems = read(name, WRITERS[name]([("a.yaml", POD), ("./a.yaml", BAD)]))
    assert found == {f"{name}/a.yaml": POD}
    assert said(problems) == [("error", "unsupported-file", f"{name}/a.yaml")]


@pytest.mark.parametrize("name", WRITERS)
def test_an_archive_in_an_archive_is_an_error_and_not_opened(name: str) -> None:
    found, problems = read(name, WRITERS[name]([("in/b.tar.gz", b"x"), ("in/c.zip", zipped([("d.yaml", POD)]))]))
    assert found == {}
    assert said(problems) == [("error", "unsupported-file", f"{name}/in/{inner}") for inner in ("b.tar.gz", "c.zip")]


def test_links_and_special_files_are_skipped_with_a_warning() -> None:
    types = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, b"S", b"V", b"Z")
    kinds = {f"{i}.yaml": kind for i, kind in enumerate(types)}
    found, problems = read("a.tar", tarred([*((name, b"") for name in kinds), ("ok.yaml", POD)], kinds=kinds))
    assert found == {"a.tar/ok.yaml": POD}
    assert said(problems) == [("warning", "unsupported-file", f"a.tar/{name}") for name in kinds]
    for mode in (0o120777, 0o010644):
        found, problems = read("a.zip", zip_with("link.yaml", b"/etc/passwd", mode=mode))
        assert (found, said(problems)) == ({}, [("warning", "unsupported-file", "a.zip/link.yaml")])


def test_folders_are_nothing_to_speak_of() -> None:
    kinds = {"./": tarfile.DIRTYPE, "k8s": tarfile.DIRTYPE}
    assert read("a.tar", tarred([("./", b""), ("k8s", b""), ("k8s/a.yaml", POD)], kinds=kinds))[1] == []
    assert read("a.zip", zipped([("k8s/", b""), ("k8s/a.yaml", POD)]))[1] == []


def test_sparse_files_are_skipped_with_a_warning() -> None:
    record = b"22 GNU.sparse.major=1\n"
    header = tar_header(b"pax", size=b"%o" % len(record), kind=b"x") + tar_block(record)
    problems = read("a.tar", header + tar_header(b"a.yaml") + bytes(1024))[1]
    assert said(problems) == [("warning", "unsupported-file", "a.tar/a.yaml")]


def test_encrypted_members_and_unusual_compression_are_errors_of_their_own() -> None:
    (problem,) = read("a.zip", encrypted(zipped([("a.yaml", POD)])))[1]
    assert (problem.file, problem.message) == ("a.zip/a.yaml", "it is encrypted")
    found, (problem,) = read("a.zip", zipped([("a.yaml", POD)], method=zipfile.ZIP_LZMA))
    assert problem.message == "it is compressed in a way that is not read (method 14)"
    assert found == {}


def test_an_encrypted_member_does_not_keep_the_others_from_being_read() -> None:
    found, problems = read("a.zip", encrypted(zipped([("a.yaml", POD), ("b.yaml", POD)])))
    assert list(found) == ["a.zip/b.yaml"]
    assert said(problems) == [("error", "unsupported-file", "a.zip/a.yaml")]


@pytest.mark.parametrize("name", [*WRITERS, "x.yaml.tar"])
@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"\x1f\x8b", b"no archive", b"\0" * 511, b"x" * 10_000])
def test_what_is_no_archive_is_told_so(name: str, data: bytes) -> None:
    found, problems = read(name, data)
    assert found == {}
    (problem,) = problems
    assert problem.file == name
    assert (problem.severity, problem.code) == (Severity.ERROR, "bad-archive")


@pytest.mark.parametrize("name", WRITERS)
def test_an_archive_that_is_cut_off_anywhere_is_an_error(name: str) -> None:
    whole = WRITERS[name]([("a.yaml", POD), ("b.yaml", POD * 50)])
    end = whole.rindex(b"\n") + 513 if name == "a.tar" else len(whole)
    for length in range(0, end, 7 if end < 2_000 else 97):
        found, problems = read(name, whole[:length])
        assert set(found.values()) <= {POD, POD * 50}
        assert said(problems) == [("error", "bad-archive", name)], length


def test_damaged_bytes_are_noticed_by_their_checksums() -> None:
    data = bytearray(zipped([("a.yaml", POD), ("b.yaml", POD)], method=zipfile.ZIP_STORED))
    data[data.index(b"kind")] ^= 1
    found, problems = read("a.zip", bytes(data))
    assert (list(found), said(problems)) == (["a.zip/b.yaml"], [("error", "bad-archive", "a.zip/a.yaml")])
    data = bytearray(tarred([("a.yaml", POD)]))
    data[0] ^= 1
    assert "wrong checksum" in read("a.tar", bytes(data))[1][0].message
    data = bytearray(gzipped(tarred([("a.yaml", POD)])))
    data[-8] ^= 1
    assert "damaged" in read("a.tgz", bytes(data))[1][0].message
    two = tarred([("a.yaml", POD)]) + tarred([("b.yaml", POD)])
    assert "behind the end" in read("a.tar", two)[1][0].message


def test_limits_are_named_with_the_flag_that_raises_them() -> None:
    members = [(f"{i}.yaml", b"#" * 1_000) for i in range(10)]
    cases = {
        "--max-archive-size": Limits(archive_size=5_000),
        "--max-archive-members": Limits(archive_members=5),
        "--max-file-size": Limits(file_size=500),
    }
    for name, write in WRITERS.items():
        for flag, limits in cases.items():
            problems = read(name, write(members), limits)[1]
            assert {problem.code for problem in problems} == {"limit"}, (name, flag)
            assert all(flag in str(problem.hint) for problem in problems)


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "a.tar"])
@pytest.mark.parametrize("member", ["bomb.yaml", "bomb.bin"])
def test_a_bomb_is_given_up_soon(name: str, member: str) -> None:
    data = WRITERS[name]([("a.yaml", POD), (member, bytes(60_000_000))])
    assert len(data) < 200_000
    began = time.monotonic()
    found, problems = read(name, data)
    assert time.monotonic() - began < 1
    assert found == {f"{name}/a.yaml": POD}
    if name == "a.zip" and member == "bomb.bin":
        assert said(problems) == [("info", "other-files", name)]
    else:
        (problem,) = problems
        assert problem.message.startswith("the archive is more than 200 times as large when it is unpacked")
        assert problem.hint == "--max-archive-ratio raises the limit"


def test_a_size_that_is_not_true_is_never_believed() -> None:
    data = bytearray(zipped([("a.yaml", b"#" * 100_000)]))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    assert said(read("a.zip", bytes(data))[1]) == [("error", "bad-archive", "a.zip/a.yaml")]
    huge = tar_header(b"a.yaml", size=b"\x80" + (1 << 80).to_bytes(11, "big"))
    assert said(read("a.tar", huge)[1]) == [("error", "limit", "a.tar")]
    negative = tar_header(b"a.yaml", size=b"\xff" * 12)
    assert said(read("a.tar", negative)[1]) == [("error", "bad-archive", "a.tar")]


@pytest.mark.parametrize(
    "record", [b"", b"9", b"9 a=b\n9 a=b\n", b"5 a=\n99 b=c\n", b"x path=y\n", b"8 path=y", b"11 size=-1\n", b"99 a=\n"]
)
def test_pax_records_that_are_none_end_the_archive(record: bytes) -> None:
    header = tar_header(b"pax", size=b"%o" % len(record), kind=b"x")
    found, problems = read("a.tar", header + tar_block(record) + tar_header(b"a.yaml") + bytes(1024))
    if record:
        assert (found, said(problems)) == ({}, [("error", "bad-archive", "a.tar")])
    else:
        assert (found, problems) == ({"a.tar/a.yaml": b""}, [])


def test_headers_upon_headers_end_the_archive() -> None:
    data = tar_header(b"long", size=b"6", kind=b"L") + tar_block(b"a.yaml")
    assert said(read("a.tar", data * 1_000 + tar_header(b"a.yaml"))[1]) == [("error", "bad-archive", "a.tar")]
    large = tar_header(b"long", size=b"40000000", kind=b"L")
    assert "longer than" in read("a.tar", large)[1][0].message


def test_many_parts_of_gzip_are_given_up_soon() -> None:
    began = time.monotonic()
    (problem,) = read("a.tgz", gzipped(b"") * 200_000)[1]
    assert time.monotonic() - began < 1
    assert "more than 10,000 parts" in problem.message
    two = gzipped(tarred([("a.yaml", POD)])[:512]) + gzipped(tarred([("a.yaml", POD)])[512:])
    assert read("a.tgz", two) == ({"a.tgz/a.yaml": POD}, [])


@pytest.mark.parametrize("name", WRITERS)
def test_many_problems_are_told_as_some_and_a_number(name: str) -> None:
    problems = read(name, WRITERS[name]([(f"../{i}.yaml", b"") for i in range(500)]))[1]
    assert len(problems) == 21
    assert problems[-1].message == "480 more of its entries are not read, for reasons like these"


def test_an_archive_without_manifests_says_so() -> None:
    for name, write in WRITERS.items():
        assert said(read(name, write([("README.md", b"")]))[1]) == [("warning", "no-manifests", name)]
        assert load_files([(name, write([]))]).report.files == (name,)


def test_names_are_shown_with_their_control_characters_visible() -> None:
    (problem,) = read("a.tar", tarred([("../\x1b[31m\u202e.yaml", POD)]))[1]
    assert problem.file == "a.tar/../\\u001b[31m\\u202e.yaml"
    assert said(read("a.zip", zipped([("x" * 2_000 + ".yaml", POD)]))[1])[0][:2] == ("error", "unsupported-file")
    assert len(read("a.zip", zipped([("x" * 2_000 + ".yaml", POD)]))[1][0].file) < 250


def test_progress_counts_the_bytes_of_the_archive() -> None:
    for name, write in WRITERS.items():
        data = write([(f"{i}.yaml", POD * 200) for i in range(20)])
        told: list[tuple[str, int, int]] = []
        load_files([(name, data)], progress=_into(told))
        reading = [(done, total) for stage, done, total in told if stage == "reading"]
        assert {total for _, total in reading} == {len(data)}
        assert [done for done, _ in reading] == sorted(done for done, _ in reading)
        ends = [piece.end for piece in pieces(name, data, LIMITS) if isinstance(piece, Piece)]
        assert ends == sorted(ends)
        assert ends[-1] <= len(data)


def _into(told: list[tuple[str, int, int]]) -> Progress:
    return lambda *what: told.append(what)


def test_an_entry_without_a_name_is_an_error() -> None:
    for name, data in (("a.zip", zipped([("", POD)])), ("a.tar", tarred([("", POD)]))):
        found, problems = read(name, data)
        assert found == {}
        assert [problem.severity for problem in problems] == [Severity.ERROR]
