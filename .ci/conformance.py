"""Judges a conformance run: prints what did not pass and exits with 1 unless all of it is a known difference."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(report: str, details: str, differences: str) -> int:
    """Compare the cases that did not pass with those that are explained."""
    known = {line for line in Path(differences).read_text().splitlines() if line and not line.startswith("#")}
    rows = [json.loads(line) for line in Path(details).read_text().splitlines()]
    failed = {f"{row['corpus']} {row['case']}" for row in rows}
    total = next(int(line.split()[-1]) for line in Path(report).read_text().splitlines() if line.startswith("  all "))
    for name in sorted(failed - known):
        print(f"does not pass: {name}")
    for name in sorted(known - failed):
        print(f"listed as different, but passes or is not there: {name}")
    unexplained = len(failed - known)
    print(f"conformance: {total - len(failed)} as expected, {len(failed & known)} different for a reason, of {total}")
    print(f"conformance: {total - unexplained} passed, {unexplained} failed")
    return 1 if unexplained or not total else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
