"""`netviz serve`: safe settings as flags, and as they are in the running server (SECURITY.md)."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import Config, NewSession
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from netviz.cli.main import _parser
from netviz.cli.serving import address_words, check_address, server_command, server_limits
from netviz.errors import UsageError
from netviz.manifests.limits import DEFAULT_LIMITS, ServerLimits, read_written, written

ROOT = Path(__file__).parents[2]
PITFALL = ROOT / "sample_manifests" / "policytypes-pitfall"
PATIENCE = 60
LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""

CONFIG: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def flags(command: list[str]) -> dict[str, list[str]]:
    """The values of each flag before the lone `--`."""
    found: dict[str, list[str]] = {}
    for flag in command[command.index("run") + 2 : command.index("--")]:
        name, _, value = flag.removeprefix("--").partition("=")
        found.setdefault(name, []).append(value)
    return found


class TestFlags:
    def test_every_safe_setting_is_a_flag(self) -> None:
        given = flags(server_command([], port=8600, address="127.0.0.1"))
        assert {name: values for name, values in given.items() if not name.startswith("theme.")} == {
            "server.address": ["127.0.0.1"],
            "server.port": ["8600"],
            "server.headless": ["true"],
            "server.allowedHosts": ["localhost", "127.0.0.1"],
            "server.maxUploadSize": ["200"],
            "server.maxMessageSize": ["50"],
            "server.fileWatcherType": ["none"],
            "browser.gatherUsageStats": ["false"],
            "client.toolbarMode": ["minimal"],
            "client.showErrorDetails": ["none"],
            "client.showErrorLinks": ["false"],
        }

    def test_they_are_the_settings_of_the_shipped_file(self) -> None:
        given = flags(server_command([], port=8501, address="127.0.0.1"))
        written = {
            f"{section}.{name}": value
            for section, values in CONFIG.items()
            if section != "theme"
            for name, value in values.items()
        }
        for name, value in written.items():
            expected = value if isinstance(value, list) else [str(value).lower()]
            assert given[name] == expected, name
        assert given.keys() - written.keys() == {"server.port"} | {name for name in given if name.startswith("theme.")}

    def test_the_theme_of_the_package_is_that_of_the_shipped_file(self) -> None:
        packaged = tomllib.loads((ROOT / "netviz" / "ui" / "assets" / "theme.toml").read_text(encoding="utf-8"))
        assert packaged == {"theme": CONFIG["theme"]}
        given = flags(server_command([], port=8501, address="127.0.0.1"))
        assert given["theme.light.primaryColor"] == [CONFIG["theme"]["light"]["primaryColor"]]
        assert given["theme.showWidgetBorder"] == ["true"]

    def test_a_host_is_allowed_only_if_it_is_named(self) -> None:
        command = server_command([], port=8501, address="192.0.2.7", hosts=("netviz.example", "localhost"))
        assert flags(command)["server.allowedHosts"] == ["localhost", "127.0.0.1", "192.0.2.7", "netviz.example"]
        assert flags(command)["server.address"] == ["192.0.2.7"]

    @pytest.mark.parametrize(
        ("given", "told"), [("netviz", ["netviz"]), ("/team/netviz/", ["team/netviz"]), ("/", None)]
    )
    def test_a_proxy_may_pass_the_page_on_below_a_path(self, given: str, told: list[str] | None) -> None:
        command = server_command([], port=8501, address="127.0.0.1", base_path=given)
        assert flags(command).get("server.baseUrlPath") == told

    def test_paths_are_absolute_and_behind_the_flags(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        command = server_command(["--server.address=0.0.0.0", "k8s"], port=8501, address="127.0.0.1")
        assert command[command.index("--") + 1 :] == [str(tmp_path / "--server.address=0.0.0.0"), str(tmp_path / "k8s")]

    @pytest.mark.parametrize("display", ["", ":0"])
    def test_a_browser_is_opened_only_where_there_is_a_screen(
        self, monkeypatch: pytest.MonkeyPatch, display: str
    ) -> None:
        monkeypatch.setattr("sys.platform", "linux")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setenv("DISPLAY", display)
        command = server_command([], port=8501, address="127.0.0.1", browser=True)
        assert flags(command)["server.headless"] == ["false" if display else "true"]
        quiet = server_command([], port=8501, address="127.0.0.1", browser=False)
        assert flags(quiet)["server.headless"] == ["true"]


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "port", "said"),
        [
            ("127.0.0.1", 70_000, "--port 70000: a port is between 1 and 65535"),
            ("127.0.0.1", 0, "--port 0: a port is between 1 and 65535"),
            ("1.2.3.4.5", 8501, "--address 1.2.3.4.5: that is no address of this computer"),
            # Of the block for documentation (RFC 5737): nobody has it.
            ("192.0.2.1", 8501, "--address 192.0.2.1: that is no address of this computer"),
        ],
    )
    def test_where_the_server_cannot_listen_is_told_before_it_starts(self, address: str, port: int, said: str) -> None:
        with pytest.raises(UsageError, match=re.escape(said)):
            check_address(address, port)

    def test_a_port_that_is_taken_is_told_and_a_free_one_is_left_free(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = int(other.getsockname()[1])
            with pytest.raises(UsageError, match=f"--port {port}: something else listens there already"):
                check_address("127.0.0.1", port)
        check_address("127.0.0.1", port)
        check_address("127.0.0.1", port)

    @pytest.mark.parametrize(
        ("address", "shown", "seen"),
        [
            ("127.0.0.1", "http://127.0.0.1:8501/netviz", "nothing leaves this computer"),
            ("::1", "http://[::1]:8501/netviz", "nothing leaves this computer"),
            ("0.0.0.0", "http://0.0.0.0:8501/netviz", "others can reach it"),
        ],
    )
    def test_what_is_printed_says_where_and_for_whom(self, address: str, shown: str, seen: str) -> None:
        words = address_words(address, 8501, "netviz")
        assert words.startswith(f"{shown} (")
        assert seen in words


def limits_of(*flags: str) -> ServerLimits:
    return server_limits(_parser().parse_args(["serve", *flags]))


class TestLimits:
    def test_without_flags_they_are_the_usual_ones(self) -> None:
        assert limits_of() == ServerLimits()

    def test_every_limit_has_a_flag(self) -> None:
        flags = ("--max-file-size=1", "--max-session-size=2", "--max-nodes=3", "--max-seconds=4")
        archives = ("--max-archive-size=7", "--max-archive-ratio=8", "--max-archive-members=9")
        assert limits_of(*flags, *archives, "--max-memory=500", "--max-analyses=6") == ServerLimits(
            reading=replace(
                DEFAULT_LIMITS,
                file_size=1_000_000,
                archive_size=7_000_000,
                archive_ratio=8,
                archive_members=9,
                nodes=3,
                json_nodes=3,
            ),
            session_size=2_000_000,
            seconds=4,
            memory=500_000_000,
            analyses=6,
        )

    def test_a_negative_one_is_refused(self) -> None:
        with pytest.raises(UsageError, match="--max-seconds must not be negative"):
            limits_of("--max-seconds=-1")

    def test_they_reach_the_server_as_they_are(self) -> None:
        limits = limits_of("--max-file-size=7", "--max-memory=512")
        assert read_written(written(limits)) == limits
        assert read_written("") == ServerLimits()

    def test_the_upload_limit_of_the_server_is_that_of_a_file(self) -> None:
        command = server_command([], port=8501, address="127.0.0.1", limits=limits_of("--max-file-size=7"))
        assert flags(command)["server.maxUploadSize"] == ["7"]


@dataclass(frozen=True, slots=True)
class Server:
    """A running `netviz serve`."""

    port: int
    process: subprocess.Popen[str]


def started(folder: Path, *paths: Path, **variables: str) -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "netviz.cli", "serve", *map(str, paths), "--port", str(port), "--no-browser"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "PYTHONPATH": str(ROOT), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    server = Server(port, process)
    deadline = time.monotonic() + PATIENCE
    try:
        while not is_healthy(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    except BaseException:
        # Nobody has it yet who would.
        stop(server)
        raise
    return server


def stop(server: Server) -> None:
    if server.process.poll() is None:
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.communicate(timeout=PATIENCE)


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started in a folder with a configuration of its own, which the flags have to overrule."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(
        '[server]\naddress = "0.0.0.0"\nallowedHosts = []\n[browser]\ngatherUsageStats = true\n'
        '[client]\nshowErrorLinks = true\ntoolbarMode = "developer"\n'
    )
    running = started(folder, PITFALL)
    yield running
    stop(running)


def a_run() -> bytes:
    """What a page says that wants to be shown."""
    wish = BackMsg()
    wish.rerun_script.query_string = ""
    said: bytes = wish.SerializeToString()
    return said


def new_session(server: Server, host: str, origin: str | None = None) -> NewSession:
    """What the server tells a page of this host and origin that asks for a run; InvalidStatus if it is turned away."""
    address = f"ws://{host}:{server.port}/_stcore/stream"
    site = Origin(origin) if origin else None
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as route,
        connect(address, sock=route, max_size=None, proxy=None, origin=site) as connection,
    ):
        connection.send(a_run())
        while True:
            message = ForwardMsg()
            received = connection.recv(timeout=PATIENCE)
            assert isinstance(received, bytes)
            message.ParseFromString(received)
            if message.WhichOneof("type") == "new_session":
                return message.new_session


def command_lines(session: int) -> Iterator[str]:
    """The command lines of the processes of a session."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(process.name)) == session:
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it has ended meanwhile
            continue


