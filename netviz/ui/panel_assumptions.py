"""What the answers assume, and how to change it."""

from __future__ import annotations

import streamlit as st

from netviz import workbench
from netviz.ui.parts import guarded
from netviz.ui.state import AppState, current, update
from netviz.workbench import Assumptions

PLUGINS = {
    "auto": "as the policies are written",
    "kubernetes": "Kubernetes (the specification)",
    "calico": "Calico",
    "cilium": "Cilium",
    "azure-npm": "Azure NPM",
}
"""The network plugins by the names that `--cni` takes."""

IP_BLOCKS = {
    "addresses": "match pods too, by their address",
    "external": "match addresses outside of the cluster only",
}


def render_assumptions(state: AppState, bench: workbench.Bench) -> None:
    """A form for the assumptions; a value that cannot be is told as a sentence and changes nothing."""
    with st.popover("Assumptions"), st.form(f"assumptions-{state.generation}", border=False):
        plugins = list(PLUGINS)
        plugin = st.selectbox(
            "Network plugin",
            plugins,
            index=plugins.index(state.assumptions.cni),
            format_func=lambda name: PLUGINS[name],
            key=f"cni-{state.generation}",
        )
        version = st.text_input(
            "Its version",
            value=state.assumptions.cni_version,
            placeholder="newest; such as 1.16 or windows",
            key=f"cni-version-{state.generation}",
        )
        cidrs = st.text_input(
            "Pods without an address in the input lie in",
            value=", ".join(state.assumptions.pod_cidrs),
            key=f"pod-cidrs-{state.generation}",
        )
        modes = list(IP_BLOCKS)
        blocks = st.radio(
            "Address blocks of policies",
            modes,
            index=modes.index(state.assumptions.ip_blocks),
            format_func=lambda mode: IP_BLOCKS[mode],
            key=f"ip-blocks-{state.generation}",
        )
        if st.form_submit_button("Apply", key=f"assume-{state.generation}"):
            with guarded("assumptions"):
                _assume(
                    bench,
                    Assumptions(
                        ip_blocks=blocks,
                        pod_cidrs=tuple(cidrs.replace(",", " ").split()),
                        cni=plugin,
                        cni_version=version.strip(),
                    ),
                )


def _assume(bench: workbench.Bench, assumptions: Assumptions) -> None:
    if assumptions != current().assumptions:
        update(bench=bench.with_assumptions(assumptions), assumptions=assumptions)
        st.rerun()
