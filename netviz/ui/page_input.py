"""The page where input comes in, and where it is told what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from netviz import workbench
from netviz.errors import Diagnostic, Severity
from netviz.manifests.kubectl import KUBECTL_EXPORT
from netviz.manifests.limits import megabytes
from netviz.ui.desk import desk
from netviz.ui.opening import open_files, open_sample
from netviz.ui.panel_fidelity import render_fidelity
from netviz.ui.parts import callout, guarded, text
from netviz.ui.samples import samples
from netviz.ui.state import AppState
from netviz.ui.text import label, plural
from netviz.workbench import InputFile, LoadSummary

FILE_TYPES = ("yaml", "yml", "json", "zip", "tar", "tar.gz", "tgz")
OUTCOMES = {"read": "read", "ignored": "ignored", "unsupported": "not evaluated", "refused": "refused"}
WELCOME_WIDTH = 1000
REFUSED = ((Severity.ERROR, "Refused: left out of every answer", "errors"),)
REMARKS = ((Severity.WARNING, "Warnings", "warnings"), (Severity.INFO, "Notes", "infos"))


def render_welcome(state: AppState) -> None:
    """The first screen: what netviz does, and every way to bring manifests in."""
    with st.container(horizontal=True, horizontal_alignment="center"), st.container(width=WELCOME_WIDTH):
        text("netviz", "big", "welcome")
        st.markdown(
            "See which pod may talk to which, why, and what a change to a network policy would do. "
            "Nothing leaves this computer, and no cluster is needed."
        )
        _render_ways_in(state)
        text("Or export a cluster once, and bring the file here:", "strong", "export")
        st.code(KUBECTL_EXPORT, language="bash", wrap_lines=True)


def render_report(state: AppState, bench: workbench.Bench, summary: LoadSummary) -> None:
    """What was read, ignored and refused, what is not modelled or missing, and the ways to open something else."""
    text(summary_words(summary), "title", "report")
    report, other = st.columns([3, 2], gap="large")
    diagnostics = (*state.noticed, *summary.diagnostics)
    with report:
        _render_diagnostics(diagnostics, REFUSED)
        if summary.workloads or summary.policies:
            with guarded("fidelity"):
                render_fidelity(state, bench)
        _render_outcomes(summary)
        _render_diagnostics(diagnostics, REMARKS)
        _render_missing(summary)
    with other:
        text("Open something else", "title", "other")
        _render_ways_in(state)


def _render_ways_in(state: AppState) -> None:
    _render_upload(state.generation)
    _render_samples(in_rows_of=3 if state.bench is None else 1)
    _render_paste(state.generation)


def _render_upload(generation: int) -> None:
    uploads = st.file_uploader(
        "Kubernetes manifests: workloads, Services, Namespaces, NetworkPolicies. Several files at once, or an archive.",
        type=FILE_TYPES,
        accept_multiple_files=True,
        key=f"upload-{generation}",
    )
    limits = desk().limits
    text(
        f"Up to {megabytes(limits.reading.file_size)} a file and {megabytes(limits.session_size)} at once. "
        f"The analysis is stopped after {limits.seconds} seconds or at {megabytes(limits.memory)} of memory.",
        "quiet",
        "limits",
    )
    if uploads and st.button(f"Open {plural(len(uploads), 'file')}", type="primary", key="open-upload"):
        _open([InputFile(name=upload.name, data=upload.getvalue()) for upload in uploads])


def _render_paste(generation: int) -> None:
    with st.expander("Paste YAML or JSON"):
        pasted = st.text_area("Manifests", height=200, key=f"paste-{generation}", label_visibility="collapsed")
        if st.button("Open the text", key="open-paste", disabled=not pasted.strip()):
            _open([InputFile(name="pasted.yaml", data=pasted.encode("utf-8", "surrogatepass"))])


def _open(files: Sequence[InputFile]) -> None:
    opened = False
    with guarded("open"):
        open_files(files, origin=files[0].name if len(files) == 1 else plural(len(files), "file"))
        opened = True
    if opened:
        st.rerun()


def _render_samples(*, in_rows_of: int) -> None:
    found = samples()
    if not found:
        return
    text("Or try a sample", "strong", "samples")
    for start in range(0, len(found), in_rows_of):
        for column, sample in zip(st.columns(in_rows_of), found[start : start + in_rows_of], strict=False):
            with column.container(border=True, height="stretch"):
                text(sample.title, "strong", f"sample-{sample.name}")
                text(sample.about, "quiet", f"about-{sample.name}")
                opened = False
                if st.button("Open", key=f"sample-{sample.name}", help=label(sample.name)):
                    with guarded(f"sample-{sample.name}"):
                        open_sample(sample)
                        opened = True
                if opened:
                    st.rerun()


def summary_words(summary: LoadSummary) -> str:
    """The size of the input in one line; pods are counted where the input lists them one by one."""
    parts = [plural(summary.workloads, "workload")]
    if summary.pods:
        parts.append(f"{plural(summary.pods, 'Pod')} listed")
    parts += [plural(summary.namespaces, "namespace"), plural(summary.policies, "policy", "policies")]
    return f"{plural(len(summary.files), 'file')}: {', '.join(parts)}"


def _render_outcomes(summary: LoadSummary) -> None:
    if not (summary.workloads or summary.policies):
        callout("info", "Nothing to draw: there is neither a workload nor a policy in this input.", key="nothing")
    if not summary.outcomes:
        return
    ordered = sorted(summary.outcomes, key=lambda line: line[1] == "ignored")
    rows = [
        {"kind": kind, "outcome": OUTCOMES.get(outcome, outcome), "documents": count}
        for kind, outcome, count in ordered
    ]
    st.dataframe(rows, hide_index=True, key="outcomes")
    documents, listed = sum(count for _, _, count in summary.outcomes), len(summary.documents)
    with st.expander(f"Every document ({documents:,}) and file ({len(summary.files):,})"):
        if listed < documents:
            text(f"{listed:,} are listed, those that were not read first.", "quiet", "documents-listed")
        st.dataframe(
            [
                {
                    "file": d.file,
                    "document": d.document,
                    "line": d.line,
                    "kind": d.kind,
                    "name": d.name,
                    "outcome": d.outcome,
                }
                for d in summary.documents
            ],
            hide_index=True,
            key="documents",
        )


def _render_diagnostics(diagnostics: Sequence[Diagnostic], groups: Sequence[tuple[Severity, str, str]]) -> None:
    widths = {"reason": st.column_config.Column(width=330)}
    for severity, title, key in groups:
        rows = [_diagnostic_row(d) for d in diagnostics if d.severity is severity]
        if rows:
            text(f"{title} ({len(rows):,})", "strong", key)
            st.dataframe(rows, hide_index=True, key=key, column_config=widths)


def _diagnostic_row(diagnostic: Diagnostic) -> dict[str, str | int | None]:
    return {
        "file": diagnostic.file,
        "line": diagnostic.line or None,
        "reason": diagnostic.message,
        "hint": diagnostic.hint or "",
        "field": diagnostic.path,
        "document": diagnostic.document or None,
    }


def _render_missing(summary: LoadSummary) -> None:
    if summary.missing:
        text("What is not in the input", "strong", "missing")
        for sentence in summary.missing:
            st.text(f"• {sentence}")
    if summary.kubectl:
        text("This exports everything that netviz reads from a cluster:", "quiet", "kubectl")
        st.code(summary.kubectl, language="bash", wrap_lines=True)
