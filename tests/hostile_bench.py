"""A bench whose every name is a hostile text, whatever view asks it: names of a good input are exchanged on the way.

`victim-07` in an answer becomes the hostile text number 7, and that text in a question becomes `victim-07` again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, Final, TypeVar

from netviz.workbench import Assumptions, InputFile, Workbench
from tests.hostile_texts import HOSTILE_TEXTS

_T = TypeVar("_T")
_VICTIM: Final = re.compile(r"victim-(\d\d)")
_BY_LENGTH: Final = sorted(range(len(HOSTILE_TEXTS)), key=lambda number: -len(HOSTILE_TEXTS[number]))


def hostile_text(text: str) -> str:
    """The text with a hostile one in place of every victim."""
    return _VICTIM.sub(lambda found: HOSTILE_TEXTS[int(found[1]) % len(HOSTILE_TEXTS)], text)


def plain_text(text: str) -> str:
    """The text with a victim in place of every hostile one, the longest first: some hold others."""
    for number in _BY_LENGTH:
        text = text.replace(HOSTILE_TEXTS[number], f"victim-{number:02}")
    return text


def exchanged(value: _T, exchange: Callable[[str], str]) -> _T:
    """The same value with all its texts exchanged."""
    found: Any = value
    match value:
        case Enum():
            pass
        case str():
            found = exchange(value)
        case tuple() if hasattr(value, "_fields"):
            found = type(value)(*(exchanged(item, exchange) for item in value))
        case tuple() | list() | frozenset() | set():
            found = type(value)(exchanged(item, exchange) for item in value)
        case dict():
            found = {exchanged(key, exchange): exchanged(item, exchange) for key, item in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = {f.name: exchanged(getattr(value, f.name), exchange) for f in fields(value) if f.init}
            found = replace(value, **changed)
        case _ if callable(value):
            found = _exchanging(value, exchange)
    result: _T = found
    return result


def _exchanging(ask: Callable[..., Any], exchange: Callable[[str], str]) -> Callable[..., Any]:
    def answer(*positional: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the questions and answers are
        return exchanged(ask(*exchanged(positional, plain_text), **exchanged(named, plain_text)), exchange)

    return answer


class HostileBench:
    """Every question of `Bench`, answered by a real one."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    @classmethod
    def load(cls, files: Sequence[InputFile], assumptions: Assumptions) -> HostileBench:
        """As a desk opens files."""
        return cls(Workbench.load(files, assumptions))

    def with_assumptions(self, assumptions: Assumptions) -> HostileBench:
        """As `Bench` has it."""
        return HostileBench(self._bench.with_assumptions(assumptions))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a question or a value of the bench
        found = getattr(self._bench, name)
        return _exchanging(found, hostile_text) if callable(found) else found


def victims() -> bytes:
    """An input with a victim for each text, in every place that has a name, and with things that are refused."""
    return "---\n".join(_documents()).encode()


def _documents() -> list[str]:
    made = []
    for number in range(len(HOSTILE_TEXTS)):
        name, home = f"victim-{number:02}", f"victim-{number // 15 * 15:02}"
        if name == home:
            made.append(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{zone: {name}}}}}\n")
        metadata = f"metadata: {{name: {name}, namespace: {home}, labels: {{app: {name}}}}}\n"
        ports = f"ports: [{{name: p{number:02}, containerPort: 80}}]"
        made.append(f"apiVersion: v1\nkind: Pod\n{metadata}spec: {{containers: [{{name: c, {ports}}}]}}\n")
        made.append(
            f"apiVersion: v1\nkind: Service\n{metadata}spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}\n"
        )
        peer = f"{{podSelector: {{matchLabels: {{app: victim-{(number + 1) % len(HOSTILE_TEXTS):02}}}}}}}"
        made.append(
            f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{metadata}# {name}\n"
            f"spec: {{podSelector: {{matchLabels: {{app: {name}}}}}, ingress: [{{from: [{peer}]}}]}}\n"
        )
    calico = "apiVersion: projectcalico.org/v3\n"
    made += [
        f"{calico}kind: Tier\nmetadata: {{name: victim-03}}\nspec: {{order: 5}}\n",
        f"{calico}kind: GlobalNetworkPolicy\nmetadata: {{name: victim-03.victim-04}}\n"
        "spec: {tier: victim-03, selector: app == 'victim-05', ingress: [{action: Pass}]}\n",
        f"{calico}kind: StagedNetworkPolicy\nmetadata: {{name: victim-06, namespace: victim-00}}\n"
        "spec: {types: [Egress]}\n",
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: victim-07, namespace: victim-00}\n"
        "spec: {}\n",
        "apiVersion: v1\nkind: Pod\n"
        "metadata: {name: victim-08, namespace: victim-00, labels: {'victim-09!': 'victim-10!'}}\n"
        "spec: {containers: [{name: c, victim-11: 1}]}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: victim-12, namespace: victim-00}\n"
        "spec: {podSelector: {matchLabels: {a: 'victim-13!'}}, victim-14: 1}\n",
        "apiVersion: example.com/v1\nkind: victim-15\nmetadata: {name: victim-16}\n",
    ]
    return made
