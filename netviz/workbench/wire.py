"""What the process of the page and a worker say to each other: one pickle after another on a pipe.

Both ends are our own processes and nobody else can write to the pipe, which is why pickles may be read from it.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import IO, Final, TypeAlias

from netviz.errors import NetvizError
from netviz.manifests.limits import Limits
from netviz.workbench.questions import Assumptions, InputFile

OUT_OF_MEMORY: Final = 77
"""The exit code of a worker that had to stop at its memory limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Read these files; the answer is an `Opened`. The bytes travel here, and only here."""

    number: int
    files: tuple[InputFile, ...] = field(repr=False)
    assumptions: Assumptions
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Call a method of the bench with this number."""

    number: int
    bench: int
    method: str
    positional: tuple[object, ...] = ()
    named: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assume:
    """Make another bench of the same input; the answer is an `Opened`."""

    number: int
    bench: int
    assumptions: Assumptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """Nobody waits any more for the answer to this request."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Nobody holds this bench any more."""

    bench: int


Request: TypeAlias = Open | Ask | Assume | Interrupt | Forget


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A bench is there, and goes by this number."""

    bench: int
    assumptions: Assumptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How far a request is: `done` of `total` in the units of the stage, 0 of 0 where that is not known."""

    number: int
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request came to."""

    number: int
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that cannot be answered, with the error as the bench raised it."""

    number: int
    error: NetvizError


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something went wrong inside netviz; the worker's log has the traceback under this report id."""

    number: int
    report: str


Reply: TypeAlias = Told | Answer | Failure | Broken


def send(pipe: IO[bytes], message: Request | Reply) -> None:
    """Write one message; OSError or ValueError if the other end is gone."""
    pickle.dump(message, pipe, protocol=5)
    pipe.flush()


def receive(pipe: IO[bytes]) -> object:
    """Read one message; EOFError or OSError if the other end is gone."""
    return pickle.load(pipe)  # noqa: S301 - from our own process, see above
