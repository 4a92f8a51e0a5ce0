"""The probe script runs as it stands with a kubectl on the path, and no name can be more than a name in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.exporters.probe_script import (
    AddressPlace,
    PodPlace,
    Probe,
    ServicePlace,
    is_safe,
    probe_script,
    read_observations,
)
from tests.hostile_texts import HOSTILE_TEXTS

SHELLS = [shell for shell in ("dash", "bash", "sh") if shutil.which(shell)]
KUBECTL = """\
#!/bin/sh
printf '%s\\n' "$*" | tr '\\n' ' ' >>"$LOG"; echo >>"$LOG"
case "$*" in
    'get pods '*) printf web-7c9-x1 ;;
    'get service '*headless*) printf None ;;
    'get service '*) printf 10.96.0.7 ;;
    'get pod gone'*) ;;
    'get pod '*) printf 10.244.1.9 ;;
    debug*) ;;
    exec*'-- true') ;;
    exec*'probe 10.96.0.7 '*) echo connects ;;
    exec*'probe cart-headless.shop.svc '*) echo refused ;;
    exec*'probe 10.244.1.9 '*) echo times-out ;;
    exec*) echo "unexpected; rm -rf /" ;;
esac
"""
LOCAL = """\
#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""


def probe(
    towards: PodPlace | ServicePlace | AddressPlace, expected: str = "connects", run_in: PodPlace | None = None
) -> Probe:
    return Probe(
        source="shop/web[Deployment]",
        target="target",
        port=8080,
        expected=expected,
        run_in=run_in or PodPlace(namespace="shop", labels=(("app", "web"),)),
        towards=towards,
        title="what is tried",
    )


CART = ServicePlace(namespace="shop", name="cart")
PROBES = (
    probe(CART),
    probe(ServicePlace(namespace="shop", name="cart-headless")),
    probe(PodPlace(namespace="data", name="db"), "times-out"),
    probe(PodPlace(namespace="data", name="other"), "connects", PodPlace(namespace="shop", name="job")),
    probe(PodPlace(namespace="data", name="gone")),
    probe(AddressPlace("192.0.2.1"), "unknown"),
)


