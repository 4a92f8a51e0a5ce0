"""Looks the locked versions up in the databases of known weaknesses; says "not audited" where none can be reached.

pip-audit counts what it could not look up as skipped, says that nothing was found, and exits with 0. Here a version
that was not looked up is never called clean: if none was, the run says so; if only some were, the database is there,
and the rest is an error. Exits with 1 for a weakness or for a version that a database that can be reached does not
answer for, and with 2 where nothing was audited although NETVIZ_REQUIRE_AUDIT is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("pypi", "osv")
SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one database had to say about `asked` versions."""

    database: str
    asked: int
    answered: int = 0
    weaknesses: tuple[str, ...] = ()
    why_not: str = ""


def main(words: Sequence[str]) -> int:
    """Audit a lock file; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--tool", type=Path, help="a pip-audit that is there already")
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as scratch:
        tool = arguments.tool or installed(Path(scratch))
        if tool is None:
            return told([], arguments.lock, "pip-audit could not be installed")
        looked = []
        for database in DATABASES:
            looked.append(look_up(tool, arguments.lock, database))
            if looked[-1].answered:
                break
        return told(looked, arguments.lock, "; ".join(f"{each.database}: {each.why_not}" for each in looked))


def installed(folder: Path) -> Path | None:
    """A pip-audit of the versions in requirements-audit.lock, None if they cannot be had."""
    venv.create(folder / "venv", with_pip=True)
    bin_folder = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    wanted = ["--require-hashes", "--requirement", str(ROOT / "requirements-audit.lock")]
    pip = [str(bin_folder / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    done = subprocess.run(pip, check=False, capture_output=True)  # noqa: S603 - our own environment, no shell
    return bin_folder / "pip-audit" if done.returncode == 0 else None


def look_up(tool: Path, lock: Path, database: str) -> Looked:
    """Ask one database for every version of a lock."""
    asked = len(set(re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)))
    options = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    command = [str(tool), *options, "--vulnerability-service", database, "--requirement", str(lock)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603 - no shell
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return Looked(database=database, asked=asked, why_not=f"no answer within {SECONDS} seconds")
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return Looked(database=database, asked=asked, why_not=last[:200])
    answered = [each for each in found if "skip_reason" not in each]
    skipped = [str(each["skip_reason"]) for each in found if "skip_reason" in each]
    return Looked(
        database=database,
        asked=asked,
        answered=len(answered),
        weaknesses=tuple(
            f"{each['name']} {each['version']}: {weakness['id']}, mended in {' '.join(weakness['fix_versions']) or '-'}"
            for each in answered
            for weakness in each["vulns"]
        ),
        why_not=skipped[0][:200] if skipped else "",
    )


def told(looked: Sequence[Looked], lock: Path, why_not: str) -> int:
    """Say what came out, and which exit code that makes."""
    last = looked[-1] if looked else None
    if last is None or not last.answered:
        print(f"audit of {lock.name}: not audited ({why_not})")
        return 2 if os.environ.get("NETVIZ_REQUIRE_AUDIT") == "1" else 0
    for weakness in last.weaknesses:
        print(f"audit of {lock.name}: {weakness}")
    missing = last.asked - last.answered
    if missing:
        print(f"audit of {lock.name}: {missing} of {last.asked} versions not audited ({last.database}: {last.why_not})")
    elif not last.weaknesses:
        print(f"audit of {lock.name}: no known weakness in any of {last.asked} versions ({last.database})")
    return 1 if missing or last.weaknesses else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
