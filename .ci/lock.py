"""Says whether the lock files are what pyproject.toml asks for; exits with 1 if they are not.

They are compiled again over a copy: what is still right keeps its version, so that a lock that is current comes out as
it is. Where no index of packages can be reached, the run says that this was not checked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock", "requirements-audit.lock")


def pins(text: str) -> set[str]:
    """Each version with its condition and hashes, without the comments, which name the folder of the lock."""
    lines = [line.split(" #")[0].rstrip() for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return {" ".join(line.split()) for line in joined.splitlines() if line.strip()}


def differences(old: str, new: str) -> list[str]:
    """What a lock has and should not have, and the other way round: `- a==1`, `+ a==2`."""
    gone, come = pins(old) - pins(new), pins(new) - pins(old)
    return [f"{sign} {pin.split(' --hash')[0]}" for sign, each in (("-", gone), ("+", come)) for pin in sorted(each)]


def index_answers() -> bool:
    """Whether an index of packages can be reached: it has to know pip."""
    with tempfile.TemporaryDirectory() as scratch:
        options = ["--quiet", "--no-deps", "--retries=1", "--dest", scratch]
        command = [sys.executable, "-m", "pip", "download", *options, "pip"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - no shell


def main() -> int:
    """Compile the locks again and compare; returns the exit code."""
    if not index_answers():
        print("lock: not checked, no index of packages can be reached")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        for lock in LOCKS:
            shutil.copy(ROOT / lock, scratch)
        make = ["make", "--silent", "lock", f"LOCKS={scratch}"]
        done = subprocess.run(make, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - no shell
        if done.returncode:
            print(f"lock: cannot be made\n{done.stderr}")
            return 1
        found = {lock: differences((ROOT / lock).read_text(), (Path(scratch) / lock).read_text()) for lock in LOCKS}
    for lock, lines in found.items():
        print(f"lock: {lock} is " + ("current" if not lines else "not current: make lock\n  " + "\n  ".join(lines)))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
