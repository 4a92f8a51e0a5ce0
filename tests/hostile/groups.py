"""All hostile inputs, by group."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType

from tests.hostile.case import Case

NAMES = (
    "structure",
    "encodings",
    "scalars",
    "network_policies",
    "calico_policies",
    "admin_policies",
    "secrets",
    "injections",
    "archives",
    "odd_files",
    "scale",
)


def groups() -> Mapping[str, tuple[Case, ...]]:
    """The cases of each group."""
    found = {name: importlib.import_module(f"tests.hostile.{name}").CASES for name in NAMES}
    return MappingProxyType(found)
