"""A bench in a process of its own answers as one in this process does, within its limits, and leaves nothing behind."""

from __future__ import annotations

import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netviz.errors import Diagnostic, ManifestError, Severity, UsageError
from netviz.manifests.limits import DEFAULT_LIMITS, ServerLimits
from netviz.workbench import (
    BASELINE,
    Assumptions,
    Bench,
    InputFile,
    LocalDesk,
    Opening,
    PictureQuestion,
    Waiting,
    WhatIf,
    WhyQuestion,
    Workbench,
    WorkerDesk,
    WorkerLost,
    check_alive,
    let_go,
)
from netviz.workbench.remote import QUESTIONS, RemoteBench, Watch, Worker, nobody
from netviz.workbench.wire import Ask, Failure, Open
from netviz.workbench.worker import NICENESS, Service

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30.0
SHOP = ROOT / "sample_manifests" / "online-shop"
FILES = tuple(InputFile(name=path.name, data=path.read_bytes()) for path in sorted(SHOP.rglob("*.yaml")))


@pytest.fixture(scope="module")
def desk() -> Iterator[WorkerDesk]:
    """The usual desk."""
    desk = WorkerDesk()
    yield desk
    desk.close()


@pytest.fixture
def desk_with() -> Iterator[Callable[..., WorkerDesk]]:
    """`desk_with(seconds=1)`: a desk with other limits."""
    desks = []

    def make(**limits: int) -> WorkerDesk:
        desks.append(WorkerDesk(replace(ServerLimits(), **limits)))  # type: ignore[arg-type]  # all of them are numbers
        return desks[-1]

    yield make
    for each in desks:
        each.close()


def wait_for(opening: Opening) -> Bench:
    deadline = time.monotonic() + PATIENCE
    while isinstance(told := opening.poll(0.1), Waiting):
        assert time.monotonic() < deadline
    return told


def opened(desk: WorkerDesk, files: tuple[InputFile, ...] = FILES, watch: Watch = nobody) -> Bench:
    return wait_for(desk.open(files, Assumptions(), watch))


def worker_of(bench: Bench) -> Worker:
    assert isinstance(bench, RemoteBench)
    return bench.worker


