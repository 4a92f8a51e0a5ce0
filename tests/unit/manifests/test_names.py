from __future__ import annotations

from collections.abc import Callable

import pytest

from netviz.manifests import names

Predicate = Callable[[str], str | None]

ACCEPTED: list[tuple[Predicate, str]] = [
    (names.dns_label, "a"),
    (names.dns_label, "1-a"),
    (names.dns_label, "a" * 63),
    (names.dns_subdomain, "web.shop.2"),
    (names.dns_subdomain, "a" * 253),
    (names.qualified_name, "app"),
    (names.qualified_name, "App_1.x-y"),
    (names.qualified_name, "example.com/MyName"),
    (names.qualified_name, "example.com/" + "a" * 63),
    (names.label_value, ""),
    (names.label_value, "1"),
    (names.label_value, "A_b.c-d"),
    (names.port_name, "http"),
    (names.port_name, "8-a"),
    (names.port_name, "a" * 15),
]

REFUSED: list[tuple[Predicate, str, str]] = [
    (names.dns_label, "a.b", "must not contain dots"),
    (names.dns_label, "A", "a lowercase RFC 1123 label must consist of"),
    (names.dns_label, "a\n", "a lowercase RFC 1123 label must consist of"),
    (names.dns_label, "a" * 64, "must be no more than 63 characters"),
    (names.dns_subdomain, "", "a lowercase RFC 1123 subdomain must consist of"),
    (names.dns_subdomain, "a..b", "a lowercase RFC 1123 subdomain must consist of"),
    (names.dns_subdomain, "-a", "a lowercase RFC 1123 subdomain must consist of"),
    (names.dns_subdomain, "a" * 254, "must be no more than 253 characters"),
    (names.qualified_name, "", "name part must be non-empty; name part must consist of"),
    (names.qualified_name, "/a", "prefix part must be non-empty"),
    (names.qualified_name, "a/", "name part must be non-empty"),
    (names.qualified_name, "a/b/c", "a qualified name must consist of"),
    (names.qualified_name, "A/b", "prefix part a lowercase RFC 1123 subdomain must consist of"),
    (names.qualified_name, "a" * 64, "name part must be no more than 63 characters"),
    (names.qualified_name, "-a", "name part must consist of alphanumeric characters"),
    (names.label_value, "a b", "a valid label must be an empty string or consist of"),
    (names.label_value, "é", "a valid label must be an empty string or consist of"),
    (names.label_value, "٣", "a valid label must be an empty string or consist of"),
    (names.label_value, "a" * 64, "must be no more than 63 characters"),
    (names.port_name, "", "must contain only alpha-numeric characters"),
    (names.port_name, "80", "must contain at least one letter (a-z)"),
    (names.port_name, "HTTP", "must contain only alpha-numeric characters"),
    (names.port_name, "a--b", "must not contain consecutive hyphens"),
    (names.port_name, "a-", "must not begin or end with a hyphen"),
    (names.port_name, "a" * 16, "must be no more than 15 characters"),
]


@pytest.mark.parametrize(("predicate", "text"), ACCEPTED)
def test_what_the_api_accepts_has_no_message(predicate: Predicate, text: str) -> None:
    assert predicate(text) is None


@pytest.mark.parametrize(("predicate", "text", "message"), REFUSED)
def test_what_the_api_refuses_has_its_message(predicate: Predicate, text: str, message: str) -> None:
    assert (predicate(text) or "").startswith(message)


def test_a_message_ends_with_examples_and_the_pattern_as_the_api_writes_them() -> None:
    assert (names.dns_label("A") or "").endswith(
        "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    )


@pytest.mark.parametrize(("port", "accepted"), [(0, False), (1, True), (65535, True), (65536, False), (-1, False)])
def test_ports_lie_between_1_and_65535(port: int, accepted: bool) -> None:
    assert (names.port_number(port) is None) is accepted


def test_the_nearest_known_word_ignores_case_and_small_errors() -> None:
    known = ("podSelector", "policyTypes", "ingress")
    assert names.nearest("podSelectors", known) == 'did you mean "podSelector"?'
    assert names.nearest("policytypes", known) == 'did you mean "policyTypes"?'
    assert names.nearest("zzz", known) is None
