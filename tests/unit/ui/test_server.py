"""What the server does before the first page is opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
READY = """
import gc, weakref
from netviz.ui.server import FIRST_NEEDED, NEXT_NEEDED, import_module, set_aside
for module in (*FIRST_NEEDED, *NEXT_NEEDED):
    import_module(module)
before = len(gc.get_objects())
set_aside()

class Session:
    def __init__(self):
        self.me = self

gone = weakref.ref(Session())
gc.collect()
print(before, len(gc.get_objects()), gone() is None)
"""


def test_collecting_garbage_looks_only_at_what_sessions_made() -> None:
    done = subprocess.run([sys.executable, "-c", READY], cwd=ROOT, capture_output=True, text=True, check=True)
    before, after, is_collected = done.stdout.split()
    assert int(before) > 100_000
    assert int(after) < 2_000
    assert is_collected == "True"
