from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.cli import main
from netviz.manifests.kubectl import KUBECTL_EXPORT

ROOT = Path(__file__).parents[2]
PAGES = tuple(sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("sample_manifests/*/README.md")]))
README = (ROOT / "README.md").read_text(encoding="utf-8")
LARGEST_PICTURE = 250_000


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


CONSOLE = [(page, block) for page in PAGES for block in blocks(page, "console")]
COMMANDS = [
    (page, line.strip())
    for page in PAGES
    for line in re.findall(r"^(?:    |\$ )(netviz .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
]


def printed(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    program, *arguments = shlex.split(line)
    assert program == "netviz"
    assert main(arguments) == 0
    output = capsys.readouterr()
    return output.out + output.err


def is_part_of(shown: object, whole: object) -> bool:
    """Whether a JSON value is the other with some entries of its lists left out."""
    if isinstance(shown, dict) and isinstance(whole, dict):
        return all(key in whole and is_part_of(value, whole[key]) for key, value in shown.items())
    if isinstance(shown, list) and isinstance(whole, list):
        return (shown == whole) if not whole else all(any(is_part_of(a, b) for b in whole) for a in shown)
    return shown == whole


@pytest.mark.parametrize(("page", "block"), CONSOLE, ids=[f"{p.name}-{i}" for i, (p, _) in enumerate(CONSOLE)])
def test_a_command_prints_what_the_page_says(
    page: Path, block: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    command, _, output = block.partition("\n")
    actual = printed(command.removeprefix("$ "), capsys)
    if "--format json" in command:
        shown, whole = json.loads(output), json.loads(actual)
        assert is_part_of(shown, whole)
        assert whole.keys() - {"peers"} <= shown.keys()
    else:
        assert actual == output


def test_the_readme_shows_every_question_that_the_command_line_answers() -> None:
    shown = {command.split()[1] for page, command in COMMANDS if page.name == "README.md"}
    assert shown == {"list", "diff", "why"}


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[command for _, command in COMMANDS])
def test_every_command_of_a_page_succeeds(
    page: Path, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert printed(command, capsys), page


def test_the_python_example_prints_what_the_readme_says() -> None:
    (example,), (output,) = blocks(ROOT / "README.md", "python"), blocks(ROOT / "README.md", "text")
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == output


def test_the_readme_begins_with_a_picture_and_two_commands() -> None:
    picture, commands, *_ = README.split("\n\n")
    assert picture.startswith("![")
    assert re.findall(r"^make \w+", commands, re.MULTILINE) == ["make run", "make test"]


def test_the_readme_has_the_export_that_the_dashboard_offers() -> None:
    assert f"\n{KUBECTL_EXPORT}\n" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    for target in targets:
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}, target


def test_pictures_are_small_and_each_is_shown() -> None:
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    assert len(pictures) >= 7
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))
    for picture in pictures:
        assert picture.stat().st_size < LARGEST_PICTURE
        assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert f"(docs/images/{picture.name})" in README or f"(images/{picture.name})" in pages
