"""What can go wrong, told so that the reader can act on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SHOWN_VALUE_LENGTH = 200


class Severity(StrEnum):
    """How bad a diagnostic or a finding is; errors mean that something was left out."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One statement about the input, with its place.

    `line` is 1-based in the file as written, `document` is 1-based in the file; both are 0 when the statement is about
    the file as a whole. `path` is a field path such as `spec.ingress[0].ports[1].port`, empty for the whole document.
    `code` is a stable machine word such as `invalid-value` (see docs/diagnostics.md).
    """

    severity: Severity
    code: str
    message: str
    file: str
    document: int = 0
    line: int = 0
    path: str = ""
    value: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        if self.document:
            place += f" (document {self.document})"
        subject = f" {self.path}:" if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        lead = "" if place.endswith(":") else ":"
        return f"{place}{subject or lead} {self.sentence()}{hint}"

    def sentence(self) -> str:
        """The message with the lead that the API server gives to this kind of error."""
        match self.code:
            case "invalid-value" if self.value is not None:
                return f"Invalid value: {self.value}: {self.message}"
            case "required":
                return f"Required value: {self.message}" if self.message else "Required value"
            case "not-supported" if self.value is not None:
                return f"Unsupported value: {self.value}: {self.message}"
            case "forbidden":
                return f"Forbidden: {self.message}"
            case _:
                return self.message


class NetvizError(Exception):
    """Base of every error that netviz raises on purpose; its text is a sentence for the user."""


class UsageError(NetvizError):
    """The question itself cannot be answered: unknown name, contradictory options (exit code 2)."""


class ManifestError(NetvizError):
    """A document or file that cannot be used; carries the diagnostic that says where and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(diagnostic))
        self.diagnostic = diagnostic

    def __reduce__(self) -> tuple[type[ManifestError], tuple[Diagnostic]]:
        return type(self), (self.diagnostic,)


def shown(value: object) -> str:
    """The value as a diagnostic may show it: one line, control characters visible, at most 200 characters."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= SHOWN_VALUE_LENGTH and text.isprintable():
        return text
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: SHOWN_VALUE_LENGTH + 1])
    return text if len(text) <= SHOWN_VALUE_LENGTH else text[: SHOWN_VALUE_LENGTH - 1] + "…"
