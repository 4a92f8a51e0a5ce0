"""One module per policy API, from documents to the normal form."""

from __future__ import annotations

from typing import Final

from netviz.dialects.base import Dialect
from netviz.dialects.kubernetes import KubernetesDialect

DIALECTS: Final[tuple[Dialect, ...]] = (KubernetesDialect(),)

__all__ = ["DIALECTS", "Dialect"]
