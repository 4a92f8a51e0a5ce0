"""`netviz serve`: the dashboard on this computer, with settings that do not depend on the directory it starts in."""

from __future__ import annotations

import argparse
import errno
import importlib.util
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from netviz.cli.limits import add_reading_limits, reading_limits
from netviz.cli.parsing import Commands, add_command
from netviz.errors import UsageError
from netviz.manifests.limits import DEFAULT_SERVER_LIMITS, FLAGS, LIMITS_VARIABLE, ServerLimits, written

LOOPBACK: Final = ("localhost", "127.0.0.1")
SAFE: Final[Mapping[str, str]] = {
    "server.headless": "true",
    "server.maxMessageSize": "50",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
}
"""What Streamlit must be told so that nothing leaves the computer and no internals are shown (docs/architecture.md)."""


def add_serve(commands: Commands) -> None:
    """The command `serve`."""
    parser = add_command(
        commands, "serve", "open the dashboard in the browser, on this computer only", "netviz serve k8s/"
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files, directories or archives to open at once")
    add("--port", type=int, default=8501, help="port to listen on (default 8501)")
    add("--address", default="127.0.0.1", help="address to listen on (default: this computer only)")
    add("--allowed-host", action="append", default=[], metavar="HOST", help="further host name that may be in the URL")
    add("--base-path", default="", metavar="PATH", help="path below which a proxy passes the page on")
    add("--no-browser", action="store_true", help="do not open a browser window")
    add_reading_limits(parser)
    add("--max-session-size", type=int, default=0, metavar="MB", help="most that is uploaded at once (default 400)")
    add("--max-seconds", type=int, default=0, metavar="S", help="longest time to open an input (default 60)")
    add("--max-memory", type=int, default=0, metavar="MB", help="most memory that an input may take (default 4000)")
    add("--max-analyses", type=int, default=0, metavar="N", help="inputs that are opened at a time (default 2)")
    parser.set_defaults(run=serve_command)


def serve_command(arguments: argparse.Namespace) -> int:
    """`netviz serve`: run the dashboard until it is interrupted; returns the server's exit code.

    Where the system can, the server takes the place of this process, so that a signal to it ends the server.
    """
    for path in arguments.paths:
        if not Path(path).exists():
            raise UsageError(f"{path}: there is no such file or directory")
    check_address(arguments.address, arguments.port)
    limits = server_limits(arguments)
    os.environ[LIMITS_VARIABLE] = written(limits)
    command = server_command(
        arguments.paths,
        limits=limits,
        port=arguments.port,
        address=arguments.address,
        hosts=tuple(arguments.allowed_host),
        base_path=arguments.base_path,
        browser=not arguments.no_browser,
    )
    print(f"netviz: {address_words(arguments.address, arguments.port, arguments.base_path)}")
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606 - as below
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own interpreter, no shell
    except KeyboardInterrupt:
        return 0


def check_address(address: str, port: int) -> None:
    """UsageError, with what to do, if the server could not listen there."""
    if not 1 <= port <= 65535:
        raise UsageError(f"--port {port}: a port is between 1 and 65535")
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        if os.name == "posix":
            # The server does the same: a port whose last connections are still closing may be taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except socket.gaierror:
            raise UsageError(f"--address {address}: that is no address of this computer") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(f"--port {port}: something else listens there already; choose another port") from None
            if error.errno == errno.EADDRNOTAVAIL:
                raise UsageError(f"--address {address}: that is no address of this computer") from None
            reason = (error.strerror or "unknown error").lower()
            raise UsageError(f"the server cannot listen on {address}, port {port}: {reason}") from None


def address_words(address: str, port: int, base_path: str) -> str:
    """The URL of the page, and who may see it."""
    own = address in {"localhost", "::1"} or address.startswith("127.")
    seen = "nothing leaves this computer" if own else "others can reach it: docs/serving.md"
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}{below(base_path)} (Ctrl-C ends it; {seen})"


def below(base_path: str) -> str:
    """The path in an address of the page: `/netviz`; empty without one."""
    return f"/{base_path.strip('/')}" if base_path.strip("/") else ""


def server_limits(arguments: argparse.Namespace) -> ServerLimits:
    """The limits that the command line sets; UsageError for one that nothing could pass."""
    given = {
        "session_size": arguments.max_session_size * 1_000_000,
        "seconds": arguments.max_seconds,
        "memory": arguments.max_memory * 1_000_000,
        "analyses": arguments.max_analyses,
    }
    for name, value in given.items():
        if value < 0:
            raise UsageError(f"{FLAGS[name]} must not be negative")
    return replace(
        ServerLimits(),
        reading=reading_limits(arguments),
        **{name: value for name, value in given.items() if value},
    )


def server_command(
    paths: list[str],
    *,
    port: int,
    address: str,
    hosts: tuple[str, ...] = (),
    base_path: str = "",
    browser: bool = False,
    limits: ServerLimits = DEFAULT_SERVER_LIMITS,
) -> list[str]:
    """The command line of the Streamlit server; every setting is a flag, so that it holds from any directory."""
    page = importlib.util.find_spec("netviz.ui.served")
    if page is None or page.origin is None:
        raise UsageError("the dashboard is not installed; install netviz with its dependencies")
    show = browser and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux")
    settings = {
        **SAFE,
        "server.headless": "false" if show else "true",
        "server.maxUploadSize": str(-(-limits.reading.file_size // 1_000_000)),
        "server.address": address,
        "server.port": str(port),
    }
    if below(base_path):
        settings["server.baseUrlPath"] = below(base_path)[1:]
    flags = [f"--{name}={value}" for name, value in settings.items()]
    flags += [f"--server.allowedHosts={host}" for host in dict.fromkeys((*LOOPBACK, address, *hosts))]
    flags += [f"--{name}={value}" for name, value in _theme()]
    resolved = [str(Path(path).resolve()) for path in paths]
    return [sys.executable, "-m", "netviz.ui.server", "run", page.origin, *flags, "--", *resolved]


def _theme() -> Iterator[tuple[str, str]]:
    spec = importlib.util.find_spec("netviz.ui")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None:
        return
    theme: dict[str, Any] = tomllib.loads((folder / "assets" / "theme.toml").read_text(encoding="utf-8"))["theme"]
    for name, value in theme.items():
        if isinstance(value, dict):
            yield from ((f"theme.{name}.{key}", _flag(inner)) for key, inner in value.items())
        else:
            yield f"theme.{name}", _flag(value)


def _flag(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
