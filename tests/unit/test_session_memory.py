"""What a session holds is let go when it ends: memory of the server, and the process that held its input."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from bench.generate import Shape, generate, write_json
from tests.promises import Record

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from Linux' /proc")

ROOT = Path(__file__).parents[2]
PATIENCE = 120
WORKER = "netviz.workbench.worker"
FORGETTING = "--server.disconnectedSessionTTL=1"
"""Streamlit keeps the session of a page that is not connected for two minutes, in case that it comes back."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running dashboard."""

    port: int
    process: subprocess.Popen[bytes]

    def memory(self) -> int:
        """What it holds in memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def workers(self) -> int:
        """How many processes hold an input or stand ready."""
        command = ["ps", "-ww", "-o", "args=", "--ppid", str(self.process.pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.count(WORKER)

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[int], Server]]:
    """`serve(pods)`: a server whose sessions all begin with a cluster of so many pods."""
    running = []

    def start(pods: int) -> Server:
        write_json(generate(Shape.STANDARD, pods), tmp_path / "cluster.json")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        page, input_file = str(ROOT / "tests" / "short_sessions.py"), str(tmp_path / "cluster.json")
        flags = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true", FORGETTING]
        process = subprocess.Popen(
            [sys.executable, "-m", "netviz.ui.server", "run", page, *flags, "--", input_file],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(process)
        server = Server(port, process)
        until(server.is_healthy)
        return server

    yield start
    for process in running:
        process.kill()
        process.wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def visited(connection: ClientConnection) -> int:
    """Ask for the page as a browser does; how many messages came until it was all there."""
    wish = BackMsg()
    wish.rerun_script.query_string = ""
    connection.send(wish.SerializeToString())
    seen = 0
    while True:
        received = connection.recv(timeout=PATIENCE)
        assert isinstance(received, bytes)
        message = ForwardMsg.FromString(received)
        seen += 1
        if message.WhichOneof("type") == "script_finished":
            return seen


def connected(server: Server) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", max_size=None, proxy=None)


def visit(server: Server, sessions: int) -> int:
    """Open so many sessions side by side and close them; how many processes they had at their best."""
    with ExitStack() as open_pages, ThreadPoolExecutor(sessions) as people:
        pages = [open_pages.enter_context(connected(server)) for _ in range(sessions)]
        assert min(people.map(visited, pages)) > 30
        most = server.workers()
    # One stands ready for the next who comes.
    until(lambda: server.workers() <= 1)
    return most


def returned(server: Server, sessions: int, rounds: int) -> tuple[int, int]:
    """The memory of the server after the first round, and after the last."""
    start = 0
    for number in range(rounds):
        assert visit(server, sessions) >= sessions
        # Streamlit looks at the clock, and forgets the sessions whose time is over, when a page comes or goes.
        time.sleep(1.5)
        with connected(server):
            pass
        time.sleep(1)
        start = start or server.memory()
        print(f"round {number + 1}: {server.memory() / 1e6:.0f} MB")
    return start, server.memory()


def test_sessions_that_come_and_go_leave_nothing(serve: Callable[[int], Server]) -> None:
    server = serve(100)
    start, end = returned(server, sessions=3, rounds=3)
    assert end < start * 1.1


@pytest.mark.soak
def test_ten_times_ten_sessions_of_a_thousand_pods_leave_nothing(
    serve: Callable[[int], Server], promise: Record
) -> None:
    server = serve(1_000)
    start, end = returned(server, sessions=10, rounds=10)
    figure = f"server {end / 1e6:.0f} MB after 10 x 10 sessions of 1,000 pods, {start / 1e6:.0f} MB after the first 10"
    promise(3, figure, "10 % more")
    assert end <= start * 1.1
