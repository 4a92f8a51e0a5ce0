"""The grammar of YAML and JSON, stretched: what nests, repeats, refers to itself or is cut off."""

from __future__ import annotations

from tests.bad_inputs import HELM, alias_bomb, doubling_bomb, merge_bomb
from tests.hostile.case import HEAD, Case, of_text, policy

DENY = policy("{podSelector: {}}")
OPEN = policy("{podSelector: {}, ingress: [{}]}")
SPEC = "spec:\n  podSelector: {}\n"

CASES: tuple[Case, ...] = (
    of_text("25,000 lists in each other", f"{HEAD}spec: {'[' * 25_000}{']' * 25_000}\n", "error limit in:4"),
    of_text("100,000 lists that are never closed", f"{HEAD}spec: {'[' * 100_000}", "error limit in:4"),
    of_text("100,000 mappings that are never closed", f"{HEAD}spec: {'{a: ' * 100_000}", "error limit in:4"),
    of_text("100,000 mappings in JSON that are never closed", '{"a": ' * 100_000, "error limit in:1", ending="json"),
    of_text("100,000 dashes on one line", f"{HEAD}spec: \n  {'- ' * 100_000}a\n", "error limit in:5"),
    of_text("100,000 question marks", f"{HEAD}spec: \n  {'? ' * 100_000}a\n", "error invalid-key in:5"),
    of_text("aliases that stand for a billion values", alias_bomb(), "error limit in:10"),
    of_text("merges that copy for ever", merge_bomb(), "error limit in:26"),
    of_text(
        "merges that amount to nothing",
        doubling_bomb().replace("spec:\n", "spec:\n  containers: []\n"),
        *(f"warning unknown-field in:{6 + i} spec.b{i}" for i in range(31)),
    ),
    of_text("a list that holds itself", f"{HEAD}spec: &a [*a]\n", "error recursive-alias in:4"),
    of_text("a mapping that holds itself", f"{HEAD}spec: &a {{podSelector: *a}}\n", "error recursive-alias in:4"),
    of_text("a mapping that merges itself", f"{HEAD}spec: &a {{<<: *a}}\n", "error recursive-alias in:4"),
    of_text("an alias without an anchor", policy("{podSelector: *nobody}"), "error unknown-anchor in:4"),
    of_text(
        "an anchor that is used",
        f"{HEAD}spec: {{podSelector: &a {{}}, ingress: [{{from: [{{podSelector: *a}}]}}]}}\n",
        means=policy("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"),
    ),
    of_text(
        "an anchor that is defined twice",
        f"{HEAD}spec:\n  podSelector: &a {{}}\n  ingress: &a [{{}}]\n  egress: *a\n",
        means=policy("{podSelector: {}, ingress: [{}], egress: [{}]}"),
    ),
    of_text(
        "a merge key",
        "x: &base {podSelector: {}}\n---\n" + f"{HEAD}spec: {{<<: {{podSelector: {{}}}}, ingress: [{{}}]}}\n",
        means=OPEN,
    ),
    of_text("a merge key with text", f"{HEAD}spec: {{<<: podSelector}}\n", "error invalid-merge in:4"),
    of_text(
        "a key that is written twice",
        f"{HEAD}{SPEC}  ingress: []\n  ingress: [{{}}]\n",
        "error duplicate-key in:7 spec.ingress",
        unknown=True,
    ),
    of_text(
        "a kind that is written twice",
        f"kind: NetworkPolicy\n{HEAD}{SPEC}",
        "error duplicate-key in:3 kind",
        unknown=True,
    ),
    of_text(
        "a key that is written twice in JSON",
        '{"kind": "NetworkPolicy",\n"kind": "Pod", "apiVersion": "v1"}',
        "error duplicate-key in:2 kind",
        ending="json",
    ),
    of_text(
        "keys that are equal only as JSON",
        f'{HEAD}{SPEC}  1: a\n  "1": b\n',
        "error duplicate-key in:7 spec.1",
        unknown=True,
    ),
    of_text("a key that is a list", f"{HEAD}{SPEC}  ? [a]\n  : b\n", "error invalid-key in:6"),
    of_text("a key that is a mapping", f"{HEAD}spec: {{{{a: b}}: c}}\n", "error invalid-key in:4"),
    of_text("a key that is a template", HELM, "error invalid-key in:4"),
    of_text("a key of a million characters", f"{HEAD}{SPEC}  {'k' * 1_000_001}: a\n", "error yaml-syntax in:6"),
    of_text(
        "a text of a million characters",
        f"{HEAD}{SPEC}  ingress: {'k' * 1_000_001}\n",
        "error limit in:6 spec.ingress",
        unknown=True,
    ),
    of_text("tabs as indentation", f"{HEAD}spec:\n\tpodSelector: {{}}\n", "error yaml-syntax in:5"),
    of_text("a tab behind a dash", f"{HEAD}{SPEC}  ingress:\n  -\t{{}}\n", "error yaml-syntax in:7"),
    of_text("Windows line ends", OPEN.replace("\n", "\r\n"), means=OPEN),
    of_text("old Macintosh line ends", OPEN.replace("\n", "\r"), means=OPEN),
    of_text(
        "line separators of Unicode in a text",
        f'{HEAD}{SPEC}  ingress: ["a\u2028b\u0085c"]\n',
        "error cannot-decode in:6 spec.ingress[0]",
        unknown=True,
    ),
    of_text("a set", f"{HEAD}{SPEC}  ingress: !!set {{a, b}}\n", "error cannot-decode in:6 spec.ingress", unknown=True),
    of_text(
        "an ordered mapping", f"{HEAD}spec: !!omap [podSelector: {{}}]\n", "error cannot-decode in:4 spec", unknown=True
    ),
    of_text(
        "an object of Python",
        f'{HEAD}spec: !!python/object/apply:os.system ["touch hacked"]\n',
        "error cannot-decode in:4 spec",
        unknown=True,
    ),
    of_text(
        "a module of Python", f"{HEAD}spec: !!python/name:os.system\n", "error cannot-decode in:4 spec", unknown=True
    ),
    of_text("a tag of CloudFormation", f"{HEAD}spec: !Ref thing\n", "error cannot-decode in:4 spec", unknown=True),
    of_text("a directive of YAML 1.1", f"%YAML 1.1\n---\n{OPEN}", means=OPEN),
    of_text("a directive of YAML 9", f"%YAML 9.9\n---\n{OPEN}", "error yaml-syntax in:1"),
    of_text("a directive with a handle", f"%TAG ! tag:x.org,2000:\n---\n{OPEN}", means=OPEN),
    of_text("a directive that nobody knows", f"%FOO bar\n---\n{OPEN}", "error yaml-syntax in:1"),
    of_text("document markers only", "---\n---\n...\n---\n", means="# nothing\n"),
    of_text("a text in place of an object", "just words\n", "error not-an-object in:1"),
    of_text("a number in place of an object", "42\n", "error not-an-object in:1"),
    of_text("a list in place of an object", "- a\n- b\n", "error not-an-object in:1"),
    of_text("a document cut off in the middle", OPEN[:-9], "error yaml-syntax in:4"),
    of_text("JSON cut off in the middle", '{"apiVersion": "v1", "kind": "Po', "error json-syntax in:1", ending="json"),
    of_text(
        "JSON with a comment", '{"apiVersion": "v1", // what\n"kind": "Pod"}', "error json-syntax in:1", ending="json"
    ),
    of_text(
        "JSON with a comma too many",
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},}',
        ending="json",
    ),
    of_text(
        "JSON with NaN",
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"x": NaN}}',
        "error invalid-value in:1",
        ending="json",
    ),
    of_text(
        "JSON with half of a surrogate pair",
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a\\ud800"}, "spec": {}}',
        "error invalid-value in:1 metadata.name",
        ending="json",
    ),
    of_text(
        "JSON after JSON",
        '{"apiVersion": "v1", "kind": "ConfigMap"}{"apiVersion": "v1", "kind": "ConfigMap"}',
        ending="json",
    ),
    of_text("YAML that ends with .json", OPEN, means=OPEN, ending="json"),
    of_text(
        "a good and a bad document",
        f"{OPEN}---\na: [\n---\n{DENY.replace('name: p', 'name: q')}",
        "error yaml-syntax in:6",
    ),
    of_text("a List that is no list", "apiVersion: v1\nkind: List\nitems: {a: b}\n"),
    of_text(
        "a List of words",
        "apiVersion: v1\nkind: List\nitems: [a, 1, null]\n",
        "error not-an-object in:3",
        "error not-an-object in:3",
        "error not-an-object in:3",
    ),
    of_text(
        "Lists in Lists",
        "apiVersion: v1\nkind: List\nitems: [" + "{apiVersion: v1, kind: List, items: [" * 25 + "]}" * 25 + "]\n",
        means="# nothing\n",
    ),
    of_text(
        "a List of policies without kind",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n"
        "- metadata: {name: p, namespace: shop}\n  spec: {podSelector: {}, ingress: [{}]}\n",
        means=OPEN,
    ),
    of_text(
        "a conflict of a merge",
        f"{HEAD}spec:\n<<<<<<< HEAD\n  podSelector: {{}}\n=======\n  podSelector: {{a: b}}\n>>>>>>> x\n",
        "error yaml-syntax in:6",
    ),
    of_text(
        "a block text as spec", f"{HEAD}spec: |\n  podSelector: {{}}\n", "error cannot-decode in:4 spec", unknown=True
    ),
    of_text("a folded block with a wrong indent", f"{HEAD}spec: >9\n  podSelector: {{}}\n", "error yaml-syntax in:5"),
    of_text("a comment that looks like a document", f"{OPEN}#---\n# kind: Secret\n", means=OPEN),
)
