"""What a policy language has to offer."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from netviz.errors import Diagnostic
from netviz.manifests.document import Document
from netviz.model.policy import Policy, Tier


class Dialect(Protocol):
    """One policy API: it turns documents into the normal form and knows nothing of clusters or of evaluation."""

    def handles(self, api_version: str, kind: str) -> bool:
        """Whether documents of this type are policies of this dialect."""

    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that its policies live in, whether or not the input defines them."""

    def read(self, document: Document, problems: list[Diagnostic]) -> Policy | None:
        """The policy, after adding everything that is wrong with the document to `problems`.

        A policy that the API server would refuse comes back with `certain` false and selects whatever it may have
        selected. None: not even that can be told.
        """


@runtime_checkable
class TierDialect(Dialect, Protocol):
    """A policy API with tiers that are objects of their own."""

    def handles_tier(self, api_version: str, kind: str) -> bool:
        """Whether documents of this type define tiers of this dialect."""

    def read_tier(self, document: Document, problems: list[Diagnostic]) -> Tier | None:
        """The tier, after adding everything that is wrong with the document to `problems`; None if it has no name."""
