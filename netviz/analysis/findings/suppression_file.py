"""Reads a file of suppressions, and says everything that is wrong in it (docs/findings.md).

It is one mapping of `netviz: suppressions/1` and `suppressions`, a list of mappings with id, object or place or both,
and reason.
"""

from __future__ import annotations

from typing import Final

from netviz.analysis.findings.catalogue import CHECKS
from netviz.analysis.findings.suppressing import Suppression
from netviz.manifests.document import Fields
from netviz.manifests.names import nearest
from netviz.manifests.own_files import OwnFile, OwnFileError, no_more, read_own

KIND: Final = OwnFile(what="a suppression file", format="suppressions/1", most_bytes=2_000_000, most_nodes=100_000)
_FIELDS: Final = ("id", "object", "place", "reason")
_LONGEST: Final = 600


class SuppressionError(OwnFileError):
    """A suppression file that cannot be used; the text lists every problem with its place."""


def read_suppressions(name: str, data: bytes) -> tuple[Suppression, ...]:
    """Read a file; SuppressionError with everything that is wrong in it."""
    try:
        top = read_own(name, data, KIND)
    except OwnFileError as error:
        raise SuppressionError(error.diagnostics) from None
    found = tuple(_suppression(each) for each in top.children("suppressions"))
    no_more(top, "suppressions")
    if top.problems:
        raise SuppressionError(top.problems)
    return found


def _suppression(source: Fields) -> Suppression:
    check, object_, place, reason = (_short(source, key) for key in _FIELDS)
    known = [each.id for each in CHECKS]
    if check and check not in known:
        source.error("not-supported", "must be the id of a check", "id", value=check, hint=nearest(check, known))
    if not check:
        source.error("required", "the id of a check, such as NP006", "id")
    if not reason.strip():
        source.error("required", "why this finding may be left out", "reason")
    if not object_ and not place:
        source.error("required", "the object that a finding is about, or place: FILE or FILE:LINE", "object")
    no_more(source, *_FIELDS)
    return Suppression(check=check, object=object_, place=place, reason=reason, written=str(source.ref()))


def _short(source: Fields, key: str) -> str:
    text = source.string(key) or ""
    if len(text) > _LONGEST:
        source.error("limit", f"must have at most {_LONGEST} characters", key)
    return text
