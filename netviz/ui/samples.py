"""The sample clusters that come with netviz."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from netviz.workbench import InputFile

PACKAGE = Path(__file__).resolve().parent.parent
PLACES = (PACKAGE.parent / "sample_manifests", PACKAGE / "samples")
"""Where the samples are: at the top of a checkout, or in the package of an installed wheel."""

ABOUT_LENGTH = 170
"""Characters that a sample's card has room for."""

SUFFIXES = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A folder of manifests; `title` and `about` are the heading and the first sentences of its README."""

    name: str
    title: str
    about: str
    folder: Path

    def expectations(self) -> InputFile | None:
        """The expectations that come with it, if there are any; the file lies beside the folder."""
        path = self.folder.with_name(f"{self.name}.expectations.yaml")
        return InputFile(name=path.name, data=path.read_bytes()) if path.is_file() else None

    def files(self) -> tuple[InputFile, ...]:
        """Its manifests, named relative to the folder, in order of name."""
        found = sorted(path for path in self.folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
        return tuple(InputFile(name=str(path.relative_to(self.folder)), data=path.read_bytes()) for path in found)


def samples() -> tuple[Sample, ...]:
    """The samples by name; none if they are not installed."""
    folder = next((place for place in PLACES if place.is_dir()), None)
    if folder is None:
        return ()
    return tuple(_sample(path) for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] not in "._")


def _sample(folder: Path) -> Sample:
    readme = folder / "README.md"
    blocks = readme.read_text(encoding="utf-8").split("\n\n") if readme.is_file() else []
    headings = [block.lstrip("# ").strip() for block in blocks if block.startswith("#")]
    paragraphs = [" ".join(block.replace("`", "").split()) for block in blocks if block[:1].isalnum()]
    return Sample(
        name=folder.name,
        title=headings[0] if headings else folder.name.replace("-", " ").capitalize(),
        about=first_sentences(paragraphs[0]) if paragraphs else "",
        folder=folder,
    )


def first_sentences(text: str) -> str:
    """As many sentences as fit into a card, at least one."""
    kept, *more = text.split(". ")
    for sentence in more:
        if len(kept) + len(sentence) > ABOUT_LENGTH:
            break
        kept += f". {sentence}"
    return kept.rstrip(".") + "."
