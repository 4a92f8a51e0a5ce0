"""What policies allow with pods that are not in the input, and with addresses outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from netviz.ui.parts import text
from netviz.ui.state import AppState, current
from netviz.ui.text import plural
from netviz.workbench import Bench, ExposureLine

MOST_ROWS = 2_000
FEW_ROWS = 16
TABLE_HEIGHT = 620
SCOPES = {"": "All", "any": "Any pod", "outside": "Outside", "described": "Some pods"}
DIRECTIONS = {"": "In and out", "ingress": "Into it", "egress": "Out of it"}
WHAT = (
    "By the policies of the workload itself: what it allows with pods that are not in the input, be they yet to come\n"
    "or in a namespace that was not exported. What is open to any pod is not told again for some."
)


def render_exposure(state: AppState, bench: Bench) -> None:
    """Filters and rows: what is open to most comes first."""
    exposed = bench.exposure(state.what_if)
    lines = exposed.lines
    text(summary_words(lines, outside=exposed.outside), "strong", "exposure-summary")
    text(WHAT, "quiet", "exposure-what")
    with st.container(horizontal=True, vertical_alignment="center", key="nv-filters-exposure"):
        scope = st.segmented_control(
            "Open to",
            tuple(SCOPES),
            default="",
            required=True,
            format_func=lambda name: SCOPES[name],
            label_visibility="collapsed",
            key=f"exposure-scope-{state.generation}",
        )
        direction = st.segmented_control(
            "Direction",
            tuple(DIRECTIONS),
            default="",
            required=True,
            format_func=lambda name: DIRECTIONS[name],
            label_visibility="collapsed",
            key=f"exposure-direction-{state.generation}",
        )
        wanted = st.text_input(
            "Workload",
            placeholder="Part of a name",
            label_visibility="collapsed",
            width=200,
            key=f"exposure-text-{state.generation}",
        )
    found = filtered(lines, scope or "", direction or "", wanted or "")
    if not found:
        text("Nothing is left by these filters." if lines else "No workload is exposed.", "quiet", "exposure-none")
        return
    _render_rows(found)


def summary_words(lines: Sequence[ExposureLine], *, outside: bool = True) -> str:
    """How many workloads are open to any pod and to the outside, by direction into them."""
    inward = [line for line in lines if line.direction == "ingress"]
    counted = Counter(scope for scope, _ in {(line.scope, line.workload) for line in inward})
    parts = [
        f"{plural(counted['any'], 'workload accepts', 'workloads accept')} something from any pod",
        *([f"{counted['outside']:,} from addresses outside of the cluster"] if outside else []),
        f"{counted['described']:,} from pods with certain labels",
    ]
    left_out = "" if outside else " Addresses outside are not told: policies tell too many of them apart."
    return f"{', '.join(parts)}.{left_out}"


def filtered(lines: Sequence[ExposureLine], scope: str, direction: str, wanted: str) -> list[ExposureLine]:
    """The lines that the filters leave."""
    return [
        line
        for line in lines
        if scope in ("", line.scope)
        and direction in ("", line.direction)
        and wanted.strip().casefold() in line.workload.casefold()
    ]


def _render_rows(found: Sequence[ExposureLine]) -> None:
    unless = any(line.unless for line in found)
    st.dataframe(
        [
            {
                "workload": line.workload,
                "direction": line.direction,
                "with": line.peers,
                "allowed": line.allow,
                **({"unless other labels deny it": line.unless} if unless else {}),
                "allowed by": line.because,
            }
            for line in found[:MOST_ROWS]
        ],
        hide_index=True,
        height="auto" if len(found) <= FEW_ROWS else TABLE_HEIGHT,
        key=f"exposure-{current().generation}",
    )
    if len(found) > MOST_ROWS:
        text(f"The first {MOST_ROWS:,} of {len(found):,} rows: the CSV file has all.", "quiet", "exposure-cut")
