"""Bytes that are no UTF-8, or UTF-8 that hides something."""

from __future__ import annotations

import codecs

from tests.hostile.case import FILE, Case, of_text, policy

OPEN = policy("{podSelector: {}, ingress: [{}]}")
PLAIN = {FILE: OPEN.encode()}


def of_bytes(name: str, data: bytes, *said: str, means: bool = False) -> Case:
    """One file of bytes; `means` that it is read as the open policy."""
    lines = tuple(line.replace(" in:", " in.yaml:") for line in said)
    return Case(name=name, files={FILE: data}, said=lines, means=PLAIN if means else None)


CASES: tuple[Case, ...] = (
    of_bytes("UTF-8 with a mark", codecs.BOM_UTF8 + OPEN.encode(), means=True),
    of_bytes("UTF-16, little end first", codecs.BOM_UTF16_LE + OPEN.encode("utf-16-le"), means=True),
    of_bytes("UTF-16, big end first", codecs.BOM_UTF16_BE + OPEN.encode("utf-16-be"), means=True),
    of_bytes("UTF-32, little end first", codecs.BOM_UTF32_LE + OPEN.encode("utf-32-le"), means=True),
    of_bytes("UTF-32, big end first", codecs.BOM_UTF32_BE + OPEN.encode("utf-32-be"), means=True),
    of_bytes("UTF-16 without a mark", OPEN.encode("utf-16-le"), "error not-text in:1"),
    of_bytes("UTF-16 that is cut off", codecs.BOM_UTF16_LE + OPEN.encode("utf-16-le")[:-1], "error not-text in:4"),
    of_bytes(
        "UTF-16 with half a pair", codecs.BOM_UTF16_LE + b"\x00\xd8" + OPEN.encode("utf-16-le"), "error not-text in:1"
    ),
    of_bytes("UTF-7", b"+ADw-script+AD4-: 1\n"),
    of_bytes("Latin-1", b"# gr\xfcn\n" + OPEN.encode(), "error not-text in:1"),
    of_bytes("Shift JIS", "# 日本\n".encode("shift_jis") + OPEN.encode(), "error not-text in:1"),
    of_bytes("UTF-8 that is longer than it need be", b"# \xc0\xaf\n" + OPEN.encode(), "error not-text in:1"),
    of_bytes("a surrogate in UTF-8", b"# \xed\xa0\x80\n" + OPEN.encode(), "error not-text in:1"),
    of_bytes("a character beyond Unicode", b"# \xf4\x90\x80\x80\n" + OPEN.encode(), "error not-text in:1"),
    of_bytes("UTF-8 that is cut off", OPEN.encode() + b"# \xe2\x82", "error not-text in:5"),
    of_bytes("NUL in a comment", OPEN.encode() + b"# \0\n", "error not-text in:5"),
    of_bytes("NUL in JSON", b'{"kind": "\0"}', "error not-text in:1"),
    of_bytes("a mark in the middle", OPEN.encode() + b"---\n\xef\xbb\xbf# more\n", means=True),
    of_bytes("a control character in a comment", OPEN.encode() + b"# \x07\n", "error yaml-syntax in:5"),
    of_bytes("an escape of a terminal", b"kind: \x1b[2J\n", "error yaml-syntax in:1"),
    of_bytes(
        "an escape of a terminal in quotation marks",
        b'apiVersion: "\\e[2J"\nkind: Pod\n',
        "error unknown-version in:1 apiVersion",
    ),
    of_bytes("a delete character", OPEN.encode() + b"# \x7f\n", "error yaml-syntax in:5"),
    of_bytes(
        "a next line that ends a comment", OPEN.encode() + "# \u0085 \u00a0 x\n".encode(), "error yaml-syntax in:5"
    ),
    of_text(
        "letters that run backwards",
        OPEN.replace("name: p", 'name: "p\u202eyna"'),
        "error invalid-value in:3 metadata.name",
        unknown=True,
    ),
    of_text(
        "a name of letters that look alike",
        OPEN.replace("name: p", "name: \u0440"),
        "error invalid-value in:3 metadata.name",
        unknown=True,
    ),
    of_text(
        "a kind of letters that look alike", OPEN.replace("kind: N", "kind: \u039d"), "warning unknown-kind in:1 kind"
    ),
    of_text(
        "a kind with a space of no width", OPEN.replace("Policy", "Policy\u200b"), "warning unknown-kind in:1 kind"
    ),
    of_text(
        "a key of letters that look alike",
        policy("{podSelector: {}, ingr\u0435ss: [{}]}"),
        "error unknown-field in:4 spec.ingrеss",
        unknown=True,
    ),
    of_text(
        "digits of another script as a port",
        policy("{podSelector: {}, ingress: [{ports: [{port: ٨٠}]}]}"),
        "error invalid-value in:4 spec.ingress[0].ports[0].port",
        unknown=True,
    ),
    of_text(
        "a name that only normalising makes equal",
        OPEN.replace("namespace: shop", 'namespace: "ｓｈｏｐ"'),
        "error invalid-value in:3 metadata.namespace",
    ),
    of_bytes("a PDF document", b"%PDF-1.7\n", "error not-text in:"),
    of_bytes("a program", b"\x7fELF\x02\x01\x01" + bytes(100), "error not-text in:"),
    of_bytes("a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), "error not-text in:"),
    of_bytes("gzip under the name of YAML", codecs.encode(OPEN.encode(), "zlib_codec"), "error not-text in:1"),
    of_bytes("random bytes", bytes(range(256)) * 20, "error not-text in:2"),
)
