"""Texts that would run, load or hide something, in every place of a manifest that is ever shown."""

from __future__ import annotations

import json

from netviz.errors import shown
from tests.hostile.case import HEAD, Case, of_text, policy
from tests.hostile_texts import HOSTILE_TEXTS

TEXTS = tuple(json.dumps(text) for text in HOSTILE_TEXTS)
CALICO = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p#, namespace: shop}\n"
ALL = ", ".join(TEXTS)


def everywhere(name: str, form: str, *said: str, unknown: bool = False) -> Case:
    """A document for each of the texts; `said` of each, with its line."""
    documents = "---\n".join(form.replace("@", text).replace("#", str(i)) for i, text in enumerate(TEXTS))
    return of_text(name, documents, *said, unknown=unknown)


def each(line: str, first: int, step: int) -> tuple[str, ...]:
    """The same line for each of the texts."""
    return tuple(line.replace("#", str(first + i * step)) for i in range(len(TEXTS)))


CASES: tuple[Case, ...] = (
    everywhere(
        "hostile names of policies",
        policy("{podSelector: {}}", HEAD.replace("name: p", "name: @")),
        *each("error invalid-value in:# metadata.name", 3, 5),
        unknown=True,
    ),
    everywhere("hostile kinds", "apiVersion: example.com/v1\nkind: @\nmetadata: {name: a}\n"),
    everywhere("hostile API groups", "apiVersion: @\nkind: Thing\nmetadata: {name: a}\n"),
    everywhere(
        "hostile namespaces",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: @}\n",
        *each("error invalid-value in:# metadata.name", 3, 4),
    ),
    everywhere(
        "hostile values of ports",
        policy("{podSelector: {}, ingress: [{ports: [{port: @}]}]}", HEAD.replace("name: p", "name: p#")),
        *each("error invalid-value in:# spec.ingress[0].ports[0].port", 4, 5),
        unknown=True,
    ),
    everywhere(
        "hostile address blocks",
        policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: @}}]}]}", HEAD.replace("name: p", "name: p#")),
        *each("error invalid-value in:# spec.ingress[0].from[0].ipBlock.cidr", 4, 5),
        unknown=True,
    ),
    everywhere(
        "hostile selectors of Calico",
        f"{CALICO}spec: {{selector: @}}\n",
        *each("error invalid-value in:# spec.selector", 4, 5),
        unknown=True,
    ),
    everywhere(
        "hostile tiers",
        f"{CALICO}spec: {{tier: @}}\n",
        *each("warning missing-tier in:# spec.tier", 1, 5),
    ),
    everywhere(
        "hostile images and annotations",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a#, namespace: shop, annotations: {a: @}}\n"
        "spec: {containers: [{name: c, image: @}]}\n",
    ),
    everywhere(
        "hostile labels",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a#, namespace: shop, labels: {a: @}}\n"
        "spec: {containers: [{name: c}]}\n",
        *each("error invalid-value in:# metadata.labels", 3, 5),
    ),
    everywhere(
        "hostile hosts of an Ingress",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a#, namespace: shop}\n"
        "spec: {rules: [{host: @}]}\n",
    ),
    of_text(
        "hostile comments in a policy",
        f"{HEAD}# {ALL}\nspec: {{podSelector: {{}}}}\n",
        means=policy("{podSelector: {}}"),
    ),
    of_text(
        "hostile fields of a policy",
        f"{HEAD}spec:\n  podSelector: {{}}\n" + "".join(f"  {text}: 1\n" for text in TEXTS),
        *(f"error unknown-field in:{6 + i} spec[{shown(text)}]" for i, text in enumerate(HOSTILE_TEXTS)),
        unknown=True,
    ),
)
