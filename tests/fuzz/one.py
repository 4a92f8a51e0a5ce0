"""Fuzzes one target in this process: `python -m tests.fuzz.one TARGET [options and folders of libFuzzer]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["netviz"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run until libFuzzer ends the process."""
    name, *options = sys.argv[1:]
    # libFuzzer runs what stands in the first place as a command of the shell when it merges.
    atheris.Setup([f"{sys.executable} -m tests.fuzz.one {name}", *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
