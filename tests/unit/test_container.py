"""The container file: its rules as far as they can be read, its steps as far as they can be run without a container."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")
PREFIX = "/opt/netviz"
PATIENCE = 60


def instructions() -> list[tuple[str, str]]:
    """Each instruction with its arguments, in order."""
    lines = [line for line in TEXT.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def the(name: str) -> str:
    """The arguments of an instruction that stands once."""
    (found,) = (rest for each, rest in instructions() if each == name)
    return found


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    found: list[list[tuple[str, str]]] = [[]]
    for instruction in instructions():
        if instruction[0] == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found[1:]


def command(text: str) -> list[str]:
    """A command written as a list, which no shell reads."""
    words: list[str] = json.loads(text[text.index("[") :])
    return words


class TestRules:
    def test_every_instruction_is_one_that_there_is(self) -> None:
        known = {"ARG", "FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"}
        assert {name for name, _ in instructions()} <= known

    def test_it_does_not_run_as_root(self) -> None:
        last = stages()[-1]
        assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", the("USER"))
        names = [name for name, _ in last]
        assert "RUN" not in names[names.index("USER") :]
        assert names.index("USER") < names.index("ENTRYPOINT")

    def test_the_base_has_a_version_and_can_be_given_by_its_digest(self) -> None:
        name, _, base = the("ARG").partition("=")
        assert re.fullmatch(r"python:3\.\d+-slim", base)
        assert {rest.split(" AS ")[0] for each, rest in instructions() if each == "FROM"} == {f"${{{name}}}"}

    def test_no_shell_reads_a_command(self) -> None:
        for name, rest in instructions():
            if name in {"RUN", "ENTRYPOINT"}:
                assert command(rest)
        assert command(the("HEALTHCHECK"))

    def test_packages_are_installed_with_their_hashes_or_without_fetching_any(self) -> None:
        runs = [command(rest) for name, rest in instructions() if name == "RUN"]
        installs = [words for words in runs if "pip" in words]
        assert len(installs) == 2
        for words in installs:
            assert "--require-hashes" in words or {"--no-deps", "--no-build-isolation"} <= set(words)

    def test_nothing_is_copied_but_what_it_needs(self) -> None:
        copied = {path for name, rest in stages()[0] if name == "COPY" for path in rest.split()[:-1]}
        assert all((ROOT / path).exists() for path in copied)
        lines = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
        assert any(fnmatch.fnmatch("netviz/__pycache__", rule.replace("**", "*")) for rule in rules[1:])
        assert (ROOT / ".dockerignore").read_text(encoding="utf-8") == "\n".join(lines) + "\n"


class TestSteps:
    def test_the_server_that_it_starts_is_healthy_by_its_own_check(self, tmp_path: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        entry = [word.replace("8501", port) for word in command(the("ENTRYPOINT"))]
        check = [sys.executable, *(word.replace("8501", port) for word in command(the("HEALTHCHECK"))[1:])]
        assert (entry[0], entry.count(port), port in check[-1]) == ("netviz", 1, True)
        environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        assert subprocess.run(check, check=False, capture_output=True).returncode != 0
        server = subprocess.Popen(
            [sys.executable, "-m", "netviz.cli", *entry[1:]],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while subprocess.run(check, check=False, capture_output=True).returncode:
                assert time.monotonic() < deadline
                assert server.poll() is None
                time.sleep(0.2)
            assert list(tmp_path.iterdir()) == []
        finally:
            server.kill()
            server.wait()

    @pytest.mark.soak
    def test_the_steps_of_the_build_make_an_environment_that_runs(self, tmp_path: Path) -> None:
        """With this Python in the place of the base; it needs an index of packages."""
        target, source = tmp_path / "netviz", tmp_path / "src"
        source.mkdir()
        for name, rest in stages()[0]:
            if name == "COPY":
                *paths, place = rest.split()
                for path in paths:
                    here = ROOT / path
                    if here.is_dir():
                        shutil.copytree(here, source / place, ignore=shutil.ignore_patterns("__pycache__"))
                    else:
                        shutil.copy(here, source / place)
            elif name == "RUN":
                words = [word.replace(PREFIX, str(target)) for word in command(rest)]
                words[0] = sys.executable if words[0] == "python" else words[0]
                subprocess.run(words, cwd=source, check=True, capture_output=True)
        listed = subprocess.run(
            [target / "bin" / "netviz", "list", ROOT / "sample_manifests" / "policytypes-pitfall"],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "allowed" in listed.stdout
