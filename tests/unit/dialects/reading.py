"""Policies from YAML text, for tests of dialects."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

import yaml

from netviz.dialects.kubernetes import KubernetesDialect
from netviz.errors import Diagnostic
from netviz.manifests.document import Document
from netviz.model.policy import Policy

HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
"""


@dataclass(frozen=True)
class Reading:
    """What a dialect made of one document."""

    policy: Policy | None
    problems: list[Diagnostic]

    def only(self) -> Diagnostic:
        """The one problem."""
        assert len(self.problems) == 1, [str(problem) for problem in self.problems]
        return self.problems[0]

    def told(self) -> list[tuple[str, str, str]]:
        """Severity, code and path of every problem."""
        return [(problem.severity.value, problem.code, problem.path) for problem in self.problems]

    def accepted(self) -> Policy:
        """The policy, which is certain and without problems."""
        assert self.policy is not None
        assert not self.problems, [str(problem) for problem in self.problems]
        assert self.policy.certain
        return self.policy

    def refused(self) -> Policy:
        """The policy, which is not certain."""
        assert self.policy is not None
        assert not self.policy.certain
        return self.policy


def read_object(text: str, *, strict: bool = False) -> Reading:
    """The reading of a whole document; a field's line is the length of its path plus 1."""
    document = Document(file="p.yaml", index=1, data=yaml.safe_load(dedent(text)), line_of=lambda path: len(path) + 1)
    problems: list[Diagnostic] = []
    return Reading(KubernetesDialect(strict=strict).read(document, problems), problems)


def read_spec(spec: str, *, strict: bool = False) -> Reading:
    """The reading of policy `shop/p` with this spec."""
    indented = "".join(f"  {line}\n" for line in dedent(spec).splitlines())
    return read_object(f"{HEAD}spec:\n{indented}", strict=strict)
