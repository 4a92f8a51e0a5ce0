"""What becomes of an object that only some doors to a Calico cluster refuse (B.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from netviz.manifests.document import Fields

V3: Final = "projectcalico.org/v3"
STORED: Final = "crd.projectcalico.org/v1"
API_VERSIONS: Final = frozenset((V3, STORED))


@dataclass(frozen=True, slots=True)
class Strictness:
    """How a document came to the cluster: through the Calico API, or (`stored`) past it into its storage.

    The API refuses more than the data plane does: what was stored is enforced all the same.
    """

    stored: bool

    @classmethod
    def of(cls, api_version: str) -> Strictness:
        """The strictness that goes with a version of the API."""
        return cls(stored=api_version == STORED)

    def report(
        self, fields: Fields, message: str, *more: str | int, value: object = None, hint: str | None = None
    ) -> None:
        """Report what the API refuses and the data plane takes."""
        if self.stored:
            message = f"{message} (refused by the Calico API; what is stored is enforced all the same)"
            fields.warning("invalid-value", message, *more, value=value, hint=hint)
        else:
            fields.error("invalid-value", message, *more, value=value, hint=hint)

    def limit_items(self, fields: Fields, key: str, count: int, most: int) -> None:
        """Report a list that is longer than the API allows (B89)."""
        if count > most:
            self.report(fields, f"must have at most {most} items", key, value=count)
