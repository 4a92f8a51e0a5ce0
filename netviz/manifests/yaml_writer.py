"""Writes plain values as YAML that a person would write: block style, two spaces, quotes only where they are needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from netviz.manifests.own_files import quoted

_PLAIN: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*", re.ASCII)
_WORDS: Final = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
"""What YAML 1.1 or 1.2 takes for something else than text, in small letters."""


def yaml_text(value: Mapping[str, Any]) -> str:
    """The mapping as one YAML document. Values are dict, list, str, int, float, bool and None; keys are strings."""
    return "\n".join(_mapping(value, "")) + "\n" if value else "{}\n"


def _mapping(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, item in value.items():
        name = _text(str(key))
        if isinstance(item, dict) and item:
            yield f"{indent}{name}:"
            yield from _mapping(item, f"{indent}  ")
        elif isinstance(item, list) and item:
            yield f"{indent}{name}:"
            yield from _sequence(item, indent)
        else:
            yield f"{indent}{name}: {_scalar(item)}"


def _sequence(value: list[Any], indent: str) -> Iterator[str]:
    for item in value:
        if isinstance(item, dict | list) and item:
            deeper = f"{indent}  "
            lines = _mapping(item, deeper) if isinstance(item, dict) else _sequence(item, deeper)
            first, *others = lines
            yield f"{indent}- {first.removeprefix(deeper)}"
            yield from others
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    written = json.dumps(value)
    # Without a point, YAML 1.1 takes a number with an exponent for text.
    return written.replace("e", ".0e") if isinstance(value, float) and "." not in written else written


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return quoted(text)
