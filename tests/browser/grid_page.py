"""A page around one matrix with hostile names, which no loader would let in, and a line that says what was picked."""

from __future__ import annotations

from functools import partial

import streamlit as st

from netviz.ui.grid import draw_grid, grid_data, picked
from netviz.workbench import Grid, GridCell, GridLine

HOSTILE = (
    '<img src=x onerror="globalThis.hacked=1">',
    "</td></table><script>globalThis.hacked=1</script>",
    '" onmouseover="globalThis.hacked=1" x="',
    "javascript:globalThis.hacked=1",
    "![x](http://tracker.example/x.png)",
    "__proto__",
)


def main() -> None:
    """Run the page once."""
    lines = tuple(GridLine(id=name, label=name) for name in HOSTILE)
    cells = tuple(
        GridCell(row=n, column=0, pairs=1, possible=1, unknown=0, ports=name, before=name, changed=1, colour=n)
        for n, name in enumerate(HOSTILE)
    )
    grid = Grid(
        rows=lines,
        columns=lines,
        cells=cells,
        row_total=len(lines),
        column_total=len(lines),
        open_source=HOSTILE[0],
        open_target=HOSTILE[1],
        ports=HOSTILE,
    )
    draw_grid(grid_data(grid, identity="hostile"), key="grid", on_pick=partial(remember, grid))
    st.text(f"picked: {st.session_state.get('picked')}")


def remember(grid: Grid) -> None:
    """Keep what was picked."""
    st.session_state["picked"] = picked("grid", grid)


if __name__ == "__main__":
    main()
