"""What the API server accepts as names, label keys and values, and port names, with its own words for what it refuses.

Each predicate returns None for an accepted text, else the API's message; several messages are joined with "; ".
Source: k8s.io/apimachinery pkg/util/validation. Lengths are in bytes, letters and digits are ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE: Final = f"({_QUALIFIED})?"
_LABEL_RULE: Final = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_RULE: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_QUALIFIED_RULE: Final = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_VALUE_RULE: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
_EMPTY: Final = "must be non-empty"
# Subdomains longer than this are only said to be too long: matching a hostile megabyte would take a second.
_JUDGED: Final = 1000

_NAME: Final = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_GOOD_LABEL: Final = re.compile("[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_GOOD_SUBDOMAIN: Final = re.compile(rf"(?=.{{1,253}}\Z){_SUBDOMAIN}")
_GOOD_KEY: Final = re.compile(rf"(?:(?=[^/]{{1,253}}/){_SUBDOMAIN}/)?{_NAME}")
_GOOD_VALUE: Final = re.compile(f"(?:{_NAME})?")
_LONGEST_KEY: Final = 253 + 1 + 63
"""What these match is good, lengths included; most names are, and need no list of what may be wrong with them."""


def dns_label(text: str) -> str | None:
    """An RFC 1123 label, at most 63 bytes: names of namespaces."""
    if _GOOD_LABEL.fullmatch(text):
        return None
    problems = _too_long(text, 63)
    if not re.fullmatch(_LABEL, text):
        dotted = len(text) <= _JUDGED and re.fullmatch(_SUBDOMAIN, text)
        problems.append("must not contain dots" if dotted else _shape(_LABEL_RULE, _LABEL, "my-name", "123-abc"))
    return _joined(problems)


def dns_subdomain(text: str) -> str | None:
    """An RFC 1123 subdomain, at most 253 bytes: names of most objects."""
    return None if _GOOD_SUBDOMAIN.fullmatch(text) else _joined(_subdomain(text))


def qualified_name(text: str) -> str | None:
    """A label key: a name of at most 63 bytes, optionally after a DNS subdomain and a slash."""
    if len(text) <= _LONGEST_KEY and _GOOD_KEY.fullmatch(text):
        return None
    wrong_name = _shape(_QUALIFIED_RULE, _QUALIFIED, "MyName", "my.name", "123-abc")
    if text.count("/") > 1:
        whole = f"a qualified name {wrong_name}"
        return f"{whole} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    prefix, slash, name = text.rpartition("/")
    problems: list[str] = []
    if slash:
        problems += [f"prefix part {problem}" for problem in (_subdomain(prefix) if prefix else [_EMPTY])]
    problems += [f"name part {problem}" for problem in (_too_long(name, 63) if name else [_EMPTY])]
    if not re.fullmatch(_QUALIFIED, name):
        problems.append(f"name part {wrong_name}")
    return _joined(problems)


def label_value(text: str) -> str | None:
    """A label value: empty, or at most 63 bytes of letters, digits, `-`, `_` and `.`."""
    if _GOOD_VALUE.fullmatch(text):
        return None
    problems = _too_long(text, 63)
    if not re.fullmatch(_VALUE, text):
        problems.append(_shape(_VALUE_RULE, _VALUE, "MyValue", "my_value", "12345"))
    return _joined(problems)


def port_name(text: str) -> str | None:
    """An IANA service name (RFC 6335), lower case: names of container and Service ports."""
    problems = _too_long(text, 15)
    if not re.fullmatch("[-a-z0-9]+", text):
        problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", text):
        problems.append("must contain at least one letter (a-z)")
    if "--" in text:
        problems.append("must not contain consecutive hyphens")
    if text.startswith("-") or text.endswith("-"):
        problems.append("must not begin or end with a hyphen")
    return _joined(problems)


def port_number(port: int) -> str | None:
    """A port number, 1-65535."""
    return None if 1 <= port <= 65535 else "must be between 1 and 65535, inclusive"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely stands for, as a hint for the user, or None."""
    if len(word) > 100:
        return None
    by_lower = {candidate.lower(): candidate for candidate in sorted(known)}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f'did you mean "{by_lower[found[0]]}"?' if found else None


def _subdomain(text: str) -> list[str]:
    problems = _too_long(text, 253)
    if len(text) <= _JUDGED and not re.fullmatch(_SUBDOMAIN, text):
        problems.append(_shape(_SUBDOMAIN_RULE, _SUBDOMAIN, "example.com"))
    return problems


def _too_long(text: str, limit: int) -> list[str]:
    too_long = len(text.encode(errors="surrogatepass")) > limit
    return [f"must be no more than {limit} characters"] if too_long else []


def _shape(rule: str, pattern: str, *examples: str) -> str:
    quoted = " or ".join(f"'{example}', " for example in examples)
    return f"{rule} (e.g. {quoted}regex used for validation is '{pattern}')"


def _joined(problems: list[str]) -> str | None:
    return "; ".join(problems) or None
