"""A bench in a worker process, as the process of the page holds it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, cast

import netviz
from netviz.errors import NetvizError, UsageError
from netviz.manifests.limits import FLAGS, ServerLimits, megabytes
from netviz.workbench.interface import CHANGING, Bench
from netviz.workbench.questions import Assumptions
from netviz.workbench.wire import (
    OUT_OF_MEMORY,
    Answer,
    Ask,
    Assume,
    Broken,
    Failure,
    Forget,
    Interrupt,
    Opened,
    Reply,
    Request,
    Told,
    receive,
    send,
)

QUESTIONS: Final = frozenset(
    name for name in vars(Bench) if not name.startswith("_") and name not in ("assumptions", "with_assumptions")
)
POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 2.0
"""How long a worker may take to let go of a question."""


class WorkerLost(NetvizError):  # noqa: N818 - it says what happened
    """The process that held the input is gone, and the input with it; the text says why."""


class Broke(NetvizError):  # noqa: N818 - it says what happened
    """Something went wrong inside netviz; the text names the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How it stands with a question that is not answered yet.

    `queued` while others are served first; `stage` with `done` of `total` as `wire.Told` has them. `give_up` makes the
    same question an error instead of asking it again.
    """

    seconds: float
    give_up: Callable[[], None]
    queued: bool = False
    stage: str = ""
    done: int = 0
    total: int = 0


Watch = Callable[[Waiting | None], None]
"""Called several times a second while an answer is awaited, and with None when that is over.

