"""Selectors of Calico policies as selections of endpoints (B20-B24, B31-B34).

Calico gives every endpoint one set of labels: its own, those of its namespace under `pcns.` and those of its service
account under `pcsa.`. All selectors of one side of a rule are one expression over these labels. Source:
updateprocessors/rules.go and globalnetworkpolicyprocessor.go of libcalico-go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from netviz.errors import Severity
from netviz.manifests.document import Fields
from netviz.manifests.strict import report_unknown_fields
from netviz.model.policy import Labelled, LabelView, RemarkKind
from netviz.selectors.calico import GlobalScope, SelectorSyntaxError, parse, parse_namespace_selector
from netviz.selectors.tree import AllOf, HasKey, Negated, Selector, ValueIn, with_keys

SYNTAX: Final = "selector syntax: "
"""How the message about a selector that cannot be parsed begins (B72-B77)."""

NAMESPACE_KEY: Final = "projectcalico.org/namespace"
NAMESPACE_PREFIX: Final = "pcns."
ACCOUNT_PREFIX: Final = "pcsa."
_NAME_KEY: Final = "projectcalico.org/name"

SUBJECTS: Final = LabelView(
    namespace_prefix=NAMESPACE_PREFIX,
    account_prefix=ACCOUNT_PREFIX,
    namespace_key=NAMESPACE_KEY,
    account_key="projectcalico.org/serviceaccount",
    inherited_name_key=_NAME_KEY,
    constants=(("projectcalico.org/orchestrator", "k8s"),),
)
"""What a policy's own selectors see: pods and host endpoints."""
PEERS: Final = replace(SUBJECTS, network_sets=True)
"""What the selectors of a rule see: pods, host endpoints and network sets."""

NO_NAMESPACE: Final = Negated(HasKey(NAMESPACE_KEY))
_ACCOUNT_FIELDS: Final = frozenset(("names", "selector"))

_Parsed = TypeVar("_Parsed")


def in_namespace(name: str) -> Selector:
    """Everything of one namespace."""
    return ValueIn(NAMESPACE_KEY, (name,))


def conjunction(parts: tuple[Selector, ...]) -> Selector:
    """All parts, without nesting what is a conjunction itself."""
    flat: list[Selector] = []
    for part in parts:
        flat += part.parts if isinstance(part, AllOf) else (part,)
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def read_selector(fields: Fields, key: str) -> Selector | None:
    """The selector in field `key`; None if it is absent or empty, or after reporting what is wrong with it."""
    return _read(fields, key, parse)


def read_namespaces(fields: Fields, key: str = "namespaceSelector", *, may_be_global: bool = False) -> Selector | None:
    """A selector of namespaces, about what lives in them; None as in `read_selector`.

    `all()` is everything that is in a namespace; `global()`, if it may be, everything that is not (B32).
    """
    found = _read(fields, key, parse_namespace_selector if may_be_global else parse)
    if isinstance(found, GlobalScope):
        return NO_NAMESPACE
    return None if found is None else with_keys(found, NAMESPACE_PREFIX.__add__, HasKey(NAMESPACE_KEY))


def in_namespaces(selector: Selector) -> Labelled:
    """Everything in the namespaces of a selector: pods, and network sets, by the labels that they inherit (B32)."""
    return Labelled(PEERS, with_keys(selector, NAMESPACE_PREFIX.__add__, HasKey(NAMESPACE_KEY)))


def within_namespaces(selector: Selector) -> Selector:
    """The selector as it means beside a selector of namespaces: `all()` is everything that is in one (B23)."""
    return with_keys(selector, str, HasKey(NAMESPACE_KEY))


def within_accounts(selector: Selector) -> Selector:
    """The selector as it means with or beside one of service accounts: `all()` is everything that has one (B23)."""
    return with_keys(selector, str, HasKey(ACCOUNT_PREFIX + _NAME_KEY))


def read_account_selector(fields: Fields, key: str) -> Selector | None:
    """A selector of service accounts, about what runs under them; None as in `read_selector`."""
    found = _read(fields, key, parse)
    return None if found is None else with_keys(found, ACCOUNT_PREFIX.__add__)


def read_accounts(fields: Fields) -> tuple[Selector, ...]:
    """The parts of a `serviceAccounts` mapping, of which all have to hold; an empty one constrains nothing (B33)."""
    names = fields.strings("names")
    selector = read_account_selector(fields, "selector")
    report_unknown_fields(fields, _ACCOUNT_FIELDS, Severity.ERROR)
    if not names and not fields.raw("selector"):
        message = "an empty serviceAccounts is no constraint: the rule also concerns what has no service account"
        fields.warning("no-constraint", message)
        fields.remark(RemarkKind.EMPTY)
    named = (ValueIn(ACCOUNT_PREFIX + _NAME_KEY, tuple(sorted(set(names)))),) if names else ()
    return (*named, *(() if selector is None else (selector,)))


def _read(fields: Fields, key: str, parser: Callable[[str], _Parsed]) -> _Parsed | None:
    text = fields.string(key)
    if not text:
        return None
    fields.remark(RemarkKind.SELECTOR, key, value=text)
    try:
        return parser(text)
    except SelectorSyntaxError as problem:
        message = f"{SYNTAX}{problem.error}"
        fields.error("invalid-value", message, key, value=text, hint=problem.error.hint)
        return None
