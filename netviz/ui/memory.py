"""What the C library does with memory that Python has given back to it, where that is glibc."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from typing import Final

M_ARENA_MAX: Final = -8
ARENAS: Final = 2
"""Of the pools of memory that glibc hands to threads, which would be sixteen on two processors."""


def share_memory() -> None:
    """Have all threads take memory from the same pools.

    Each run of a page is a thread. What one leaves behind in a pool of its own is of no use to the next, and the server
    grows by it without holding more. To be called before there are threads.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def return_memory() -> None:
    """Give the system back whole pages that nothing uses; glibc keeps what does not lie at the end of a pool."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
