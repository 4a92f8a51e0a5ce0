"""What the server does before the first page is opened."""

from __future__ import annotations

import ast
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.ui.memory import ARENAS
from netviz.ui.server import FIRST_NEEDED, NEXT_NEEDED

ROOT = Path(__file__).parents[3]
READY = """
import gc, weakref
from netviz.ui.server import FIRST_NEEDED, NEXT_NEEDED, import_module, set_aside
for module in (FIRST_NEEDED, *NEXT_NEEDED):
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


def test_the_first_page_waits_for_no_module_that_only_an_input_needs() -> None:
    script = f"import sys, {FIRST_NEEDED}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    needless = {"netviz.engine", "netviz.dialects", "netviz.manifests.reading", "networkx", "pyvis", "pandas", "yaml"}
    assert needless.isdisjoint(done.stdout.split())


def test_every_view_is_imported_before_somebody_looks_at_it() -> None:
    tree = ast.parse((ROOT / "netviz" / "ui" / "app.py").read_text())
    inside = [node for part in tree.body if isinstance(part, ast.FunctionDef) for node in ast.walk(part)]
    late = {node.module for node in inside if isinstance(node, ast.ImportFrom)}
    assert len(late) > 8
    assert late <= set(NEXT_NEEDED)


POOLS = """
import ctypes, sys, threading
from netviz.ui.memory import share_memory
if sys.argv[1] == "shared":
    share_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(12)

def run():
    together.wait()
    libc.malloc(100)
    together.wait()

threads = [threading.Thread(target=run) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the pools of glibc")
def test_threads_take_memory_from_the_same_pools() -> None:
    pools = {}
    for mode in ("alone", "shared"):
        command = [sys.executable, "-c", POOLS, mode]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        pools[mode] = done.stdout.count("<heap nr=")
    assert pools["shared"] <= ARENAS < pools["alone"]


HOLES = """
import ctypes
from netviz.ui.memory import return_memory

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = (ctypes.c_size_t,)
libc.free.argtypes = (ctypes.c_void_p,)
blocks = [libc.malloc(20_000) for _ in range(3_000)]
for block in blocks:
    ctypes.memset(block, 1, 20_000)
for block in blocks[:-1]:
    libc.free(block)
before = resident()
return_memory()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the pools of glibc")
def test_memory_between_what_is_still_used_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", HOLES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 50_000