def run(
    tmp_path: Path, script: str, *, kubectl: str = KUBECTL, shell: str = "sh", path: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    tools = tmp_path / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "kubectl").write_text(kubectl, encoding="utf-8")
    (tools / "kubectl").chmod(0o755)
    environment = {"PATH": f"{tools}:{path or os.environ['PATH']}", "LOG": str(tmp_path / "log"), **more}
    file = tmp_path / "probes.sh"
    file.write_text(script, encoding="utf-8")
    command = [str(shutil.which(shell)), str(file)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_prints_a_line_for_each_probe(tmp_path: Path, shell: str) -> None:
    done = run(tmp_path, probe_script(PROBES), shell=shell)
    rows, problems = read_observations(done.stdout.encode())
    assert problems == ()
    observed = ["connects", "refused", "times-out", "times-out", "error", "error"]
    assert [row.observed for row in rows] == observed
    assert [row.expected for row in rows] == [each.expected for each in PROBES]
    assert "DIFFERS  shop/web[Deployment] -> target TCP 8080: expected connects, observed times-out" in done.stderr
    assert done.stderr.endswith("6 tried, 1 differ from what was expected\n")
    assert done.returncode == 1


def test_without_a_difference_the_script_ends_well(tmp_path: Path) -> None:
    assert run(tmp_path, probe_script(PROBES[:3])).returncode == 0


def test_only_reading_and_exec_are_asked_of_the_cluster(tmp_path: Path) -> None:
    run(tmp_path, probe_script(PROBES))
    asked = {line.split(" ")[0] for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()}
    assert asked == {"get", "exec"}


def test_an_ephemeral_container_is_added_once_to_each_pod_and_named(tmp_path: Path) -> None:
    run(tmp_path, probe_script(PROBES), NETVIZ_PROBE_VIA="debug")
    asked = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    added = [line for line in asked if line.startswith("debug ")]
    assert [line.split(" ")[1] for line in added] == ["web-7c9-x1", "job"]
    assert all(" --image busybox:1.36 --container netviz-probe-" in line for line in added)
    assert {line.split(" ")[0] for line in asked} == {"get", "exec", "debug"}


@pytest.mark.parametrize(
    "setting", [{"NETVIZ_PROBE_VIA": "ssh"}, {"NETVIZ_PROBE_SECONDS": "5; reboot"}], ids=["via", "seconds"]
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, setting: dict[str, str]) -> None:
    done = run(tmp_path, probe_script(PROBES), **setting)
    assert (done.returncode, done.stdout) == (2, "")


@contextmanager
def listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        yield server.getsockname()[1]


def closed_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def only(tmp_path: Path, *names: str) -> str:
    """A path on which there are these programs and no others."""
    folder = tmp_path / "only"
    folder.mkdir(exist_ok=True)
    for name in names:
        program = shutil.which(name)
        if program is None:
            pytest.skip(f"there is no {name} here")
        (folder / name).symlink_to(program)
    return str(folder)


@pytest.mark.parametrize("tools", [("curl",), ("bash", "timeout"), ()], ids=["curl", "bash", "none"])
def test_a_real_connection_is_told_from_a_refused_one(tmp_path: Path, tools: tuple[str, ...]) -> None:
    path = only(tmp_path, "sh", "date", *tools)
    with listening() as port:
        probes = [
            Probe(
                source="a/b",
                target="127.0.0.1",
                port=number,
                expected="unknown",
                run_in=PodPlace(namespace="a", name="b"),
                towards=AddressPlace("127.0.0.1"),
            )
            for number in (port, closed_port())
        ]
        done = run(tmp_path, probe_script(probes), kubectl=LOCAL, path=path, NETVIZ_PROBE_SECONDS="1")
    observed = [row.observed for row in read_observations(done.stdout.encode())[0]]
    assert observed == (["connects", "refused"] if tools else ["no-tool", "no-tool"])


TOOLS = {
    "curl": ("#!/bin/sh\nprintf '%s' \"$SAID\"\nexit $CODE\n", {"SAID": "0.000000"}),
    "wget": ("#!/bin/sh\necho \"$SAID\" >&2\nexit $CODE\n", {}),
    "nc": ("#!/bin/sh\nsleep $SAID\nexit $CODE\n", {}),
    "timeout": ("#!/bin/sh\nexit $CODE\n", {}),
}


@pytest.mark.parametrize(
    ("tool", "code", "said", "observed"),
    [
        ("curl", "28", "0.000000", "times-out"),
        ("curl", "28", "0.002100", "connects"),
        ("curl", "6", "0.000000", "error"),
        ("nc", "0", "0", "connects"),
        ("nc", "1", "1", "times-out"),
        ("nc", "1", "0", "refused"),
        ("wget", "8", "HTTP request sent ... 404", "error"),
        ("wget", "1", "wget: server returned error: HTTP/1.1 404 Not Found", "connects"),
        ("wget", "1", "wget: can't connect to remote host (10.0.0.1): Connection refused", "refused"),
        ("wget", "1", "wget: download timed out", "times-out"),
        ("timeout", "124", "", "times-out"),
    ],
)
def test_each_tool_is_understood(tmp_path: Path, tool: str, code: str, said: str, observed: str) -> None:
    path = only(tmp_path, "sh", "date", "sleep", *(["bash"] if tool == "timeout" else []))
    program = Path(path) / tool
    program.write_text(TOOLS[tool][0], encoding="utf-8")
    program.chmod(0o755)
    probes = [probe(AddressPlace("192.0.2.1"), run_in=PodPlace(namespace="a", name="b"))]
    settings = {"CODE": code, "SAID": said, "NETVIZ_PROBE_SECONDS": "1"}
    done = run(tmp_path, probe_script(probes), kubectl=LOCAL, path=path, **settings)
    assert [row.observed for row in read_observations(done.stdout.encode())[0]] == [observed]


HOSTILE = (
    *HOSTILE_TEXTS,
    "$(touch {mark})",
    "`touch {mark}`",
    "a'; touch {mark}; '",
    "a\ntouch {mark}\n",
    "-o yaml",
    "--kubeconfig=x",
    "a\\",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_name_makes_no_probe_and_runs_nothing(tmp_path: Path, text: str) -> None:
    mark = tmp_path / "mark"
    bad = text.replace("{mark}", str(mark))
    good = PodPlace(namespace="shop", name="web")
    probes = [
        probe(PodPlace(namespace=bad, name="web")),
        probe(ServicePlace(namespace="shop", name=bad)),
        probe(AddressPlace(bad)),
        probe(CART, run_in=PodPlace(namespace="shop", labels=((bad, "x"),))),
        Probe(source=bad, target="b", port=1, expected="connects", run_in=good, towards=CART),
        Probe(source="a", target="b", port=80, expected="connects", run_in=good, towards=CART, title=bad),
    ]
    script = probe_script(probes, [bad])
    done = run(tmp_path, script)
    rows, problems = read_observations(done.stdout.encode())
    assert ([row.source for row in rows], problems) == (["a"], ())
    assert not mark.exists()
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0


labels = st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=2).map(tuple)
places = (
    st.builds(PodPlace, namespace=st.text(max_size=12), name=st.text(max_size=12), labels=labels)
    | st.builds(ServicePlace, namespace=st.text(max_size=12), name=st.text(max_size=12))
    | st.builds(AddressPlace, st.text(max_size=12))
)


@given(towards=places, run_in=st.builds(PodPlace, namespace=st.text(max_size=12), name=st.text(max_size=12)))
def test_whatever_the_names_are_a_probe_is_left_out_or_is_one_line_of_plain_words(
    towards: PodPlace | ServicePlace | AddressPlace, run_in: PodPlace
) -> None:
    made = Probe(source="a", target="b", port=80, expected="connects", run_in=run_in, towards=towards)
    calls = [line for line in probe_script([made]).splitlines() if line.startswith("probe a ")]
    assert len(calls) == is_safe(made)
    assert all(set(call) <= {*ascii_letters, *digits, *" '-_./=,:"} for call in calls)


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("there is no shellcheck here")
    file = tmp_path / "probes.sh"
    file.write_text(probe_script(PROBES), encoding="utf-8")
    done = subprocess.run([shellcheck, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    "line",
    [
        "a\tb\tTCP\t80\tconnects",
        "a\tb\tUDP\t80\tconnects\tconnects",
        "a\tb\tTCP\t0\tconnects\tconnects",
        "a\tb\tTCP\t80\tconnects\tgranted",
        "a b\tc\tTCP\t80\tconnects\tconnects",
        "a\tb\tTCP\t٨\tconnects\tconnects",
    ],
)
def test_a_line_that_is_no_result_is_told_and_left_out(line: str) -> None:
    rows, problems = read_observations(line.encode())
    assert rows == ()
    assert problems[0].startswith("line 1 is no result: ")


@given(data=st.binary(max_size=300))
def test_whatever_was_observed_is_read(data: bytes) -> None:
    rows, problems = read_observations(data)
    assert len(rows) + len(problems) <= data.count(b"\n") + data.count(b"\r") + 300
