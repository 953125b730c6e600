"""Memory that is free goes back to the system.

glibc keeps what an article took, in pieces that the next one, of other lengths, hardly fills: 0.5 to 2 MB more with
each article. Nothing is lost there; it is free, and yet counts as this process's.
"""

from __future__ import annotations

import ctypes
import sys
from itertools import count

_EVERY = 16  # articles; it takes some hundredths of a second
_articles = count(1)
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None  # musl has none


def give_back() -> None:
    """Called once for each article; every sixteenth time what is free goes back, where the C library is glibc."""
    if next(_articles) % _EVERY == 0 and _trim is not None:
        _trim(0)