@contextmanager
def stopped(bench: Bench, seconds: float) -> Iterator[None]:
    """Let a worker rest for a while, so that it answers late."""
    pid = worker_of(bench).pid
    os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(seconds, os.kill, (pid, signal.SIGCONT))
    timer.start()
    yield
    timer.join()


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def children() -> set[int]:
    """The processes that this one has started and that are still there."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listed.splitlines())
    return {int(pid) for pid, parent, *command in rows if int(parent) == os.getpid() and "worker" in " ".join(command)}


def many_pods(count: int) -> InputFile:
    """Pods of which every one has a name and a label of its own."""
    one = (
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{0}, namespace: pods, labels: {{app: a{0}}}}}\n"
        "spec: {{containers: [{{name: c, image: i}}]}}\n---\n"
    )
    return InputFile(name="pods.yaml", data="".join(map(one.format, range(count))).encode())


def long_text(length: int) -> InputFile:
    """A file that needs several times its size to be read."""
    return InputFile(name="large.json", data=b'["' + b"x" * length + b'"]')


def everything(bench: Bench) -> tuple[object, ...]:
    policy = bench.policies()[0].id
    what_if = WhatIf(disabled=frozenset({policy}))
    source, target, *_ = bench.endpoints()
    return (
        bench.assumptions,
        bench.summary(),
        bench.board(what_if),
        bench.selected(BASELINE, policy),
        bench.fidelity(what_if),
        bench.endpoints(),
        bench.picture(what_if, PictureQuestion()),
        bench.pairs(what_if, "workload"),
        bench.svg(what_if, PictureQuestion(), dark=True),
        bench.why(what_if, WhyQuestion(source=source.id, target=target.id, port=8080)),
    )


class TestAnswers:
    def test_they_are_those_of_a_bench_in_this_process(self, desk: WorkerDesk) -> None:
        assert everything(opened(desk)) == everything(wait_for(LocalDesk().open(FILES, Assumptions())))

    def test_other_assumptions_make_another_bench_beside_the_first(self, desk: WorkerDesk) -> None:
        first = opened(desk)
        second = first.with_assumptions(Assumptions(cni="calico"))
        assert (first.assumptions.cni, second.assumptions.cni) == ("auto", "calico")
        assert everything(second) == everything(Workbench.load(FILES, Assumptions(cni="calico")))
        del second
        gc.collect()
        assert everything(first) == everything(Workbench.load(FILES))

    def test_an_expected_error_travels_as_itself(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        with pytest.raises(UsageError, match="there is no policy called 'nobody'"):
            bench.selected(BASELINE, "nobody")
        assert bench.summary().policies

    def test_an_error_while_opening_does_too(self, desk: WorkerDesk) -> None:
        with pytest.raises(UsageError, match="no such plugin"):
            wait_for(desk.open(FILES, Assumptions(cni="nonsense")))

    def test_an_error_inside_of_netviz_is_a_report_number_without_details(
        self, desk_with: Callable[..., WorkerDesk], capfd: pytest.CaptureFixture[str]
    ) -> None:
        bench = opened(desk_with())
        with pytest.raises(Exception, match=r"Report id: [0-9a-f]{8}\. Details are in the terminal") as error:
            bench.selected(BASELINE, policy=None, what=1)  # type: ignore[call-arg,arg-type]
        assert "TypeError" not in str(error.value)
        assert "TypeError" in capfd.readouterr().err
        assert bench.summary().policies

    def test_only_questions_of_the_interface_are_passed_on(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        assert {"picture", "why", "svg"} <= QUESTIONS
        for name in ("load", "_loaded", "__reduce_ex__x", "assumption"):
            with pytest.raises(AttributeError):
                getattr(bench, name)

    def test_the_same_question_is_not_asked_twice(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        assert bench.summary() is bench.summary()
        assert bench.board(BASELINE) is not bench.board(WhatIf(disabled=frozenset({"x"})))

    def test_what_changes_the_bench_makes_earlier_answers_void(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        one, two = (InputFile(name="one.yaml", data=FILES[0].data), many_pods(3))
        answers = []
        for before in (one, two, one):
            bench.compare_with((before,))
            answers.append(bench.compared(PictureQuestion()))
        assert answers[0] == answers[2] != answers[1]

    def test_no_bytes_of_an_input_stay_on_this_side(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        bench.compare_with((many_pods(3),))
        assert isinstance(bench, RemoteBench)
        assert many_pods(3).data not in pickle.dumps(bench._last)

    def test_a_manifest_error_survives_the_way(self) -> None:
        diagnostic = Diagnostic(severity=Severity.ERROR, code="required", message="m", file="f", line=3)
        again = pickle.loads(pickle.dumps(ManifestError(diagnostic)))
        assert (type(again), str(again), again.diagnostic) == (ManifestError, str(diagnostic), diagnostic)


class TestProgress:
    def test_it_says_how_far_the_reading_is(self, desk: WorkerDesk) -> None:
        opening = desk.open((many_pods(5_000),), Assumptions())
        told = []
        while isinstance(waiting := opening.poll(0.05), Waiting):
            told.append(waiting)
        reading = [w.done for w in told if w.stage == "reading"]
        assert len(set(reading)) > 3
        assert reading == sorted(reading)
        assert {w.total for w in told if w.stage == "reading"} == {len(many_pods(5_000).data)}

    def test_a_question_that_takes_long_tells_its_watcher(self, desk: WorkerDesk) -> None:
        seen: list[Waiting | None] = []
        bench = opened(desk, watch=seen.append)
        with stopped(bench, seconds=0.5):
            bench.endpoints()
        assert [type(w) for w in seen[:-1]] == [Waiting] * (len(seen) - 1)
        assert len(seen) > 2
        assert seen[-1] is None


class TestCancel:
    def test_an_opening_that_is_cancelled_leaves_no_process(self, desk: WorkerDesk) -> None:
        opening = desk.open((many_pods(20_000),), Assumptions())
        while isinstance(waiting := opening.poll(0.05), Waiting) and not waiting.stage:
            pass
        assert isinstance(waiting, Waiting)
        worker = opening._worker  # type: ignore[attr-defined]
        opening.cancel()
        assert is_gone(worker.pid)

    def test_one_that_was_cancelled_does_not_begin_again(self, desk: WorkerDesk) -> None:
        opening = desk.open(FILES, Assumptions())
        opening.cancel()
        with pytest.raises(UsageError, match="cancelled"):
            opening.poll(0.05)
        assert opening._worker is None  # type: ignore[attr-defined]

    def test_one_that_is_cancelled_while_its_process_starts_leaves_none(
        self, desk: WorkerDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opening = desk.open(FILES, Assumptions())
        taken: list[Worker] = []

        def take() -> Worker:
            taken.append(WorkerDesk.take(desk))
            opening.cancel()
            return taken[0]

        monkeypatch.setattr(desk, "take", take)
        with pytest.raises(UsageError, match="cancelled"):
            opening.poll(0.05)
        assert is_gone(taken[0].pid)

    def test_one_that_nobody_asks_about_any_more_frees_its_place(self, desk_with: Callable[..., WorkerDesk]) -> None:
        desk = desk_with(analyses=1)
        opening = desk.open((many_pods(20_000),), Assumptions())
        opening.poll(0.05)
        pid = opening._worker.pid  # type: ignore[attr-defined]
        del opening
        gc.collect()
        assert is_gone(pid)
        assert opened(desk).summary().workloads

    def test_a_question_that_its_watcher_ends_is_given_up_and_the_next_is_answered(self, desk: WorkerDesk) -> None:
        class Enough(Exception):  # noqa: N818 - as a page does it
            pass

        impatient = True

        def watch(waiting: Waiting | None) -> None:
            if impatient and waiting is not None:
                waiting.give_up()
                raise Enough

        bench = opened(desk, watch=watch)
        with stopped(bench, seconds=0.5), pytest.raises(Enough):
            bench.picture(BASELINE, PictureQuestion(by="pod"))
        impatient = False
        assert bench.endpoints()
        with pytest.raises(UsageError, match="cancelled"):
            bench.picture(BASELINE, PictureQuestion(by="pod"))

    def test_work_that_is_under_way_is_interrupted(self) -> None:
        class Endless:
            def summary(self) -> None:
                while True:
                    pass

        replies = io.BytesIO()
        service = Service(replies)
        service._benches[1] = Endless()  # type: ignore[assignment]
        before = signal.signal(signal.SIGINT, service.on_signal)
        try:
            threading.Timer(0.3, service.interrupt, (7,)).start()
            service.answer(Ask(number=7, bench=1, method="summary"))
        finally:
            signal.signal(signal.SIGINT, before)
        reply = pickle.loads(replies.getvalue())
        assert isinstance(reply, Failure)
        assert reply.number == 7

    def test_the_collector_rests_until_an_input_is_read_and_judged(self) -> None:
        begun: list[int] = []

        def note(phase: str, info: dict[str, int]) -> None:
            if phase == "start":
                begun.append(info["generation"])

        service = Service(io.BytesIO())
        before = gc.get_threshold()
        gc.callbacks.append(note)
        try:
            gc.set_threshold(100, 2, 2)
            service.answer(Open(number=1, files=FILES, assumptions=Assumptions(), limits=DEFAULT_LIMITS))
        finally:
            gc.callbacks.remove(note)
            gc.set_threshold(*before)
            gc.unfreeze()
        assert gc.isenabled()
        # What runs before and behind the work may set it off too.
        assert begun.count(2) == 1
        assert len(begun) < 6


class TestLimits:
    def test_an_opening_over_the_time_limit_says_which_flag_raises_it(
        self, desk_with: Callable[..., WorkerDesk]
    ) -> None:
        opening = desk_with(seconds=1).open((many_pods(40_000),), Assumptions())
        with pytest.raises(UsageError, match=r"took more than 1 seconds and was stopped .*--max-seconds raises"):
            wait_for(opening)

    def test_an_opening_over_the_memory_limit_does_too(self, desk_with: Callable[..., WorkerDesk]) -> None:
        opening = desk_with(memory=320_000_000).open((long_text(100_000_000),), Assumptions())
        with pytest.raises(UsageError, match=r"needs more than 320 MB of memory .*--max-memory raises"):
            wait_for(opening)

    def test_a_question_over_the_time_limit_costs_only_its_answer(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        worker_of(bench).limits = ServerLimits(seconds=0)
        with stopped(bench, seconds=0.5), pytest.raises(UsageError, match="--max-seconds raises"):
            bench.picture(BASELINE, PictureQuestion(by="pod"))
        with pytest.raises(UsageError, match="--max-seconds raises"):
            bench.picture(BASELINE, PictureQuestion(by="pod"))
        worker_of(bench).limits = ServerLimits()
        assert bench.endpoints()

    @pytest.mark.skipif(sys.platform == "win32", reason="there are no priorities of this kind")
    def test_the_server_goes_first(self, desk: WorkerDesk) -> None:
        pid = worker_of(opened(desk)).pid
        assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS

    @pytest.mark.promise(14)
    @pytest.mark.parametrize(
        ("limits", "file", "message"),
        [
            ({"seconds": 1}, many_pods(40_000), "--max-seconds"),
            ({"memory": 320_000_000}, long_text(100_000_000), "--max-memory"),
            ({}, many_pods(20_000), ""),
        ],
        ids=["over the time", "over the memory", "cancelled"],
    )
    def test_an_analysis_that_does_not_come_to_its_end_leaves_no_process_and_no_file(
        self, limits: dict[str, int], file: InputFile, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for variable in ("TMPDIR", "HOME"):
            monkeypatch.setenv(variable, str(tmp_path))
        monkeypatch.chdir(tmp_path)
        before = children()
        desk = WorkerDesk(replace(ServerLimits(), **limits))  # type: ignore[arg-type]  # all of them are numbers
        opening = desk.open((file,), Assumptions())
        assert isinstance(opening.poll(0.1), Waiting)
        started = children() - before
        assert started
        if message:
            with pytest.raises(UsageError, match=message):
                wait_for(opening)
        opening.cancel()
        desk.close()
        assert all(map(is_gone, started | (children() - before)))
        assert list(tmp_path.iterdir()) == []

    def test_only_so_many_are_opened_at_a_time(self, desk_with: Callable[..., WorkerDesk]) -> None:
        desk = desk_with(analyses=1)
        first = desk.open((many_pods(20_000),), Assumptions())
        assert isinstance(first.poll(0.1), Waiting)
        second = desk.open(FILES, Assumptions())
        waiting = second.poll(0.1)
        assert isinstance(waiting, Waiting)
        assert waiting.queued
        first.cancel()
        assert wait_for(second).summary().workloads


class TestEnds:
    @pytest.mark.promise(14)
    def test_a_killed_worker_is_told_at_once_and_costs_no_other(self, desk: WorkerDesk) -> None:
        mine, other = opened(desk), opened(desk)
        os.kill(worker_of(mine).pid, signal.SIGKILL)
        begin = time.monotonic()
        with pytest.raises(WorkerLost, match=r"ended unexpectedly \(signal 9\)"):
            mine.endpoints()
        assert time.monotonic() - begin < 2
        with pytest.raises(WorkerLost):
            check_alive(mine)
        check_alive(other)
        assert other.endpoints()

    def test_one_that_is_killed_while_it_works_is_too(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        os.kill(worker_of(bench).pid, signal.SIGSTOP)
        threading.Timer(0.3, os.kill, (worker_of(bench).pid, signal.SIGKILL)).start()
        begin = time.monotonic()
        with pytest.raises(WorkerLost, match="ended unexpectedly"):
            bench.picture(BASELINE, PictureQuestion(by="pod"))
        assert time.monotonic() - begin < 2.3

    def test_it_ends_with_the_last_bench_that_it_serves(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        pid = worker_of(bench).pid
        second = bench.with_assumptions(Assumptions(cni="calico"))
        del bench
        gc.collect()
        assert second.endpoints()
        del second
        gc.collect()
        assert is_gone(pid)

    def test_it_ends_when_its_bench_is_let_go(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        assert isinstance(bench, RemoteBench)
        assert bench.endpoints()
        assert bench._last
        let_go(bench, "It was replaced.")
        assert is_gone(worker_of(bench).pid)
        assert not bench._last
        with pytest.raises(WorkerLost, match="replaced"):
            bench.endpoints()
        # Else what is left in it is sent when it is collected, which Python 3.13 reports as an error.
        pipe = vars(worker_of(bench))["_process"].stdin
        assert pipe.closed

    @pytest.mark.parametrize("pods", [5, 5_000], ids=["idle", "while it reads"])
    def test_it_ends_with_the_process_that_started_it(self, pods: int, tmp_path: Path) -> None:
        script = tmp_path / "parent.py"
        script.write_text(
            "import os, signal, sys, threading\n"
            "from tests.unit.workbench.test_worker import *\n"
            f"opening = WorkerDesk().open((many_pods({pods}),), Assumptions())\n"
            "opening.poll(0.1)\n"
            "print(opening._worker.pid, flush=True)\n"
            "threading.Timer(1, os.kill, (os.getpid(), signal.SIGKILL)).start()\n"
            "bench = wait_for(opening)\n"
            "threading.Event().wait()\n"
        )
        done = subprocess.run(
            [sys.executable, str(script)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL
        assert is_gone(int(done.stdout))

    def test_a_worker_outlives_the_thread_that_asked_for_it(self, desk: WorkerDesk) -> None:
        found: list[Bench] = []
        thread = threading.Thread(target=lambda: found.append(opened(desk)))
        thread.start()
        thread.join()
        assert found[0].endpoints()

    def test_what_the_terminal_interrupts_is_not_the_worker(self, desk: WorkerDesk) -> None:
        bench = opened(desk)
        os.kill(worker_of(bench).pid, signal.SIGINT)
        assert bench.endpoints()
