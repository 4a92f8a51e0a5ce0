"""The question about findings and its answer, as plain picklable values."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.workbench.questions import WhyQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding as the page tells it. `key` is the same in every scenario of the same input.

    `excerpt` are the lines of the policy at the place; `shown_by` is the witness in words, and `why` the question that
    explains it if it is a connection. `suppressed` is the reason why it is left out, "" if it is not; `suppression` the
    entry of a suppression file that would leave it out.
    """

    key: str
    check: str
    severity: str
    title: str
    object: str
    namespace: str
    message: str
    advice: str
    rationale: str
    file: str
    line: int
    path: str
    excerpt: tuple[tuple[int, str], ...]
    shown_by: str
    why: WhyQuestion | None = None
    suppressed: str = ""
    suppression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A page of findings out of `total` that pass the filters; `page` is the one that is shown, from 0.

    `counts` has how many there are of each severity, worst first, and `checks` of each check, with its title, whatever
    is filtered. `unused` says in sentences which suppressions match nothing, `limits` what was not looked for.
    """

    lines: tuple[FindingLine, ...]
    total: int
    page: int
    pages: int
    counts: tuple[tuple[str, int], ...]
    checks: tuple[tuple[str, str, int], ...]
    namespaces: tuple[str, ...]
    suppressed: int
    unused: tuple[str, ...]
    limits: tuple[str, ...]
