"""The dashboard on the fake bench: its names could never pass the loader, so only this page can show them."""

from __future__ import annotations

from netviz import workbench
from netviz.ui.app import main
from tests.app.fake_workbench import FakeWorkbench

workbench.Workbench = FakeWorkbench  # type: ignore[assignment,misc]
main()
