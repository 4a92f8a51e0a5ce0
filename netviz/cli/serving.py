"""`netviz serve`: the dashboard on this computer, with settings that do not depend on the directory it starts in."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from netviz.cli.limits import reading_limits
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


def serve_command(arguments: argparse.Namespace) -> int:
    """`netviz serve`: run the dashboard until it is interrupted; returns the server's exit code.

    Where the system can, the server takes the place of this process, so that a signal to it ends the server.
    """
    for path in arguments.paths:
        if not Path(path).exists():
            raise UsageError(f"{path}: there is no such file or directory")
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
    address = f"http://{arguments.address}:{arguments.port}{below(arguments.base_path)}"
    print(f"netviz: {address} (Ctrl-C ends it; nothing leaves this computer)")
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)  # noqa: S606 - as below
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own interpreter, no shell
    except KeyboardInterrupt:
        return 0


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
