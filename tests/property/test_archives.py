"""Laws of archives: what the standard library writes is read as it reads it, and no bytes at all do harm."""

from __future__ import annotations

import tarfile

from hypothesis import given
from hypothesis import strategies as st

from netviz.errors import Diagnostic
from netviz.manifests.archives import Piece, pieces
from netviz.manifests.limits import Limits
from tests.archives import gzipped, tarred, zipped

LIMITS = Limits(archive_size=200_000, archive_members=50)
ENDINGS = (".zip", ".tar", ".tar.gz")

words = st.text(st.characters(exclude_characters='/\\\0:', exclude_categories=["Cs"]), min_size=1, max_size=60)
plain = words.filter(lambda word: not word.startswith((".", "__MACOSX")))
names = st.lists(plain, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".yaml")
members = st.lists(st.tuples(names, st.binary(max_size=1_500)), max_size=6, unique_by=lambda member: member[0])


@given(members, st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
def test_what_is_packed_is_read(packed: list[tuple[str, bytes]], form: int) -> None:
    made = tarred(packed, form=form)
    for name, data in (("a.tar", made), ("a.tgz", gzipped(made)), ("a.zip", zipped(packed))):
        found = [piece for piece in pieces(name, data, LIMITS) if isinstance(piece, Piece)]
        assert [(piece.name, piece.data) for piece in found] == [(f"{name}/{inner}", text) for inner, text in packed]


damage = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), min_size=1, max_size=8)


@given(members, st.sampled_from(ENDINGS), damage, st.integers(0, 200))
def test_damage_never_does_more_than_to_be_reported(
    packed: list[tuple[str, bytes]], ending: str, changes: list[tuple[int, int]], cut: int
) -> None:
    made = zipped(packed) if ending == ".zip" else tarred(packed)
    data = bytearray(gzipped(made) if ending == ".tar.gz" else made)
    for place, value in changes:
        data[place % len(data)] = value
    for piece in pieces(f"a{ending}", bytes(data[: len(data) - cut]), LIMITS):
        assert isinstance(piece, Piece | Diagnostic)
        if isinstance(piece, Piece):
            assert 0 <= piece.begin <= piece.end <= len(data)


@given(st.sampled_from(ENDINGS), st.binary(max_size=2_000))
def test_bytes_that_are_no_archive_are_reported(ending: str, data: bytes) -> None:
    found = list(pieces(f"a{ending}", data, LIMITS))
    assert all(isinstance(piece, Diagnostic) for piece in found)
    assert found
