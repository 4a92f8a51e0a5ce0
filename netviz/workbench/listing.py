"""Questions about the pairs of one input and its what-if: the matrix, the table, and what a step changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from netviz.analysis.compare import compare
from netviz.engine.matrix import Grouping
from netviz.engine.reach import peer_ends
from netviz.errors import UsageError
from netviz.view.settings import ViewSettings
from netviz.workbench.asking import grouping_of
from netviz.workbench.grid import MOST_COUNTED, Grid, of_all, peer_grid, zone_grid, zone_tallies
from netviz.workbench.questions import GridQuestion, TableQuestion, WhatIf
from netviz.workbench.scope import is_large, pod_step
from netviz.workbench.steps import counted_step, step_words
from netviz.workbench.table import Entry, Table, decided, entries, filtered, table_csv, table_page
from netviz.workbench.workings import Workings


def step_sentence(workings: Workings, previous: WhatIf, what_if: WhatIf, by: str) -> str:
    """What the step from one scenario to another does, in a sentence; "" where nothing was switched."""
    if previous == what_if:
        return ""
    grouping = grouping_of(by)
    if is_large(workings.cluster, grouping) and previous.drafts == what_if.drafts:
        after = workings.sides(what_if).after
        counts = pod_step(workings.sides(previous).after, after, workings.drafted(what_if.drafts).weights)
        return counted_step(previous, what_if, workings.loaded.policies, counts)
    scope = workings.scope(grouping, ViewSettings(), previous, what_if)
    old, new = workings.matrices(previous, grouping, scope)[1], workings.matrices(what_if, grouping, scope)[1]
    return step_words(previous, what_if, workings.loaded.policies, compare(old, new))


def grid_answer(workings: Workings, what_if: WhatIf, question: GridQuestion) -> Grid:
    """A window of the matrix; UsageError for a zone that is not there, or is part of an input too large to open."""
    counted = len(workings.cluster.workloads) <= MOST_COUNTED
    by = Grouping.WORKLOAD if counted else Grouping.NAMESPACE
    texts = tuple(text.casefold() for text in (question.from_text, question.to_text) if text)
    named = tuple(n.name for n in workings.cluster.namespaces if any(text in n.name.casefold() for text in texts))
    view = ViewSettings(namespaces=named if is_large(workings.cluster, by) else ())
    scope = workings.scope(by, view, what_if)
    after, changes = workings.matrices(what_if, by, scope)[1], workings.comparison(what_if, by, scope)
    if not question.source:
        key = ("tallies", what_if, scope)
        tallies = workings.remember(key, lambda: zone_tallies(after, changes, counted=counted))
        names = [w.id.namespace for w in workings.cluster.workloads] if scope.namespaces is not None else []
        return of_all(zone_grid(tallies, question), question, names)
    if not counted:
        raise UsageError(f"pairs of workloads are not worked out for more than {MOST_COUNTED:,} workloads")
    return peer_grid(after, changes, question)


def table_answer(workings: Workings, what_if: WhatIf, question: TableQuestion) -> Table:
    """A page of the pairs that are allowed, unknown or changed; UsageError for filters that make no sense."""
    every, found, explain = _rows(workings, what_if, question)
    return table_page(found, question, len(every), explain)


def whole_table(workings: Workings, what_if: WhatIf, question: TableQuestion) -> str:
    """All pages as CSV; errors as for `table_answer`."""
    _, found, explain = _rows(workings, what_if, question)
    return table_csv(found, explain)


def _rows(
    workings: Workings, what_if: WhatIf, question: TableQuestion
) -> tuple[tuple[Entry, ...], list[Entry], Callable[[Entry], tuple[str, str]]]:
    by = grouping_of(question.view.by)
    count = {Grouping.WORKLOAD: len(workings.cluster.workloads), Grouping.POD: len(workings.cluster.pods)}.get(by, 0)
    if count > MOST_COUNTED and not question.view.namespaces:
        raise UsageError(f"pairs are listed for at most {MOST_COUNTED:,} {by}s: choose the level of namespaces")
    scope = workings.scope(by, question.view, what_if)
    matrix, comparison = workings.matrices(what_if, by, scope)[1], workings.comparison(what_if, by, scope)
    every = workings.remember(("entries", what_if, by, scope), lambda: entries(matrix, comparison))
    labels = workings.card_labels(question.view.by) if question.view.labels else {}
    after = workings.sides(what_if).after
    ends = workings.remember(("ends", what_if.drafts, by, scope), lambda: peer_ends(after, by, scope.namespaces))
    return every, filtered(every, question, labels), partial(decided, after, ends)
