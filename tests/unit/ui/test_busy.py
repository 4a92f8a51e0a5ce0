"""The line that says that an answer takes a while."""

from __future__ import annotations

from typing import cast

from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitInvalidLayoutContextError

from netviz.ui.busy import Busy
from netviz.workbench import Waiting


class Unreserved:
    """A place that a fragment has not written to in the last full run."""

    def empty(self) -> None:
        raise StreamlitInvalidLayoutContextError

    def text(self, line: str) -> None:
        raise StreamlitInvalidLayoutContextError


def test_a_fragment_that_may_not_write_the_line_gets_its_answer_all_the_same() -> None:
    given_up: list[bool] = []
    busy = Busy(cast("DeltaGenerator", Unreserved()))
    busy.show(Waiting(seconds=9.0, give_up=lambda: given_up.append(True)))
    busy.show(None)
    busy.give_up()
    assert given_up == [True]
