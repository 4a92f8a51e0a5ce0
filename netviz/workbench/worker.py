"""The process that holds one session's input: it reads, judges and answers, and dies with whoever started it.

`python -m netviz.workbench.worker PARENT MEMORY`: the process id of the parent, and how many bytes of memory this
process may have. Requests come in on standard input and replies go out on standard output (see `wire`).
"""

from __future__ import annotations

import _thread
import ctypes
import gc
import itertools
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType
from typing import BinaryIO, Final
from uuid import uuid4

from netviz.errors import NetvizError, UsageError
from netviz.manifests.reading import collector_off
from netviz.workbench.bench import Workbench
from netviz.workbench.wire import (
    OUT_OF_MEMORY,
    Answer,
    Ask,
    Assume,
    Broken,
    Failure,
    Forget,
    Interrupt,
    Open,
    Opened,
    Reply,
    Request,
    Told,
    receive,
    send,
)

LOG = logging.getLogger("netviz.worker")

WATCH_SECONDS: Final = 0.2
PR_SET_PDEATHSIG: Final = 1
NICENESS: Final = 10
"""The server and its other sessions go first: they wait for people, a worker only for its one session.

It counts from the first request on and not for the imports, since somebody may be waiting for those.
"""



class Interrupted(BaseException):
    """Nobody waits for the answer any more."""


class Service:
    """Answers one request after another, and lets the one at hand be interrupted.

    The interrupt arrives as SIGINT, whose handler runs in the main thread: what it looks at cannot change under it.
    """

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._benches: dict[int, Workbench] = {}
        self._numbers = itertools.count(1)
        self._busy = 0
        self._unwanted: set[int] = set()

    def interrupt(self, number: int) -> None:
        """Give up a request; called from the thread that receives."""
        self._unwanted.add(number)
        _thread.interrupt_main()

    def on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        """Handle SIGINT: an interrupt of ours, or Ctrl-C in the terminal, which is for the parent."""
        if self._busy in self._unwanted:
            self._busy = 0
            raise Interrupted

    def answer(self, request: Request) -> None:
        """Do what is asked, and say what it came to."""
        match request:
            case Forget(bench=bench):
                self._benches.pop(bench, None)
                gc.unfreeze()
                _settle()
            case Open() | Ask() | Assume():
                reply = self._reply(request)
                self._unwanted.discard(request.number)
                send(self._replies, reply)
            case Interrupt():
                pass

    def _reply(self, request: Open | Ask | Assume) -> Reply:
        number = request.number
        try:
            with self._at_work(number):
                return Answer(number=number, value=self._value(request))
        except Interrupted:
            return Failure(number=number, error=UsageError("the question was given up"))
        except NetvizError as error:
            return Failure(number=number, error=error)
        except MemoryError:
            raise
        except Exception:
            report = uuid4().hex[:8]
            LOG.exception("report %s", report)
            return Broken(number=number, report=report)

    @contextmanager
    def _at_work(self, number: int) -> Iterator[None]:
        self._busy = number
        try:
            if number in self._unwanted:
                raise Interrupted
            yield
        finally:
            self._busy = 0

    def _value(self, request: Open | Ask | Assume) -> object:
        match request:
            case Open(number=number, files=files, assumptions=assumptions, limits=limits):

                def tell(stage: str, done: int, total: int) -> None:
                    self._tell(Told(number=number, stage=stage, done=done, total=total))

                with collector_off():
                    bench = Workbench.load(files, assumptions, limits=limits, progress=tell)
                    # Reading leaves nothing behind that only the collector finds, and what it has made stays.
                    gc.freeze()
                    tell("policies", 0, 0)
                    return self._opened(bench)
            case Assume():
                with collector_off():
                    return self._opened(self._benches[request.bench].with_assumptions(request.assumptions))
            case Ask():
                method = getattr(self._benches[request.bench], request.method)
                return method(*request.positional, **dict(request.named))

    def _opened(self, bench: Workbench) -> Opened:
        # What every page asks first counts as a part of opening.
        bench.summary()
        bench.policies()
        number = next(self._numbers)
        self._benches[number] = bench
        _settle()
        return Opened(bench=number, assumptions=bench.assumptions)

    def _tell(self, told: Told) -> None:
        # An interrupt in the middle of a message would tear it.
        self._busy = 0
        send(self._replies, told)
        self._busy = told.number
        if told.number in self._unwanted:
            raise Interrupted


def _settle() -> None:
    """Let go of what nobody needs; what stays is an input, which the collector need not look at again."""
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serve until the other end of standard input closes."""
    parent, memory = (int(word) for word in sys.argv[1:3])
    requests, replies = _own_pipes()
    _die_with(parent)
    _limit_memory(memory)
    if sys.platform != "win32":
        os.nice(NICENESS)
    service = Service(replies)
    signal.signal(signal.SIGINT, service.on_signal)
    waiting: SimpleQueue[Request] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests, waiting, service), daemon=True).start()
    try:
        while True:
            service.answer(waiting.get())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        os._exit(0)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, kept from everything else in this process: what it prints goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests, replies


def _receive(requests: BinaryIO, waiting: SimpleQueue[Request], service: Service) -> None:
    try:
        while True:
            match receive(requests):
                case Interrupt(number=number):
                    service.interrupt(number)
                case Open() | Ask() | Assume() | Forget() as request:
                    waiting.put(request)
                case _:
                    os._exit(1)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except (EOFError, OSError):
        os._exit(0)


def _die_with(parent: int) -> None:
    """End this process with its parent, even while it is too busy to see that the pipe has closed."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _limit_memory(limit: int) -> None:
    """Hold this process to so many bytes: by the kernel on Linux, elsewhere by looking; not at all on Windows."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    elif sys.platform != "win32":
        threading.Thread(target=_watch_memory, args=(limit,), daemon=True).start()


def _watch_memory(limit: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= limit:
        time.sleep(WATCH_SECONDS)
    os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main()
