"""Inputs that are large in one way: much of the same, which a careless program takes the square of."""

from __future__ import annotations

import json

from tests.hostile.case import HEAD, Case, of_text, policy

OPEN = policy("{podSelector: {}, ingress: [{}]}")


def large(
    name: str, text: str, *said: str, means: str | None = None, ending: str = "yaml", megabytes: float = 300
) -> Case:
    """A case that may take five seconds, and more memory if nothing of it is refused."""
    made = of_text(name, text, *said, means=means, ending=ending)
    return Case(name=name, files=made.files, said=made.said, means=made.means, seconds=5, megabytes=megabytes)


def blocks(count: int) -> str:
    """A policy that lets many single addresses in."""
    cidrs = ", ".join(f"{{ipBlock: {{cidr: 100.{i >> 8}.{i & 255}.0/25}}}}" for i in range(count))
    return policy(f"{{podSelector: {{}}, ingress: [{{from: [{cidrs}]}}]}}")


def holes(count: int) -> str:
    """A policy that lets everybody in but single addresses."""
    cidrs = ", ".join(f"9.{i >> 8}.{i & 255}.1/32" for i in range(count))
    return policy(f"{{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: 0.0.0.0/0, except: [{cidrs}]}}}}]}}]}}")


def policies(count: int) -> str:
    """Policies that all say the same."""
    return "---\n".join(OPEN.replace("name: p", f"name: p{i}") for i in range(count))


MANY = 5_000

CASES: tuple[Case, ...] = (
    large("100,000 empty documents", "---\n" * 100_000, means="# nothing\n"),
    large("100,001 documents", "a: b\n---\n" * 100_001, "error limit in:200001"),
    large("100,000 comments", "# x\n" * 100_000 + OPEN, means=OPEN),
    large("a line of a million characters", f"# {'x' * 1_000_000}\n{OPEN}", means=OPEN),
    large("a million blank lines", "\n" * 1_000_000 + OPEN, means=OPEN),
    large(
        "100,000 labels",
        f"{HEAD}spec: {{podSelector: {{}}, ingress: [{{}}]}}\n".replace(
            "namespace: shop}", "namespace: shop, labels: {" + ", ".join(f"k{i}: v" for i in range(100_000)) + "}}"
        ),
        means=OPEN,
    ),
    large(
        "100,000 fields that nobody knows",
        "apiVersion: example.com/v1\nkind: Thing\n" + "".join(f"f{i}: 1\n" for i in range(100_000)),
        means="# nothing\n",
    ),
    large(
        "100,000 keys written twice",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n" + "a: 1\n" * 100_000,
        "error duplicate-key in:1",
    ),
    large(
        "a policy of 1,000 rules", policy(f"{{podSelector: {{}}, ingress: [{', '.join(['{}'] * 1_000)}]}}"), means=OPEN
    ),
    large("a policy of 5,000 addresses", blocks(MANY)),
    large("a policy with 1,000 holes", holes(1_000)),
    large("500 policies that say the same", policies(500), means=OPEN),
    large(
        "1,000 policies of one name",
        "---\n".join([OPEN] * 1_000),
        *(f"warning duplicate in:{5 * i + 3} metadata.name" for i in range(1, 1_000)),
        means=OPEN,
    ),
    large(
        "1,000 policies of a misspelt kind",
        "---\n".join([OPEN.replace("Policy", "Polcy")] * 1_000),
        *(f"warning unknown-kind in:{5 * i + 1} kind" for i in range(1_000)),
    ),
    large(
        "10,000 objects of kinds that do not matter",
        "---\n".join(f"apiVersion: example.com/v1\nkind: Kind{i}\nmetadata: {{name: a}}\n" for i in range(10_000)),
        means="# nothing\n",
    ),
    large(
        "5,000 broken documents",
        "---\n".join(["a: [\n"] * 5_000),
        *(f"error yaml-syntax in:{2 * i + 1}" for i in range(5_000)),
    ),
    large(
        "a List of 20,000 objects",
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "List",
                "items": [
                    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{i}"}, "data": {"a": "b" * 100}}
                    for i in range(20_000)
                ],
            }
        ),
        means="# nothing\n",
        ending="json",
    ),
    large(
        "a million values in JSON",
        json.dumps({"apiVersion": "example.com/v1", "kind": "Thing", "data": [1] * 1_000_000}),
        means="# nothing\n",
        ending="json",
    ),
)
