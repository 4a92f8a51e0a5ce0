"""What to say about YAML that cannot be parsed; nothing here quotes the input, which may be of any kind."""

from __future__ import annotations

import re

import yaml

from netviz.manifests.limits import Limits, over_limit
from netviz.manifests.parsed import Broken, line_ends
from netviz.manifests.yaml_tree import line_table

_KIND = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]{1,100})\b", re.MULTILINE)
_TAB_INDENT = re.compile(r"^[ \t]*\t", re.MULTILINE)
_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} )", re.MULTILINE)
_LINE = re.compile(r"[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\Z)")
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")

_TOO_DEEP = "exceeded maximum nesting depth"

_HINTS = (
    ("could not find expected ':'", "a key needs a colon and a space after it"),
    ("mapping values are not allowed", "check the indentation, and quote a value that contains a colon and a space"),
    ("did not find expected key", "check the indentation of this line and of those above it"),
    ("did not find expected '-' indicator", "check the indentation of this line and of those above it"),
    ("block sequence entries are not allowed", "a list starts on a line of its own below its key"),
    ("found unexpected end of stream", "a quotation mark is opened and not closed"),
    ("did not find expected ',' or", "a bracket is opened and not closed"),
    ("cannot start any token", "quote a value that starts with this character"),
)


def syntax_error(error: yaml.YAMLError, text: str, line: int, index: int, limits: Limits) -> Broken:
    """The document `index`, which does not follow YAML's grammar; `text` is what the parser saw, from `line` on.

    Parsers from libyaml 0.2.6 on have a limit on nesting of their own. They read ahead, so that they may come to theirs
    before anybody has counted to that of `limits`, which is lower: it is that one which is told of.
    """
    if isinstance(error, yaml.MarkedYAMLError) and _TOO_DEEP in (error.problem or ""):
        mark = error.problem_mark or error.context_mark
        line += _line(text, mark) if mark else 0
        message, hint = over_limit(limits, "depth")
        return Broken(index=index, line=line, code="limit", message=message, hint=hint, kind=seeming_kind(text))
    message = "not valid YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        if error.problem:
            message += f": {error.problem}"
        if error.context and error.context_mark:
            message += f" {error.context} that begins in line {line + _line(text, error.context_mark)}"
        at = error.problem_mark or error.context_mark
        hint = _hint(message, text, at.line if at else 0)
        line += _line(text, at) if at else 0
    elif control := _CONTROL.search(text):
        message += f": the control character U+{ord(control[0]):04X} is not allowed"
        line += text.count("\n", 0, control.start())
        hint = "remove the character"
    else:
        hint = None
    return Broken(index=index, line=line, code="yaml-syntax", message=message, hint=hint, kind=seeming_kind(text))


def template_hint(text: str) -> str | None:
    """What to do about a text that still has template markers in it."""
    return "this looks like a Helm template; render it first with `helm template`" if "{{" in text else None


def seeming_kind(text: str) -> str:
    """The word after the first `kind:` at the start of a line, "" if there is none."""
    found = _KIND.search(text)
    return found[1] if found else ""


def _line(text: str, mark: yaml.Mark) -> int:
    """The 0-based line of the text; a mistake that shows only behind the end is one of the last line."""
    table = line_table(text)
    return min(table[mark.line] if table else mark.line, line_ends(text.rstrip(), 0, len(text)))


def _hint(message: str, text: str, problem_line: int) -> str | None:
    if template := template_hint(text):
        return template
    if _CONFLICT.search(text):
        return "this looks like an unresolved merge conflict"
    if _TAB_INDENT.match(_nth_line(text, problem_line)):
        return "YAML does not allow tabs for indentation; use spaces"
    return next((hint for sign, hint in _HINTS if sign in message), None)


def _nth_line(text: str, number: int) -> str:
    """The line of this 0-based number, as YAML counts lines."""
    lines = _LINE.finditer(text)
    return next((found[0] for i, found in enumerate(lines) if i == number), "")
