"""One module per policy API, from documents to the normal form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from netviz.dialects.admin import AdminDialect
from netviz.dialects.base import Dialect
from netviz.dialects.calico import CalicoDialect
from netviz.dialects.kubernetes import KubernetesDialect
from netviz.dialects.kubernetes_plugins import PluginView
from netviz.dialects.plugins import Plugin

DIALECTS: Final[tuple[Dialect, ...]] = (KubernetesDialect(), AdminDialect(), CalicoDialect())


def dialects(*, strict: bool = False) -> tuple[Dialect, ...]:
    """All dialects; with `strict` they refuse what only newer API servers refuse."""
    if not strict:
        return DIALECTS
    return KubernetesDialect(strict=True), AdminDialect(strict=True), CalicoDialect(strict=True)


def seen_by(
    dialects: Sequence[Dialect], plugin: Plugin, split_names: frozenset[tuple[str, int]], *, calico: bool
) -> tuple[Dialect, ...]:
    """The dialects as a network plugin takes them; `split_names` as in PluginView, `calico` if it is Calico (C7)."""
    view = PluginView(plugin=plugin, split_names=split_names)

    def seen(dialect: Dialect) -> Dialect:
        if isinstance(dialect, KubernetesDialect):
            return replace(dialect, view=view)
        return replace(dialect, calico=calico) if isinstance(dialect, AdminDialect) else dialect

    return tuple(map(seen, dialects))


__all__ = ["DIALECTS", "Dialect", "dialects", "seen_by"]
