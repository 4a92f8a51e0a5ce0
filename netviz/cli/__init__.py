"""The command line: everything that the dashboard answers, for pull requests and for tests."""

from netviz.cli.main import main

__all__ = ["main"]