What it raises ends the waiting.
"""


def nobody(_: Waiting | None) -> None:
    """Nobody watches."""


class Worker:
    """A running worker process. It ends when this object is gone, and when this process is."""

    def __init__(self, limits: ServerLimits) -> None:
        self._process = _started(limits)
        self.limits = limits
        self._inbox: SimpleQueue[object] = SimpleQueue()
        self._numbers = itertools.count(1)
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._dropped: deque[int] = deque()
        self._lost = ""
        threading.Thread(target=_take_in, args=(self._process, self._inbox), daemon=True).start()
        self._end = weakref.finalize(self, self._process.kill)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process is there, as far as is known."""
        return self._process.poll() is None

    def end(self, why: str) -> None:
        """Kill the process; every question from now on is answered with `why`, or what was said before."""
        self._lost = self._lost or why
        self._end()

    @contextmanager
    def turn(self, waiting: Callable[[], None]) -> Iterator[None]:
        """One conversation at a time; `waiting` is called while it is another's turn."""
        while not self._turn.acquire(timeout=POLL_SECONDS):
            waiting()
        try:
            yield
        finally:
            self._turn.release()

    def number(self) -> int:
        """A number for a new request."""
        return next(self._numbers)

    def drop(self, bench: int) -> None:
        """Let the worker forget a bench when it is next spoken to; may be called from a finalizer."""
        self._dropped.append(bench)

    def say(self, request: Request) -> None:
        """Send a request; WorkerLost if there is nobody to take it."""
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - the process was started with a pipe
        try:
            with self._writing:
                while self._dropped:
                    send(pipe, Forget(bench=self._dropped.popleft()))
                send(pipe, request)
        except (OSError, ValueError):
            # What is left in its buffer would be sent when the pipe is collected, and Python 3.13 reports that failure.
            with suppress(OSError):
                pipe.close()
            raise self.loss() from None

    def hear(self, number: int, seconds: float) -> Reply | None:
        """The next reply to the request of this number, None if there is none in time; WorkerLost."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                reply = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                return None
            if not isinstance(reply, Told | Answer | Failure | Broken):
                self._inbox.put(reply)
                raise self.loss()
            # A reply to a question that was given up comes late, and nobody is there for it.
            if reply.number == number:
                return reply

    def loss(self) -> WorkerLost:
        """The error that says why the process is gone."""
        code = _exit_code(self._process)
        if code == OUT_OF_MEMORY:
            self.end(over("memory", self.limits))
        by_signal = f" (signal {-code})" if code < 0 else ""
        self.end(f"The process that analysed this input ended unexpectedly{by_signal}.")
        return WorkerLost(self._lost)


def over(limit: str, limits: ServerLimits) -> str:
    """What is said when an analysis is over the limit of this name (seconds or memory)."""
    what = {
        "seconds": f"took more than {limits.seconds} seconds",
        "memory": f"needs more than {megabytes(limits.memory)} of memory",
    }
    raising = f"netviz serve {FLAGS[limit]} raises the limit"
    return f"The analysis {what[limit]} and was stopped (limit {limit}; {raising})."


def _started(limits: ServerLimits) -> subprocess.Popen[bytes]:
    package = str(Path(netviz.__file__).resolve().parent.parent)
    path = os.pathsep.join(dict.fromkeys((package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))))
    return subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-m", "netviz.workbench.worker", str(os.getpid()), str(limits.memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )


def _take_in(process: subprocess.Popen[bytes], inbox: SimpleQueue[object]) -> None:
    """Pass on what the worker says, then None. Holds nothing of the worker's owner, so that it can go."""
    pipe = process.stdout
    assert pipe is not None  # noqa: S101 - the process was started with a pipe
    try:
        while True:
            inbox.put(receive(pipe))
    except Exception:  # noqa: S110 - a torn message means the same as the end of the pipe
        pass
    _exit_code(process)
    inbox.put(None)


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a process that is about to end, and is made to if it does not."""
    try:
        return process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class RemoteBench:
    """The questions of `Bench`, answered by a worker. The last answer to each kind of question is kept."""

    def __init__(self, worker: Worker, opened: Opened, watch: Watch) -> None:
        self._worker = worker
        self._bench = opened.bench
        self._assumptions = opened.assumptions
        self._watch = watch
        self._last: dict[str, tuple[object, object]] = {}
        weakref.finalize(self, worker.drop, opened.bench).atexit = False

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name not in QUESTIONS:
            raise AttributeError(name)
        return partial(self._ask, name)

    @property
    def worker(self) -> Worker:
        """The process that answers."""
        return self._worker

    def forget_answers(self) -> None:
        """Keep nothing of what was answered: Streamlit holds the session of a closed page for two more minutes."""
        self._last.clear()

    @property
    def assumptions(self) -> Assumptions:
        """What this bench assumes."""
        return self._assumptions

    def with_assumptions(self, assumptions: Assumptions) -> Bench:
        """The same input under other assumptions, in the same process."""
        number = self._worker.number()
        request = Assume(number=number, bench=self._bench, assumptions=assumptions)
        opened = self._converse(request, give_up=_forget)
        assert isinstance(opened, Opened)  # noqa: S101 - what `Assume` is answered with
        return as_bench(RemoteBench(self._worker, opened, self._watch))

    def _ask(self, method: str, *positional: object, **named: object) -> object:
        if method in CHANGING:
            self._last.clear()
            return self._converse(self._request(method, positional, named), give_up=_forget)
        key = (positional, tuple(sorted(named.items())))
        asked, answer = self._last.get(method, (None, None))
        if asked == key:
            if isinstance(answer, NetvizError):
                raise answer
            return answer
        request = self._request(method, positional, named)
        answer = self._converse(request, give_up=partial(self._give_up, method, key))
        self._last[method] = (key, answer)
        return answer

    def _request(self, method: str, positional: tuple[object, ...], named: dict[str, object]) -> Ask:
        return Ask(
            number=self._worker.number(),
            bench=self._bench,
            method=method,
            positional=positional,
            named=tuple(named.items()),
        )

    def _give_up(self, method: str, key: object, why: str = "This question was cancelled.") -> None:
        self._last[method] = (key, UsageError(why))

    def _converse(self, request: Ask | Assume, give_up: Callable[..., None]) -> object:
        """The answer to a request, with the watcher told meanwhile; what the watcher raises gives the request up."""
        begin = time.monotonic()
        with self._worker.turn(lambda: self._watch(Waiting(seconds=time.monotonic() - begin, give_up=give_up))):
            self._worker.say(request)
            try:
                return self._awaited(request.number, give_up, begin)
            except WorkerLost:
                raise
            except NetvizError:
                raise
            except BaseException:
                self._worker.say(Interrupt(number=request.number))
                raise
            finally:
                self._watch(None)

    def _awaited(self, number: int, give_up: Callable[..., None], begin: float) -> object:
        limit = self._worker.limits.seconds
        started = time.monotonic()
        while time.monotonic() - started < limit:
            reply = self._worker.hear(number, POLL_SECONDS)
            if reply is None or isinstance(reply, Told):
                self._watch(Waiting(seconds=time.monotonic() - begin, give_up=give_up))
            else:
                return value_of(reply)
        why = over("seconds", self._worker.limits)
        give_up(why)
        self._worker.say(Interrupt(number=number))
        if self._worker.hear(number, PATIENCE_SECONDS) is None:
            self._worker.end(why)
        raise UsageError(why)


def _forget(_why: str = "") -> None:
    """Give up a request that may be made again."""


def value_of(reply: Answer | Failure | Broken) -> object:
    """What a reply says; raises what the bench raised."""
    match reply:
        case Answer(value=value):
            return value
        case Failure(error=error):
            raise error
        case Broken(report=report):
            raise Broke(
                f"Something went wrong inside netviz. Report id: {report}. "
                "Details are in the terminal that runs netviz."
            )


def as_bench(bench: RemoteBench) -> Bench:
    """The bench under the interface that it satisfies by passing on every question that the interface names."""
    return cast("Bench", bench)
