"""Files that somebody drops by mistake or on purpose, and what each has to be answered with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

SHOP = Path(__file__).parents[1] / "sample_manifests" / "online-shop"

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: bad}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: bomb, namespace: bad}\n"
HELM = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}-deny
  namespace: bad
spec:
  podSelector: {}
  {{- if .Values.egress }}
  policyTypes: [Egress]
  {{- end }}
"""


def merge_bomb() -> str:
    """About a kilobyte in which every level copies what all levels below it hold."""
    base = ", ".join(f"k{i}: 1" for i in range(60))
    levels = "\n".join(f"  b{i}: &b{i} {{<<: [{', '.join([f'*b{i - 1}'] * 8)}]}}" for i in range(1, 24))
    return f"{POD}spec:\n  b0: &b0 {{{base}}}\n{levels}\n"


def doubling_bomb() -> str:
    """A kilobyte of merges that a reader without a memory would take hours for, and that amount to nothing."""
    levels = "\n".join(f"  b{i}: &b{i} {{<<: [*b{i - 1}, *b{i - 1}]}}" for i in range(1, 31))
    return f"{POD}spec:\n  b0: &b0 {{k: 1}}\n{levels}\n"


def alias_bomb() -> str:
    """Lists that hold each other nine times."""
    levels = "\n".join(f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))
    return f"{POD}spec:\n  a0: &a0 [x]\n{levels}\n"


class Bad(NamedTuple):
    """A file, the severity and the words with which it is answered, and the line that these name (0: none)."""

    content: bytes
    severity: str
    said: str
    line: int = 0
    hint: str = ""


BAD = {
    "empty.yaml": Bad(b"", "warning", "there is nothing in it"),
    "report.yaml": Bad(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "error", "this is a PDF document, not a text"),
    "chart.yaml": Bad(HELM.encode(), "error", "", 4, "looks like a Helm template; render it first"),
    "tabs.yaml": Bad(
        b"apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n", "error", "not valid YAML", 4, "does not allow tabs"
    ),
    "port-zero.yaml": Bad(
        f"{HEAD}spec: {{podSelector: {{}}, ingress: [{{ports: [{{port: 0}}]}}]}}\n".encode(),
        "error",
        "must be between 1 and 65535, inclusive",
        4,
    ),
    "duplicate.yaml": Bad(
        f"{HEAD}spec:\n  podSelector: {{}}\n  ingress: []\n  ingress: [{{}}]\n".encode(),
        "error",
        "the key ingress is written twice, in lines 6 and 7",
        7,
    ),
    "deep.yaml": Bad(
        f"{POD}spec: {'[' * 25_000}{']' * 25_000}\n".encode(), "error", "nested more than 64 levels deep", 4
    ),
    "deep.json": Bad(b'{"a": ' * 25_000, "error", "nested more than 64 levels deep", 1),
    "merge-bomb.yaml": Bad(merge_bomb().encode(), "error", "its merge keys (<<) copy more than"),
    "alias-bomb.yaml": Bad(alias_bomb().encode(), "error", "its aliases stand for more than"),
    "nul.yaml": Bad(b"kind: \x00", "error", "NUL character", 1),
    "latin1.yaml": Bad("# gr\u00fcn\n".encode("latin-1"), "error", "not a text in UTF-8", 1, "save the file"),
}


def mixed_folder(top: Path) -> Path:
    """The shop's manifests with the bad files among them."""
    for path in sorted(SHOP.rglob("*.yaml")):
        place = top / path.relative_to(SHOP)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(path.read_bytes())
    for name, bad in BAD.items():
        (top / name).write_bytes(bad.content)
    return top
