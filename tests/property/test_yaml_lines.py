"""What the reader of plain lines vouches for, the parser reads in the same way; right, wrong and odd texts alike."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from netviz.manifests.document import Path
from netviz.manifests.limits import DEFAULT_LIMITS, Limits
from netviz.manifests.parsed import Broken, Parsed
from netviz.manifests.yaml_reader import read_yaml

NAMES = (
    "a",
    "name",
    "app.kubernetes.io/name",
    "f:a",
    "k:{b}",
    "y",
    "on",
    "1",
    "0x1",
    "'q s'",
    '"d"',
    "null",
    "<<",
    "items",
)
SCALARS = (
    *(
        "web",
        "80",
        "080",
        "1e3",
        "1:20",
        "yes",
        "~",
        "null",
        ".inf",
        "-.inf",
        "-5",
        "--flag",
        "2024-01-01",
        "a b",
        "a#b",
    ),
    *(
        "a #c",
        "a: b",
        "a:b",
        "http://x:80/y",
        "'s'",
        "'it''s'",
        '"d"',
        '"e\\n"',
        '"a: #b"',
        "''",
        '""',
        "{}",
        "[]",
        "{ }",
    ),
    *(
        "[a]",
        "{a: b}",
        "*a",
        "&a b",
        "!!str 1",
        "!x y",
        "@x",
        "`x",
        "%x",
        "?x",
        "? x",
        "- x",
        "-",
        ":x",
        "a :b",
        "a]",
        "x  ",
    ),
    *(
        "a\tb",
        "é",
        "a\u2028b",
        "\x85",
        "\ufeff",
        "\x07",
        "$(X)",
        "=",
        "<<",
        "|",
        ">",
        "|-",
        "|+",
        "|2",
        "a,",
        "'open",
        '"open',
    ),
    *(
        "1_000",
        "0b1",
        "0o7",
        "+1",
        ".5",
        "5.",
        "1e400",
        "99999999999999999999",
        "a \\",
        "^x",
        ";x",
        "(x",
        "...",
        "---",
        "# c",
    ),
)
ODD_LINES = (
    *(
        "",
        " ",
        "   ",
        "# note",
        "  # note",
        "\t",
        "---",
        "...",
        "%YAML 1.1",
        "a",
        "  a",
        "    a: b",
        "a:b",
        "? a",
        ": b",
    ),
    *(
        "- - x",
        "- ",
        "-",
        "  - x",
        "- x: 1",
        "-   x: 1",
        "a: |",
        "b: >-",
        "  text: x",
        "      deep",
        "'open",
        '"open',
        "[a,",
    ),
    *(
        "a: 1\r",
        "a: 1 # c",
        "<<: *a",
        "a: &a 1",
        "b: *a",
        "\u2028",
        "- |",
        "- 'a': b",
        "- a:",
        "  - a:",
        "a: {",
        "}",
        "- {}",
    ),
)


@st.composite
def block(draw: st.DrawFn, depth: int = 3, indent: int = 0) -> list[str]:
    """Lines of a mapping or list in block style, with scalars that may be anything."""
    lines: list[str] = []
    pad = " " * indent
    is_list = draw(st.integers(0, 3)) == 0
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(NAMES))
        shape = draw(st.integers(0, 4 if depth else 2))
        if shape == 1:
            header = draw(st.sampled_from(["|", "|-", "|+", ">", "|2"]))
            text = draw(
                st.lists(st.sampled_from(["text", "a: b", "- x", "# no", "", "  deeper", "\ttab", "é"]), max_size=3)
            )
            wide = " " * (indent + draw(st.integers(0, 3)))
            lines += [
                f"{pad}{'-' if is_list else name + ':'} {header}",
                *(wide + line if line else "" for line in text),
            ]
        elif is_list:
            below = draw(block(depth=0, indent=indent + 2)) if shape > 2 else [draw(st.sampled_from(SCALARS))]
            lines += [f"{pad}- {below[0].lstrip(' ')}", *below[1:]]
        elif shape == 0:
            lines.append(f"{pad}{name}:")
        elif shape == 2:
            lines.append(f"{pad}{name}: {draw(st.sampled_from(SCALARS))}")
        else:
            lines += [
                f"{pad}{name}:",
                *draw(block(depth=depth - 1, indent=indent + draw(st.sampled_from([0, 1, 2, 2, 4])))),
            ]
    return lines


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text, often with a line that is moved, doubled, lost or odd."""
    lines = draw(block())
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(lines)))
        match draw(st.integers(0, 4)):
            case 0:
                lines.insert(at, draw(st.sampled_from(ODD_LINES)))
            case 1:
                lines[at : at + 1] = []
            case 2:
                lines[at : at + 1] = [" " + line for line in lines[at : at + 1]]
            case 3:
                lines[at : at + 1] = [line.removeprefix(" ") for line in lines[at : at + 1]]
            case _:
                lines[at : at + 1] = lines[at : at + 1] * 2
    start = draw(st.sampled_from(["", "---\n", "--- \n", "# note\n---\n", "\n", "--- a\n"]))
    return start + "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n", "\n# end\n"]))


def paths(value: object, path: Path = ()) -> list[Path]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, item in members for below in paths(item, (*path, key)))]


def told(outcome: Parsed | Broken) -> Any:  # noqa: ANN401 - plain values to compare
    """All that can be asked of an outcome; types too, for True is 1."""
    if isinstance(outcome, Broken):
        return dataclasses.astuple(outcome)
    places = outcome.places
    text = places.text("a.yaml", outcome.index, ())
    items = [places.text("a.yaml", outcome.index, path) for path in paths(outcome.data) if path[:1] == ("items",)][:3]
    lines = [(path, places.line(path), places.below(())(path)) for path in paths(outcome.data)]
    return outcome.index, outcome.line, repr(outcome.data), outcome.problems, text, items, lines


def by_parser(text: str, limits: Limits = DEFAULT_LIMITS) -> list[Any]:
    return [told(outcome) for outcome in read_yaml(text, limits, plain=False)]


def by_lines(text: str, limits: Limits = DEFAULT_LIMITS) -> list[Any]:
    return [told(outcome) for outcome in read_yaml(text, limits)]


@settings(max_examples=400)
@given(texts())
@example("a: b\n  c\n")
@example("a: 1\na: 2\n")
@example("a:\n- b\n- c\nd: 1\n")
@example("a: |\n  b\n\n\nc: 1\n")
@example("a: |\n  b\n c: 1\n")
@example("a: |\n  \n  b\n")
@example("- a:\n  - b\n  c:\n  - d\n- e\n")
@example("a: - b\n")
@example('a: "b\n- c"\n')
@example("a: b # c\n")
@example("1: a\n'1': b\n")
@example("a: |")
@example("a:\n  b: 1\n c: 2\n")
def test_what_is_read_line_by_line_is_what_the_parser_reads(text: str) -> None:
    assert by_lines(text) == by_parser(text)


@given(texts(), st.integers(1, 12), st.integers(1, 6))
def test_limits_hold_for_plain_lines_too(text: str, nodes: int, depth: int) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, nodes=nodes, depth=depth, scalar=9)
    assert by_lines(text, limits) == by_parser(text, limits)


@given(st.lists(st.sampled_from(SCALARS), min_size=1, max_size=3), st.sampled_from(NAMES))
def test_a_scalar_means_the_same_in_a_plain_line(scalars: list[str], name: str) -> None:
    text = f"{name}: {scalars[0]}\nlist:\n" + "".join(f"- {scalar}\n" for scalar in scalars)
    assert by_lines(text) == by_parser(text)
