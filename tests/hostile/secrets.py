"""Texts that are nobody's business, in every place of a manifest, in good documents and in broken ones."""

from __future__ import annotations

from tests.hostile.case import Case, of_text

CANARY = "c4n4ry"
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {CANARY}}}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: shop{}}}\nspec: {{containers: [{{name: c{}}}]}}\n"
INJECTED = POD.format("", f", env: [{{name: A, value: {CANARY}}}]")


def hidden(name: str, text: str, *said: str) -> Case:
    """A case in which nothing of the canary may be told, and which adds nothing to the answer but itself."""
    made = of_text(name, text, *said)
    return Case(name=made.name, files=made.files, said=made.said, absent=(CANARY,))


CASES: tuple[Case, ...] = (
    hidden("a Secret", SECRET),
    hidden(
        "a Secret whose data are no mapping",
        SECRET.replace("{password", "[").replace("}\n", "]\n") + f"data: {CANARY}\n",
        "error yaml-syntax in:3",
    ),
    hidden("a Secret with a key twice", f"{SECRET}stringData: {{other: {CANARY}}}\n"),
    hidden("a Secret that is cut off", SECRET[:-2], "error yaml-syntax in:4"),
    hidden("a Secret with a tab", f"{SECRET}\t{CANARY}: x\n", "error yaml-syntax in:5"),
    hidden("a Secret with an alias to nothing", f"{SECRET}data: *{CANARY}\n", "error unknown-anchor in:5"),
    hidden("a Secret with a tag", f"{SECRET}data: !{CANARY} x\n"),
    hidden("a Secret with a bad number", f"{SECRET}data: !!int {CANARY}\n", "error invalid-value in:5"),
    hidden("a Secret with a bad escape", f'{SECRET}data: "{CANARY}\\q"\n', "error yaml-syntax in:5"),
    hidden("a Secret with a key of a list", f"{SECRET}? [{CANARY}]\n: x\n", "error invalid-key in:5"),
    hidden(
        "a Secret in JSON that is cut off",
        f'{{"apiVersion": "v1", "kind": "Secret", "data": {{"a": "{CANARY}"',
        "error yaml-syntax in:1",
    ),
    hidden(
        "a Secret in a List",
        f'apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Secret, data: {{a: "{CANARY}"}}}}\n',
    ),
    hidden(
        "a Secret in a broken List",
        f'apiVersion: v1\nkind: List\nitems:\n- {{kind: Secret, data: {{a: "{CANARY}", a: "{CANARY}"}}}}\n',
    ),
    hidden("a Secret of a version that there is not", SECRET.replace("v1", "v9")),
    hidden("a ConfigMap", SECRET.replace("Secret", "ConfigMap")),
    hidden(
        "a SealedSecret", SECRET.replace("kind: Secret", "kind: SealedSecret").replace("v1", "bitnami.com/v1alpha1")
    ),
    hidden("a Secret whose kind is misspelt", SECRET.replace("Secret", "Secert")),
    hidden("a Secret without a kind", SECRET.replace("kind: Secret\n", ""), "error no-kind in:1"),
    hidden("an environment variable", INJECTED),
    hidden("an environment variable of a number", POD.format("", f", env: [{{name: A, value: [{CANARY}]}}]")),
    hidden("an environment that is no list", POD.format("", f", env: {CANARY}")),
    hidden("an environment variable in a broken Pod", INJECTED + "spec: {}\n", "error duplicate-key in:5 spec"),
    hidden("arguments", POD.format("", f", args: [{CANARY}], command: [{CANARY}]")),
    hidden("arguments that are no list", POD.format("", f", args: {CANARY}")),
    hidden("an annotation", POD.format(f", annotations: {{a: {CANARY}}}", "")),
    hidden("annotations that are no mapping", POD.format(f", annotations: [{CANARY}]", "")),
    hidden(
        "an annotation with a key twice",
        POD.format(f", annotations: {{a: {CANARY}, a: {CANARY}}}", ""),
        "error duplicate-key in:3 metadata.annotations.a",
    ),
    hidden(
        "a probe with a header",
        POD.format("", f", livenessProbe: {{httpGet: {{port: 1, httpHeaders: [{{name: A, value: {CANARY}}}]}}}}"),
    ),
    hidden("a text beside a document that is no object", f"- {CANARY}\n", "error not-an-object in:1"),
    hidden("a text that is no object", f"{CANARY}\n", "error not-an-object in:1"),
    hidden("a comment", f"# {CANARY}\n", "warning empty-file in:"),
    hidden(
        "a last-applied annotation of a policy",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: p, namespace: shop, annotations: {{a: {CANARY}}}}}\nspec: {{podSelector: {{}}}}\n",
    ),
)
