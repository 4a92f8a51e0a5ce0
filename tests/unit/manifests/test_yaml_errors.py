"""What is said about YAML that cannot be parsed."""

from __future__ import annotations

import yaml
from yaml.scanner import ScannerError

from netviz.manifests.limits import DEFAULT_LIMITS
from netviz.manifests.yaml_errors import syntax_error

TEXT = "a: 1\nkind: Pod\nspec: [[[\n"


def test_the_depth_limit_of_the_parser_is_told_as_ours() -> None:
    mark = yaml.Mark("", 20, 2, 8, None, 0)
    error = ScannerError("while increasing flow level", mark, "exceeded maximum nesting depth", mark)
    found = syntax_error(error, TEXT, 11, 0, DEFAULT_LIMITS)
    assert (found.code, found.line, found.kind) == ("limit", 13, "Pod")
    assert found.message == "it is nested more than 64 levels deep (limit depth)"
