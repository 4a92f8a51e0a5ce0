"""The review pack: what the map shows, as files that can be sent, filed and worked on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from time import sleep
from typing import Final

import streamlit as st

from netviz import workbench
from netviz.errors import UsageError
from netviz.exporters.context import Exporter
from netviz.exporters.formats import EXPORTERS
from netviz.exporters.png import find_chromium, rasterised
from netviz.ui.parts import text
from netviz.ui.state import AppState
from netviz.workbench import PackedFile, PackQuestion
from netviz.workbench.packing import zipped

_PNG: Final = next(each for each in EXPORTERS if each.name == "png")
_WRITTEN: Final = tuple(each for each in EXPORTERS if not each.browser)
_LONGEST_TITLE: Final = 200
_LONGEST_DATE: Final = 40
_SETTLING_SECONDS: Final = 0.3


@dataclass(slots=True)
class Choice:
    """What was chosen last, shared by the runs of a session and the buttons that an earlier run has put on the page.

    A click on a button also ends what is being typed: the browser sends both at once, and the file is made by the
    button as it was before. So it asks here, and gives what was typed a moment to arrive.
    """

    title: str = ""
    date: str = ""
    dark: bool = False

    def settled(self, origin: str) -> PackQuestion:
        """The choice, once what was sent together with the click is in it; `origin` is the usual title."""
        sleep(_SETTLING_SECONDS)
        return PackQuestion(formats=(), title=self.title or origin, date=self.date, dark=self.dark)


def _render_choice(state: AppState) -> Choice:
    keys = {name: f"pack-{name}-{state.generation}" for name in ("title", "date", "dark")}
    chosen: Choice = st.session_state.setdefault(f"pack-{state.generation}", Choice())
    change = {name: partial(_choose, chosen, name, key) for name, key in keys.items()}
    chosen.title = st.text_input(
        "Title",
        placeholder="Name of the input",
        max_chars=_LONGEST_TITLE,
        key=keys["title"],
        on_change=change["title"],
    )
    chosen.date = st.text_input(
        "Date",
        placeholder="None: a rerun gives the same files",
        max_chars=_LONGEST_DATE,
        key=keys["date"],
        on_change=change["date"],
    )
    chosen.dark = st.toggle("Dark pictures", key=keys["dark"], on_change=change["dark"])
    return chosen


def _choose(chosen: Choice, name: str, key: str) -> None:
    setattr(chosen, name, st.session_state[key])


def render_pack(state: AppState, bench: workbench.Bench) -> None:
    """Title, date and colours, a button for everything, and one for each file; a file is made when it is asked for."""
    with st.popover("Review pack", help="This view as files: picture, interactive page, diagram, summary, table"):
        chosen = _render_choice(state)
        offered = (*_WRITTEN, _PNG) if _can_rasterise() else _WRITTEN
        st.download_button(
            "Everything (ZIP)",
            data=partial(_together, bench, state, chosen, offered),
            file_name="netviz.zip",
            mime="application/zip",
            key="pack-zip",
            on_click="ignore",
            type="primary",
            width="stretch",
        )
        with st.container(horizontal=True, gap="small"):
            for each in offered:
                st.download_button(
                    each.title,
                    data=partial(_single, bench, state, chosen, each),
                    file_name=each.file_name,
                    mime=each.media_type,
                    key=f"pack-{each.name}",
                    on_click="ignore",
                )
        if _PNG not in offered:
            text("PNG: the button on the map.", "quiet", "png")


def pack_files(
    bench: workbench.Bench, state: AppState, wanted: PackQuestion, exporters: tuple[Exporter, ...]
) -> tuple[PackedFile, ...]:
    """The files of these formats. The PNG is made here, of the SVG: where the bench lives, no browser may start."""
    names = tuple(each.name for each in exporters if not each.browser)
    question = PackQuestion(formats=names or ("svg",), title=wanted.title, date=wanted.date, dark=wanted.dark)
    files = bench.pack(state.what_if, state.question, question)
    if _PNG not in exporters:
        return files
    (svg,) = (file for file in files if file.name.endswith(".svg"))
    return (*(files if names else ()), _rasterised(svg))


def _rasterised(svg: PackedFile) -> PackedFile:
    """The picture as PNG; where the browser fails, a text that says so, because the other files are still good."""
    try:
        data = rasterised(svg.data.decode(), find_chromium())
    except UsageError as error:
        return PackedFile(name=f"{_PNG.file_name}.txt", media_type="text/plain", data=f"{error}\n".encode())
    return PackedFile(name=_PNG.file_name, media_type=_PNG.media_type, data=data)


def _together(bench: workbench.Bench, state: AppState, chosen: Choice, exporters: tuple[Exporter, ...]) -> bytes:
    return zipped(pack_files(bench, state, chosen.settled(state.origin), exporters))


def _single(bench: workbench.Bench, state: AppState, chosen: Choice, exporter: Exporter) -> bytes:
    (file,) = pack_files(bench, state, chosen.settled(state.origin), (exporter,))
    return file.data


def _can_rasterise() -> bool:
    try:
        find_chromium()
    except UsageError:
        return False
    return True
