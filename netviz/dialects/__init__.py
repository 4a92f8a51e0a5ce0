"""One module per policy API, from documents to the normal form."""

from __future__ import annotations

from typing import Final

from netviz.dialects.admin import AdminDialect
from netviz.dialects.base import Dialect
from netviz.dialects.kubernetes import KubernetesDialect

DIALECTS: Final[tuple[Dialect, ...]] = (KubernetesDialect(), AdminDialect())


def dialects(*, strict: bool = False) -> tuple[Dialect, ...]:
    """All dialects; with `strict` they refuse what only newer API servers refuse."""
    return (KubernetesDialect(strict=True), AdminDialect(strict=True)) if strict else DIALECTS


__all__ = ["DIALECTS", "Dialect", "dialects"]
