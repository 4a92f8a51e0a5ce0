"""Small pieces that every part of the page uses: its style, messages, and the guard that keeps errors plain."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal
from uuid import uuid4

import streamlit as st

from netviz.errors import NetvizError
from netviz.ui.state import lost
from netviz.workbench import MOST_ENDPOINTS, EndpointChoice, WorkerLost

LOG = logging.getLogger("netviz")

STYLE = """
.stMainBlockContainer { padding: 1.1rem 1.6rem 2rem; }
.stMainBlockContainer > [data-testid="stVerticalBlock"] { gap: 0.6rem; }
[data-testid="stSidebarHeader"] { height: 2.2rem; margin-bottom: 0; }
[data-testid="stSidebarContent"] [data-testid="stVerticalBlock"] { gap: 0.5rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-nv-renderer) { display: none; }
[class*="st-key-nv-title"] [data-testid="stText"] { font-size: 1.15rem; font-weight: 650; letter-spacing: -0.01em; }
[class*="st-key-nv-big"] [data-testid="stText"] { font-size: 2.3rem; font-weight: 700; letter-spacing: -0.02em; }
[class*="st-key-nv-strong"] [data-testid="stText"] { font-weight: 620; }
[class*="st-key-nv-quiet"] [data-testid="stText"],
.st-key-nv-board [class*="st-key-nv-card"] [data-testid="stText"] { font-size: 0.82rem; opacity: 0.75; }
[class*="st-key-nv-quiet"] { gap: 0.15rem; }
[class*="st-key-nv-fragment"] { gap: 0.6rem; }
.st-key-nv-found:empty, div:has(> .st-key-nv-found:empty) { display: none; }
.st-key-nv-found { gap: 0.2rem 0.9rem; }
[class*="st-key-nv-group"] { margin-top: 0.4rem; }
[class*="st-key-nv-group"] [data-testid="stText"] { font-size: 0.78rem; font-weight: 620; opacity: 0.7; }
[class*="st-key-nv-group"] button { min-height: 1.2rem; padding: 0 0.2rem; opacity: 0.75; }
[class*="st-key-nv-group"] button p { font-size: 0.75rem; }
[class*="st-key-nv-tier"] { margin-top: 0.7rem; border-bottom: 1px solid rgba(128, 140, 160, 0.35); }
[class*="st-key-nv-tier"] [data-testid="stText"] { font-size: 0.86rem; font-weight: 650; }
[class*="st-key-nv-lane"] { border: 1px dashed rgba(128, 140, 160, 0.6); border-radius: 0.5rem; padding: 0.6rem; }
[class*="st-key-nv-lane"] [class*="st-key-nv-tier"] { margin-top: 0; }
[class*="st-key-nv-board"] { overflow-x: auto; align-items: flex-start; padding-bottom: 0.8rem; gap: 0.9rem; }
.st-key-nv-board > [data-testid="stLayoutWrapper"] { flex: 1 1 310px; min-width: 238px; max-width: 310px; }
.st-key-nv-board-reach { gap: 0.6rem; }
.st-key-nv-board-reach > [data-testid="stLayoutWrapper"] { flex: 1 1 148px; max-width: 200px; }
.st-key-nv-board-reach > [data-testid="stLayoutWrapper"]:first-child { flex: 0 0 112px; }
.st-key-nv-board-reach [class*="st-key-nv-column"] { padding: 0.7rem 0.5rem; }
.st-key-nv-board-reach [class*="st-key-nv-card"] { padding: 0.5rem; }
.st-key-nv-board > [data-testid="stLayoutWrapper"]:only-child { max-width: none; }
[class*="st-key-nv-column"] { background: rgba(128, 140, 160, 0.1); border-radius: 0.6rem; padding: 0.8rem; }
[class*="st-key-nv-column"] { gap: 0.5rem; flex-shrink: 0; }
[class*="st-key-nv-card"] { padding: 0.5rem 0.7rem; gap: 0.25rem; }
[class*="st-key-nv-card"] { background: light-dark(#ffffff, rgba(255, 255, 255, 0.05)); }
[class*="st-key-nv-cards"] { padding: 0; gap: 0.5rem; background: none; align-items: stretch; }
[class*="st-key-nv-card-off"] { border-style: dashed; opacity: 0.65; }
[class*="st-key-nv-card"] button { min-height: 1.4rem; padding: 0; text-align: left; }
[class*="st-key-nv-card"] button p { font-weight: 620; overflow-wrap: anywhere; white-space: normal; }
[class*="st-key-nv-head-"] > [data-testid="stElementContainer"]:first-child { flex: 1 1 0; min-width: 0; }
[class*="st-key-nv-head-"] { overflow: hidden; }
[class*="st-key-nv-head-"] button > div { justify-content: flex-start; }
[class*="st-key-nv-end"] { border-top: 2px solid rgba(128, 140, 160, 0.45); padding-top: 0.4rem; }
[class*="st-key-nv-end"] [data-testid="stText"] { font-size: 0.82rem; font-weight: 560; white-space: pre-wrap; }
[class*="st-key-nv-toggles"] [data-testid="stTooltipIcon"] { opacity: 0.3; }
[class*="st-key-nv-toggles"] [data-testid="stTooltipIcon"]:hover { opacity: 1; }
[class*="st-key-nv-callout"] { border-left: 4px solid; border-radius: 0.4rem; padding: 0.5rem 0.9rem; gap: 0.2rem; }
[class*="st-key-nv-callout-error"] { border-color: #d6404b; background: rgba(214, 64, 75, 0.09); }
[class*="st-key-nv-callout-warning"] { border-color: #c98a1b; background: rgba(201, 138, 27, 0.11); }
[class*="st-key-nv-callout-info"] { border-color: #3b7ddd; background: rgba(59, 125, 221, 0.09); }
[class*="st-key-nv-callout"] [data-testid="stText"] { font-size: 0.88rem; }
[class*="st-key-nv-step"] { border-left: 3px solid rgba(128, 140, 160, 0.4); padding-left: 0.7rem; gap: 0.2rem; }
[class*="st-key-nv-step-no"] { border-color: #d6404b; }
[class*="st-key-nv-step-yes"] { border-color: #1f9254; }
[class*="st-key-nv-step-unknown"] { border-color: #c98a1b; }
[class*="st-key-nv-step"] [data-testid="stText"] { font-size: 0.88rem; }
[class*="st-key-nv-step"] pre { font-size: 0.76rem; padding: 0.4rem 0.6rem; }
.st-key-nv-fix-yaml pre, .st-key-nv-fix-yaml pre * { font-size: 0.72rem; }
/* A panel that would be too narrow to read stands below what it is about. */
[class*="st-key-nv-fragment"] > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
  > [data-testid="stColumn"],
.stMainBlockContainer > [data-testid="stVerticalBlock"] > [data-testid="stLayoutWrapper"]
  > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] { min-width: min(100%, 14rem); }
/* What is told beside a list takes no room while nothing is. */
[class*="st-key-nv-fragment"] [data-testid="stColumn"]:not(:has([data-testid="stElementContainer"])) { display: none; }
.st-key-nv-busy { display: none; }
.st-key-nv-busy:has([data-testid="stText"]) { display: flex; }
.st-key-nv-why { gap: 0.6rem; }
.st-key-nv-why, div:has(> .st-key-nv-why) { height: max(30rem, calc(100vh - 12rem)) !important; }
/* Streamlit's own CSV export does not keep cells from being formulas; the Table page's does. */
[data-testid="stElementToolbarButton"]:has(button[aria-label="Download as CSV"]) { display: none; }
[data-testid="stDialog"] textarea, .st-key-nv-yaml textarea { font-family: ui-monospace, monospace; }
[data-testid="stDialog"] textarea, .st-key-nv-yaml textarea { font-size: 0.85rem; }
"""


def style() -> None:
    """Put the page's constant style sheet in place."""
    st.html(f"<style>{STYLE}</style>")


def text(line: str, tone: str, key: str, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """A line of untrusted text; `tone` is strong or quiet. `key` is unique on the page."""
    with st.container(key=f"nv-{tone}-{key}", width=width):
        st.text(line)


def callout(tone: str, headline: str, lines: Sequence[str] = (), *, key: str) -> None:
    """A message that stands out: a headline of our own, lines of untrusted text; `tone` is error, warning or info."""
    with st.container(key=f"nv-callout-{tone}-{key}"):
        text(headline, "strong", key)
        for line in lines:
            st.text(line)


def render_listed(choices: Sequence[EndpointChoice], key: str) -> None:
    """Where there are too many ends to list: which are listed, and what to do about the others."""
    if len(choices) >= MOST_ENDPOINTS:
        line = f"{MOST_ENDPOINTS:,} are listed, those of the chosen namespaces first. Type any other, such as shop/web."
        text(line, "quiet", f"listed-{key}")


@contextmanager
def guarded(key: str) -> Iterator[None]:
    """Show what goes wrong inside as a sentence: an expected error in its own words, any other with a report id.

    Where the process that held the input is gone, the page starts over and says so.
    The traceback of an unexpected error goes to the log (stderr), under the same id.
    """
    try:
        yield
    except WorkerLost as error:
        lost(str(error))
        st.rerun()
    except NetvizError as error:
        callout("error", "This could not be answered.", (str(error),), key=key)
    except Exception:
        report = uuid4().hex[:8]
        LOG.exception("report %s", report)
        callout(
            "error",
            f"Something went wrong inside netviz. Report id: {report}. Details are in the terminal that runs netviz.",
            key=key,
        )
