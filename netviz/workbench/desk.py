"""Where inputs are opened: here in this process, or in a worker of their own with limits on what they may cost."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Final, Protocol

from netviz.errors import NetvizError, UsageError
from netviz.manifests.limits import DEFAULT_SERVER_LIMITS, ServerLimits
from netviz.workbench.interface import Bench
from netviz.workbench.questions import Assumptions, InputFile
from netviz.workbench.remote import RemoteBench, Waiting, Watch, Worker, WorkerLost, as_bench, nobody, over, value_of
from netviz.workbench.wire import Open, Opened, Told

CANCELLED: Final = "The analysis was cancelled."


class Opening(Protocol):
    """An input that is being opened."""

    def poll(self, seconds: float) -> Waiting | Bench:
        """Wait for at most so long; the bench, or how it stands. Raises what the reading raises."""
        ...

    def cancel(self) -> None:
        """Stop, and let go of everything."""
        ...


class Desk(Protocol):
    """A place that opens inputs."""

    @property
    def limits(self) -> ServerLimits:
        """What one session may cost here."""
        ...

    def open(self, files: Sequence[InputFile], assumptions: Assumptions, watch: Watch = nobody) -> Opening:
        """Begin to open files; `watch` is told while a question to the bench is not answered yet."""
        ...


Load = Callable[[Sequence[InputFile], Assumptions], Bench]


def _read_here(files: Sequence[InputFile], assumptions: Assumptions) -> Bench:
    # Not before it is needed: a server leaves to its workers what the engine and the dialects take to import.
    from netviz.workbench.bench import Workbench

    return Workbench.load(files, assumptions)


class LocalDesk:
    """Opens inputs in this process, without limits on time and memory; `load` reads them."""

    def __init__(self, load: Load = _read_here, limits: ServerLimits = DEFAULT_SERVER_LIMITS) -> None:
        self.limits = limits
        self.load = load

    def open(self, files: Sequence[InputFile], assumptions: Assumptions, watch: Watch = nobody) -> Opening:
        """As `Desk` has it; the work is done in `poll`."""
        return _LocalOpening(partial(self.load, files, assumptions))


class _LocalOpening:
    def __init__(self, load: Callable[[], Bench]) -> None:
        self._load = load

    def poll(self, seconds: float) -> Bench:
        return self._load()

    def cancel(self) -> None:
        pass


class WorkerDesk:
    """Opens every input in a process of its own, only so many at a time; an idle process stands ready for the next."""

    def __init__(self, limits: ServerLimits = DEFAULT_SERVER_LIMITS) -> None:
        self.limits = limits
        self.slots = threading.BoundedSemaphore(limits.analyses)
        # A worker dies with the thread that started it: not with that of a page, which comes and goes.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="netviz-starter")
        self._spare: Future[Worker] | None = None
        self._lock = threading.Lock()

    def open(self, files: Sequence[InputFile], assumptions: Assumptions, watch: Watch = nobody) -> Opening:
        """As `Desk` has it."""
        return _WorkerOpening(self, tuple(files), assumptions, watch)

    def take(self) -> Worker:
        """A worker that is nobody else's."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None and (worker := spare.result()).is_alive:
            return worker
        return self._starter.submit(Worker, self.limits).result()

    def prepare(self) -> None:
        """Have a worker ready for the next who comes."""
        with self._lock:
            if self._spare is None:
                self._spare = self._starter.submit(Worker, self.limits)

    def close(self) -> None:
        """End the idle worker."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.result().end("The server ends.")
        self._starter.shutdown()


class _WorkerOpening:
    """Waits for a slot, then for the worker; in `poll`, so that an opening that nobody asks about does not go on."""

    def __init__(self, desk: WorkerDesk, files: tuple[InputFile, ...], assumptions: Assumptions, watch: Watch) -> None:
        self._desk = desk
        self._files = files
        self._assumptions = assumptions
        self._watch = watch
        self._worker: Worker | None = None
        self._free_slot: weakref.finalize[[], _WorkerOpening] | None = None
        self._number = 0
        self._told = Told(number=0, stage="", done=0, total=0)
        self._started = 0.0
        self._is_cancelled = False

    def poll(self, seconds: float) -> Waiting | Bench:
        try:
            return self._poll(seconds)
        except WorkerLost as lost:
            self.cancel()
            raise UsageError(str(lost)) from None
        except NetvizError:
            self.cancel()
            raise

    def cancel(self) -> None:
        # First, since another thread may be starting the worker meanwhile, and looks afterwards.
        self._is_cancelled = True
        if self._worker is not None:
            self._worker.end(CANCELLED)
        self._finish()

    def _poll(self, seconds: float) -> Waiting | Bench:
        if self._is_cancelled:
            raise UsageError(CANCELLED)
        if self._worker is None:
            if not self._desk.slots.acquire(timeout=seconds):
                return Waiting(seconds=0, give_up=self.cancel, queued=True)
            self._free_slot = weakref.finalize(self, self._desk.slots.release)
            self._worker = self._start()
            if self._is_cancelled:
                raise UsageError(CANCELLED)
        reply = self._worker.hear(self._number, seconds)
        if reply is None or isinstance(reply, Told):
            self._told = reply or self._told
            return self._waiting(self._worker)
        opened = value_of(reply)
        assert isinstance(opened, Opened)  # noqa: S101 - what `Open` is answered with
        bench = RemoteBench(self._worker, opened, self._watch)
        self._finish()
        return as_bench(bench)

    def _start(self) -> Worker:
        worker = self._desk.take()
        self._number = worker.number()
        files, self._files = self._files, ()
        worker.say(
            Open(
                number=self._number,
                files=files,
                assumptions=self._assumptions,
                limits=self._desk.limits.reading,
            )
        )
        # A large input is taken only when the process is up, which is no part of the analysis.
        self._started = time.monotonic()
        return worker

    def _waiting(self, worker: Worker) -> Waiting:
        passed = time.monotonic() - self._started
        if passed > self._desk.limits.seconds:
            worker.end(over("seconds", self._desk.limits))
            raise WorkerLost(over("seconds", self._desk.limits))
        told = self._told
        return Waiting(seconds=passed, give_up=self.cancel, stage=told.stage, done=told.done, total=told.total)

    def _finish(self) -> None:
        self._worker = None
        self._files = ()
        if self._free_slot is not None:
            self._free_slot()
        self._desk.prepare()


def let_go(thing: object, why: str) -> None:
    """End the process behind a bench or an opening that nobody will ask any more; if somebody does, `why` is told."""
    if isinstance(thing, RemoteBench):
        thing.worker.end(why)
        thing.forget_answers()
    elif isinstance(thing, _WorkerOpening):
        thing.cancel()


def is_elsewhere(bench: object) -> bool:
    """Whether a bench lives in another process, which may go away."""
    return isinstance(bench, RemoteBench)


def check_alive(bench: object) -> None:
    """Raise WorkerLost if the process behind a bench is gone."""
    if isinstance(bench, RemoteBench) and not bench.worker.is_alive:
        raise bench.worker.loss()
