from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from netviz.loading import load, load_files
from netviz.manifests.digest import digest_of, input_digest

FILES = (("k8s/a.yaml", b"a: 1\n"), ("k8s/b/c.yaml", b"c: 1\n"), ("k8s/b/d.yaml", b"d: 1\n"))


def digest(*files: tuple[str, bytes]) -> str:
    return input_digest((name, digest_of(data)) for name, data in files)


def test_the_order_of_the_files_does_not_matter() -> None:
    assert len({digest(*files) for files in permutations(FILES)}) == 1


def test_the_folder_that_all_files_are_in_does_not_matter() -> None:
    elsewhere = [(name.replace("k8s/", "/home/somebody/repository/k8s/"), data) for name, data in FILES]
    bare = [(name.removeprefix("k8s/"), data) for name, data in FILES]
    assert digest(*FILES) == digest(*elsewhere) == digest(*bare)


@pytest.mark.parametrize(
    "others",
    [
        FILES[:2],
        (*FILES[:2], ("k8s/b/d.yaml", b"d: 2\n")),
        (*FILES[:2], ("k8s/b/e.yaml", b"d: 1\n")),
        (*FILES, ("k8s/e.yaml", b"")),
        (("k8s/a.yaml", FILES[1][1]), ("k8s/b/c.yaml", FILES[0][1]), FILES[2]),
    ],
    ids=["one less", "another content", "another name", "one more", "contents exchanged"],
)
def test_names_and_contents_do(others: tuple[tuple[str, bytes], ...]) -> None:
    assert digest(*others) != digest(*FILES)


def test_no_file_has_no_hash() -> None:
    assert input_digest([]) == ""


def test_files_and_uploads_of_the_same_content_have_one_hash(tmp_path: Path) -> None:
    for name, data in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert load([tmp_path]).report.digest == load_files(FILES).report.digest == digest(*FILES)
