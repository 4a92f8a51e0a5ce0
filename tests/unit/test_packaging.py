from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SAMPLE_FILES = tuple(path for path in ROOT.glob("sample_manifests/**/*.*") if path.is_file())
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock")
PLATFORMS = tuple(
    {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.4",
        "sys_platform": "linux" if system == "Linux" else "darwin",
        "platform_system": system,
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": machine,
    }
    for minor in (11, 12, 13, 14)
    for system, machine in (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"))
)


def locked(lock: str) -> dict[NormalizedName, str]:
    """Version by name."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


def needs(requirement: Requirement, extra: str, platform: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**platform, "extra": extra})


def dependencies(name: str, extras: set[str], platform: dict[str, str]) -> Iterator[Requirement]:
    """What an installed distribution requires on a platform, with these of its extras."""
    for line in metadata.requires(name) or ():
        requirement = Requirement(line)
        if any(needs(requirement, extra, platform) for extra in ("", *extras)):
            yield requirement


def closure(extras: set[str], platform: dict[str, str]) -> dict[NormalizedName, list[Requirement]]:
    """Everything that netviz needs on a platform, directly or not, with the requirements that ask for it."""
    found: dict[NormalizedName, list[Requirement]] = {}
    queue: list[tuple[str, set[str]]] = [("netviz", extras)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        name, wanted = queue.pop()
        if (name, frozenset(wanted)) in seen:
            continue
        seen.add((name, frozenset(wanted)))
        for requirement in dependencies(name, wanted, platform):
            key = canonicalize_name(requirement.name)
            found.setdefault(key, []).append(requirement)
            queue.append((key, requirement.extras))
    return found


@pytest.mark.promise(15)
@pytest.mark.parametrize(("lock", "extras"), [("requirements.lock", set()), ("requirements-dev.lock", {"dev"})])
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: f"{p['python_version']}-{p['platform_machine']}")
def test_a_lock_holds_everything_on_every_supported_platform(
    lock: str, extras: set[str], platform: dict[str, str]
) -> None:
    versions = locked(lock)
    needed = closure(extras, platform)
    assert len(needed) > 30
    assert sorted(needed.keys() - versions.keys()) == []
    for name, requirements in needed.items():
        assert all(requirement.specifier.contains(versions[name]) for requirement in requirements), name


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_hashes(lock: str) -> None:
    entries = re.split(r"^(?=[\w.-]+==)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) == len(locked(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.promise(15)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path_of_the_machine_that_made_it(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "make lock" in text.split("==")[0]
    assert not re.search(r"://|--(index-url|extra-index-url|trusted-host|find-links)|(^|\s)/", text)


@pytest.mark.promise(15)
def test_both_locks_agree() -> None:
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runtime.items() <= development.items()


def test_a_lock_holds_the_build_backend_so_that_building_fetches_nothing_else() -> None:
    for requirement in map(Requirement, PROJECT["build-system"]["requires"]):
        assert requirement.specifier.contains(locked("requirements.lock")[canonicalize_name(requirement.name)])


def test_the_list_of_packages_is_that_of_the_tree() -> None:
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "netviz").glob("**/__init__.py")}
    in_tree = {".".join(folder.parts) for folder in folders}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == in_tree | {"netviz.samples"}


def test_the_wheel_carries_the_code_the_page_and_the_samples(tmp_path: Path) -> None:
    # The build writes beside its sources, so it gets a copy of them.
    source = tmp_path / "source"
    for folder in ("netviz", "sample_manifests"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / file, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob("netviz-*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    kinds = ("py", "js", "css", "toml", "typed")
    code = {path.relative_to(ROOT).as_posix() for kind in kinds for path in ROOT.glob(f"netviz/**/*.{kind}")}
    samples = {path.relative_to(ROOT / "sample_manifests").as_posix() for path in SAMPLE_FILES}
    assert len(samples) > 10
    assert code <= carried
    assert {f"netviz/samples/{name}" for name in samples} <= carried
    assert all(name.startswith(("netviz/", "netviz-")) for name in carried)
