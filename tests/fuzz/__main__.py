"""Fuzzes every target for a share of the time: `python -m tests.fuzz --seconds 600 [--keep] [TARGET...]`.

What libFuzzer finds useful is gathered below `.fuzz`, and what breaks a promise is written there as `crash-...`. With
`--keep`, the smallest set of inputs with the same coverage is put into `tests/fuzz/corpus`, which every test run tries.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

HERE = Path(__file__).parent
GROUND = HERE.parents[1] / ".fuzz"
LONGEST_INPUT = 4_096
SECONDS_AN_INPUT = 5
MEGABYTES = 1_000
STATS = ("number_of_executed_units", "slowest_unit_time_sec", "peak_rss_mb")
SMALL = 512
"""Bytes of an input that is kept."""


def main() -> int:
    """Fuzz and report; 1 if anything broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600, help="in all (default 600)")
    parser.add_argument("--keep", action="store_true", help="keep what is useful in tests/fuzz/corpus")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)} (default: all)")
    arguments = parser.parse_args()
    names = arguments.targets or list(TARGETS)
    if unknown := set(names) - TARGETS.keys():
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    share = max(1, arguments.seconds // len(names))
    broken = [name for name in names if not fuzz(name, share)]
    if arguments.keep:
        for name in names:
            keep(name)
    return 1 if broken else 0


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one target, and print a line about it; whether nothing broke."""
    ground = GROUND / name
    ground.mkdir(parents=True, exist_ok=True)
    for data in seeds(name):
        (ground / hashlib.sha1(data).hexdigest()).write_bytes(data)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SECONDS_AN_INPUT}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-dict={HERE / 'tokens.dict'}",
        f"-artifact_prefix={GROUND}/{name}-",
        "-print_final_stats=1",
    ]
    done = _one(name, [*options, str(ground), str(HERE / "corpus" / name)])
    executed, slowest, peak = (_stat(done.stdout, stat) for stat in STATS)
    covered = re.findall(r"cov: (\d+)", done.stdout) or ["0"]
    verdict = "BROKEN" if done.returncode else "nothing broke"
    figures = f"{executed:,} inputs in {seconds} s, {covered[-1]} places covered, slowest {slowest} s, {peak} MB"
    print(f"{name}: {verdict}; {figures}")
    if done.returncode:
        print(done.stdout[-4_000:])
    sys.stdout.flush()
    return done.returncode == 0


def keep(name: str) -> None:
    """Put the smallest inputs with the same coverage into the corpus."""
    corpus, merged = HERE / "corpus" / name, GROUND / f"{name}-merged"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    _one(name, ["-merge=1", f"-max_len={SMALL}", str(merged), str(corpus), str(GROUND / name)])
    shutil.rmtree(corpus)
    corpus.mkdir()
    for path in merged.iterdir():
        data = path.read_bytes()
        (corpus / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def _one(name: str, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    (HERE / "corpus" / name).mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz.one", name, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=HERE.parents[1],
    )


def _stat(output: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s+(\d+)", output)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
