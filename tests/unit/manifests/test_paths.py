"""Which files are read: regular ones, each once, none that is too large."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from netviz.errors import Diagnostic, Severity, UsageError
from netviz.manifests.limits import Limits
from netviz.manifests.paths import STDIN, STDIN_NAME, display_name, find_files, read_bytes

EMPTY = io.BytesIO()


def write(path: Path, text: str = "a: b") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_directory_is_read_recursively_in_order_without_hidden_directories(tmp_path: Path) -> None:
    for name in (
        "b.yml",
        "a.YAML",
        "c.json",
        "notes.txt",
        "sub/a.yaml",
        "sub/deep/x.yaml",
        ".git/x.yaml",
        "a-dir/z.yaml",
    ):
        write(tmp_path / name)
    found = find_files([tmp_path])
    assert [str(file.relative_to(tmp_path)) for file in found.files] == [
        "a.YAML",
        "b.yml",
        "c.json",
        "a-dir/z.yaml",
        "sub/a.yaml",
        "sub/deep/x.yaml",
    ]
    assert found.diagnostics == ()


def test_a_file_that_is_named_is_read_whatever_its_ending(tmp_path: Path) -> None:
    file = write(tmp_path / "manifest.txt")
    assert find_files([str(file)]).files == (file,)


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml")
    link = tmp_path.parent / f"{tmp_path.name}-link.yaml"
    link.symlink_to(file)
    assert find_files([tmp_path, file, link, tmp_path / ".." / tmp_path.name]).files == (file,)


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    file = write(tmp_path / "here" / "a.yaml")
    (tmp_path / "link.yaml").symlink_to(file)
    (tmp_path / "linked").symlink_to(tmp_path / "here")
    assert find_files([tmp_path / "link.yaml"]).files == (tmp_path / "link.yaml",)
    assert find_files([tmp_path / "linked"]).files == (tmp_path / "linked" / "a.yaml",)


def test_links_inside_of_a_directory_are_reported_and_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.yaml")
    inside = write(tmp_path / "in" / "a.yaml")
    (tmp_path / "in" / "file.yaml").symlink_to(outside)
    (tmp_path / "in" / "folder").symlink_to(outside.parent)
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "gone.yaml").symlink_to(tmp_path / "nowhere")
    found = find_files([tmp_path / "in"])
    assert found.files == (inside,)
    skipped = [(Path(d.file).name, d.code, d.severity) for d in found.diagnostics]
    names = ("file.yaml", "folder", "gone.yaml", "loop")
    assert skipped == [(name, "unsupported-file", Severity.WARNING) for name in names]


def test_archives_inside_of_a_directory_are_reported_and_not_opened(tmp_path: Path) -> None:
    names = ("a.zip", "b.TGZ", "c.tar", "d.tar.gz")
    for name in names:
        write(tmp_path / name)
    write(tmp_path / ".hidden" / "e.zip")
    write(tmp_path / "picture.png")
    inside = write(tmp_path / "x.yaml")
    found = find_files([tmp_path])
    assert found.files == (inside,)
    assert [(Path(d.file).name, d.code, d.severity) for d in found.diagnostics] == [
        (name, "unsupported-file", Severity.WARNING) for name in names
    ]
    assert found.diagnostics[0].hint == "name it as a path to read it"
    assert find_files([tmp_path / "a.zip"]).files == (tmp_path / "a.zip",)


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    (named,) = find_files([pipe]).diagnostics
    assert (named.code, named.severity) == ("unsupported-file", Severity.ERROR)
    assert [d.code for d in find_files([tmp_path]).diagnostics] == ["unsupported-file", "no-manifests"]
    replaced = read_bytes(pipe, Limits(), EMPTY)
    assert isinstance(replaced, Diagnostic)
    assert replaced.code == "unsupported-file"


@pytest.mark.parametrize("name", ["nowhere.yaml", "a.yaml/below", "x" * 300, "null\0byte", "\ud800"])
def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path, name: str) -> None:
    write(tmp_path / "a.yaml")
    with pytest.raises(UsageError):
        find_files([tmp_path / name])


def test_an_empty_path_does_not_mean_the_current_directory() -> None:
    with pytest.raises(UsageError):
        find_files([""])


def test_a_directory_without_manifests_is_a_warning(tmp_path: Path) -> None:
    (found,) = find_files([tmp_path]).diagnostics
    assert (found.code, found.severity, found.document) == ("no-manifests", Severity.WARNING, 0)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tgz", "A.TAR"])
def test_an_archive_is_read_where_it_is_named_and_not_looked_for_in_directories(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name)
    assert find_files([file]).files == (file,)
    assert find_files([tmp_path]).files == ()


def test_a_file_that_is_too_large_is_refused_with_the_flag_that_helps(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", "x" * 11)
    assert read_bytes(file, Limits(file_size=11), EMPTY) == b"x" * 11
    refused = read_bytes(file, Limits(file_size=10), EMPTY)
    assert isinstance(refused, Diagnostic)
    assert (refused.code, refused.severity) == ("limit", Severity.ERROR)
    assert "--max-file-size" in str(refused.hint)


def test_standard_input_has_a_limit_too() -> None:
    assert find_files(["-", "-"]).files == (STDIN,)
    assert read_bytes(STDIN, Limits(), io.BytesIO(b"a: b")) == b"a: b"
    refused = read_bytes(STDIN, Limits(file_size=2), io.BytesIO(b"a: b"))
    assert isinstance(refused, Diagnostic)
    assert refused.file == STDIN_NAME


def test_a_file_that_vanishes_is_a_diagnostic(tmp_path: Path) -> None:
    refused = read_bytes(tmp_path / "gone.yaml", Limits(), EMPTY)
    assert isinstance(refused, Diagnostic)
    assert (refused.code, refused.severity) == ("unreadable", Severity.ERROR)


def test_a_name_that_is_no_unicode_can_be_shown() -> None:
    assert display_name(Path(os.fsdecode(b"a\xff.yaml"))) == "a?.yaml"
