"""Opening input: a sample, paths of the command line, or what was dropped on the page."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from netviz import workbench
from netviz.errors import Diagnostic, UsageError
from netviz.manifests.limits import Limits
from netviz.manifests.paths import display_name, find_files, read_bytes
from netviz.ui.samples import Sample, samples
from netviz.ui.state import STATE_KEY, AppState, assumed, identity_of, loaded, restored
from netviz.ui.text import plural
from netviz.workbench import BASELINE, Assumptions, InputFile, PictureQuestion


def open_first() -> None:
    """On the first run of a session, open what the address or the command line names."""
    if STATE_KEY in st.session_state:
        return
    st.session_state[STATE_KEY] = AppState()
    wanted = st.query_params.get("sample", "")
    sample = next((sample for sample in samples() if sample.name == wanted), None)
    paths = sys.argv[1:]
    if sample is not None:
        open_sample(sample)
    elif paths:
        open_paths(paths)


def open_sample(sample: Sample) -> AppState:
    """Open one of our samples."""
    return open_files(sample.files(), origin=sample.title, sample=sample.name)


def open_paths(paths: Sequence[str]) -> AppState:
    """Open files and directories of this computer; raises UsageError for a path that is not there."""
    found = find_files(paths)
    noticed = list(found.diagnostics)
    files: list[InputFile] = []
    root = common_folder(paths)
    for path in found.files:
        content = read_bytes(path, Limits(), io.BytesIO())
        if isinstance(content, Diagnostic):
            noticed.append(content)
        else:
            files.append(InputFile(name=display_name(_below(root, path)), data=content))
    origin = display_name(_below(root, Path(paths[0]))) if len(paths) == 1 else plural(len(paths), "path")
    return open_files(files, origin=origin, noticed=noticed)


def common_folder(paths: Sequence[str]) -> Path | None:
    """The folder that all paths are in, to which their names are relative on the page; None if there is none."""
    try:
        return Path(os.path.commonpath([Path(path).resolve().parent for path in paths]))
    except ValueError:
        return None


def _below(root: Path | None, path: Path) -> Path:
    whole = path.resolve()
    return whole.relative_to(root) if root and whole.is_relative_to(root) else path


def distinct(files: Sequence[InputFile]) -> tuple[InputFile, ...]:
    """The files, where those of an equal name are told apart: a place in the input must mean one file."""
    seen: Counter[str] = Counter()
    renamed = []
    for file in files:
        seen[file.name] += 1
        count = seen[file.name]
        renamed.append(file if count == 1 else replace(file, name=f"{file.name} ({count})"))
    return tuple(renamed)


def open_files(
    files: Sequence[InputFile], *, origin: str, sample: str = "", noticed: Sequence[Diagnostic] = ()
) -> AppState:
    """Open files in place of what is open, with the view that the address describes if it is about the same input.

    `noticed` is what there was to say before a file was read. Where there is nothing to draw, the load report is shown
    instead of the map.
    """
    files = distinct(files)
    query = st.query_params.to_dict()
    identity = identity_of(files)
    bench = _assuming(workbench.Workbench.load(files), assumed(query, identity))
    state = loaded(bench, origin=origin, sample=sample, identity=identity, noticed=noticed)
    level = query.get("by", state.settings.by)
    summary = bench.summary()
    state = restored(
        state,
        query,
        policies=[card.id for card in bench.policies()],
        namespaces=namespaces_of(bench),
        peers={level: peers_of(bench, level)} if "focus" in query else {},
    )
    if not (summary.workloads or summary.policies):
        state = replace(state, view="input")
    st.session_state[STATE_KEY] = state
    return state


def _assuming(bench: workbench.Bench, assumptions: Assumptions) -> workbench.Bench:
    """The bench under what an address assumes; as it is where the address makes no sense."""
    try:
        return bench if assumptions == bench.assumptions else bench.with_assumptions(assumptions)
    except UsageError:
        return bench


def namespaces_of(bench: workbench.Bench) -> tuple[str, ...]:
    """The namespaces that something drawn lives in, by name."""
    return tuple(sorted({choice.namespace for choice in bench.endpoints() if choice.namespace}))


def peers_of(bench: workbench.Bench, level: str) -> tuple[str, ...]:
    """The peers that the map of a level can focus on."""
    picture = bench.picture(BASELINE, PictureQuestion(by=level)).picture
    return tuple(node.peer for node in picture.nodes if node.peer)