class Listener:
    """Counts who would use it as a proxy."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.asked: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                with connection:
                    self.asked.append(connection.recv(1_000))


@pytest.mark.promise(10)
def test_the_server_asks_nobody_when_a_page_of_another_site_wants_in(tmp_path: Path) -> None:
    outside = Listener()
    running = started(tmp_path, PITFALL, http_proxy=outside.address, https_proxy=outside.address)
    try:
        with pytest.raises(InvalidStatus) as refusal:
            new_session(running, "localhost", origin="https://evil.example")
        assert refusal.value.response.status_code in (400, 403)
        assert new_session(running, "localhost", origin=f"http://localhost:{running.port}").config
    finally:
        stop(running)
        outside.socket.close()
    assert outside.asked == []


class TestRunningServer:
    @pytest.mark.promise(12)
    @pytest.mark.skipif(sys.platform != "linux", reason="reads the sockets from /proc")
    def test_it_listens_on_loopback_only(self, server: Server) -> None:
        found = [
            (table, local.rpartition(":")[0])
            for table in ("tcp", "tcp6")
            for _, local, _, state, *_ in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
            if state == LISTENING and int(local.rpartition(":")[2], 16) == server.port
        ]
        assert found == [("tcp", f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}")]

    @pytest.mark.promise(9)
    @pytest.mark.promise(10)
    @pytest.mark.parametrize("path", ["/", "/_stcore/health", "/nowhere"])
    def test_every_answer_forbids_the_browser_to_load_from_elsewhere(self, server: Server, path: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=PATIENCE) as answer:
            policy = answer.headers["Content-Security-Policy"].split("; ")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert policy[0] == "default-src 'none'"
        assert {"connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)
        assert not any("http" in part or "*" in part or "unsafe-eval" in part for part in policy)
        (scripts,) = [part for part in policy if part.startswith("script-src")]
        assert "unsafe-inline" not in scripts

    @pytest.mark.promise(12)
    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
    def test_a_page_of_another_name_gets_no_connection(self, server: Server, host: str) -> None:
        with pytest.raises(InvalidStatus) as refusal:
            new_session(server, host)
        assert refusal.value.response.status_code in (400, 403)

    @pytest.mark.promise(12)
    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_this_computer_gets_one_without_telemetry_or_internals(self, server: Server, host: str) -> None:
        config = new_session(server, host).config
        assert not config.gather_usage_stats
        assert config.show_error_links == Config.ShowErrorLinks.SHOW_ERROR_LINKS_FALSE
        assert config.toolbar_mode == Config.ToolbarMode.MINIMAL

    @pytest.mark.skipif(sys.platform != "linux", reason="reads the processes from /proc")
    def test_the_process_of_the_first_input_starts_before_anybody_has_opened_the_page(self, tmp_path: Path) -> None:
        running = started(tmp_path)
        try:
            deadline = time.monotonic() + PATIENCE
            while not any("netviz.workbench.worker" in line for line in command_lines(running.process.pid)):
                assert time.monotonic() < deadline
                time.sleep(0.1)
        finally:
            stop(running)

    def test_a_signal_ends_the_server_although_a_page_is_open_and_nobody_takes_what_it_prints(
        self, tmp_path: Path
    ) -> None:
        running = started(tmp_path)
        printed, running.process.stdout = running.process.stdout, None
        assert printed is not None
        printed.close()
        try:
            with connect(f"ws://127.0.0.1:{running.port}/_stcore/stream", max_size=None, proxy=None) as page:
                page.send(a_run())
                page.recv(timeout=PATIENCE)
                begin = time.monotonic()
                running.process.terminate()
                assert running.process.wait(timeout=PATIENCE) in (0, -signal.SIGTERM)
                assert time.monotonic() - begin < 5
            assert not is_healthy(running.port)
        finally:
            stop(running)
