"""Memory that is free goes back to the system.

glibc keeps what an article took, in pieces that the next one, of other lengths, hardly fills. Nothing is lost there; it
is free, and yet counts as this process's, more with each article. Two things keep that small: large pieces are taken
from the system one by one, and go back as soon as they are free; and what is free of the small ones is given back now
and then.
"""

from __future__ import annotations

import ctypes
import os
import sys
from itertools import count

_EVERY = 16  # articles; it takes some hundredths of a second
_LARGE = 1 << 20  # bytes; glibc raises its own bound to 32 MB, with the largest piece that was freed
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
_articles = count(1)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_trim = getattr(_libc, "malloc_trim", None)  # musl has none
_bound = getattr(_libc, "mallopt", None)
# By these a user chooses, as training does, which keeps what it frees.
_CHOSEN = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_", "GLIBC_TUNABLES")


def give_back() -> None:
    """Called once for each article; every sixteenth time what is free goes back, where the C library is glibc."""
    number = next(_articles)
    if number == 1 and _bound is not None and not any(os.environ.get(name) for name in _CHOSEN):
        _bound(_MMAP_THRESHOLD, _LARGE)
    if number % _EVERY == 0 and _trim is not None:
        _trim(0)
