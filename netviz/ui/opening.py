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
from netviz.manifests.limits import FLAGS, megabytes
from netviz.manifests.paths import display_name, find_files, read_bytes
from netviz.ui.busy import watch
from netviz.ui.desk import desk, presence
from netviz.ui.link import Names, assumed, note, restored
from netviz.ui.samples import Sample, samples
from netviz.ui.state import (
    DEFAULTS,
    FROM_OUTSIDE,
    STATE_KEY,
    AppState,
    Notice,
    Pending,
    current,
    identity_of,
    loaded,
    update,
)
from netviz.ui.text import plural
from netviz.workbench import BASELINE, Assumptions, InputFile, PictureQuestion

SCENARIO_INSTEAD = "A scenario file is applied to any input, by the names of its policies."


def open_first() -> None:
    """On the first run of a session, begin to open what the address or the command line names."""
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


def open_sample(sample: Sample) -> None:
    """Begin to open one of our samples."""
    open_files(sample.files(), origin=sample.title, sample=sample.name)


def open_paths(paths: Sequence[str]) -> None:
    """Begin to open files and directories of this computer; raises UsageError for a path that is not there."""
    found = find_files(paths)
    noticed = list(found.diagnostics)
    files: list[InputFile] = []
    root = common_folder(paths)
    for path in found.files:
        content = read_bytes(path, desk().limits.reading, io.BytesIO())
        if isinstance(content, Diagnostic):
            noticed.append(content)
        else:
            files.append(InputFile(name=display_name(_below(root, path)), data=content))
    origin = display_name(_below(root, Path(paths[0]))) if len(paths) == 1 else plural(len(paths), "path")
    open_files(files, origin=origin, noticed=noticed)


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


def fitting(files: Sequence[InputFile]) -> tuple[InputFile, ...]:
    """The files with distinct names; UsageError if they are more than a session may bring at once."""
    limits = desk().limits
    size = sum(len(file.data) for file in files)
    if size > limits.session_size:
        raise UsageError(
            f"The files are {megabytes(size)} together, and only {megabytes(limits.session_size)} can be opened at "
            f"once (limit session-size; netviz serve {FLAGS['session_size']} raises the limit)."
        )
    return distinct(files)


def open_files(
    files: Sequence[InputFile], *, origin: str, sample: str = "", noticed: Sequence[Diagnostic] = ()
) -> None:
    """Begin to open files in place of what is open; UsageError if they are more than a session may bring.

    `noticed` is what there was to say before a file was read.
    """
    files = fitting(files)
    before = current().opening
    if before is not None:
        before.job.cancel()
    identity = identity_of(files)
    job = desk().open(files, sensible(assumed(st.query_params.to_dict(), identity)), watch)
    pending = Pending(job=job, origin=origin, sample=sample, identity=identity, noticed=tuple(noticed))
    update(opening=pending, notice=None)
    presence().hold(job)


def finish(pending: Pending, bench: workbench.Bench) -> AppState:
    """Show what was opened, with the view that the address describes if it is about the same input.

    Where there is nothing to draw, the load report is shown instead of the map.
    """
    workbench.let_go(current().bench, "Another input was opened in its place.")
    presence().hold(bench)
    query = st.query_params.to_dict()
    is_first, said = current().generation == 0, note(query, pending.identity)
    state = loaded(
        bench,
        origin=pending.origin,
        sample=pending.sample,
        identity=pending.identity,
        noticed=pending.noticed,
    )
    summary = bench.summary()
    state = restored(state, query, names_of(bench))
    if said and is_first:
        state = replace(state, notice=Notice(tone="info", headline=said, line=SCENARIO_INSTEAD))
    if not (summary.workloads or summary.policies):
        state = replace(state, view="input")
    st.session_state[STATE_KEY] = state
    return state


def sensible(assumptions: Assumptions) -> Assumptions:
    """What an address assumes; the usual assumptions where it makes no sense."""
    if assumptions == DEFAULTS:
        return DEFAULTS
    # What checks them takes long to import, and few addresses have any.
    from netviz.dialects.plugins import parse_plugin
    from netviz.engine.options import Options

    try:
        parse_plugin(assumptions.cni, assumptions.cni_version)
        Options(pod_cidrs=assumptions.pod_cidrs).assumed_pods()
    except UsageError:
        return DEFAULTS
    return assumptions


def names_of(bench: workbench.Bench) -> Names:
    """What an address may name."""

    def ends(level: str) -> tuple[str, ...]:
        nodes = bench.picture(BASELINE, PictureQuestion(by=level)).picture.nodes
        cards = [name for node in nodes for name in (node.id, node.peer) if name]
        return (*cards, *bench.endpoint_ids())

    return Names(
        policies=[card.id for card in bench.policies()],
        namespaces=bench.namespaces(),
        labels=lambda: [
            text for each in bench.labels() for text in (each.key, *(f"{each.key}={value}" for value in each.values))
        ],
        peers=lambda level: peers_of(bench, level),
        ends=ends,
        starts=lambda: starts_of(bench),
    )


def starts_of(bench: workbench.Bench) -> tuple[str, ...]:
    """What a question about reach can begin or end at, but for addresses."""
    spaces = (f"namespace/{name}" for name in bench.namespaces())
    return (FROM_OUTSIDE.start, *spaces, *bench.endpoint_ids())


def peers_of(bench: workbench.Bench, level: str) -> tuple[str, ...]:
    """The peers that the map of a level can focus on."""
    picture = bench.picture(BASELINE, PictureQuestion(by=level)).picture
    return tuple(node.peer for node in picture.nodes if node.peer)
