"""What is free goes back to the system, now and then."""

import os
import subprocess
import sys
from itertools import count

import numpy as np
import psutil
import pytest

from newstance.models import memory

PIECE = 50_000  # bytes: below what the C library takes from the system piece by piece


@pytest.mark.skipif(memory._trim is None or sys.platform != "linux", reason="the C library is not glibc")
def test_what_lies_free_between_pieces_in_use_goes_back():
    def resident():
        return psutil.Process().memory_info().rss / 1e6

    pieces = [np.ones(PIECE, np.uint8) for _ in range(6_000)]
    full = resident()
    kept = pieces[::10]
    del pieces
    before = resident()
    for _ in range(memory._EVERY):
        memory.give_back()
    assert full - resident() > 150 > full - before
    assert len(kept) == 600


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(memory, "_trim", None)
    monkeypatch.setattr(memory, "_bound", None)
    monkeypatch.setattr(memory, "_articles", count(1))
    for _ in range(memory._EVERY):
        memory.give_back()


_LARGE_PIECES = """
import ctypes
import numpy as np
from newstance.models import memory

fields = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
Told = type("Told", (ctypes.Structure,), {"_fields_": [(name, ctypes.c_size_t) for name in fields]})
libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Told
memory.give_back()
np.ones(8 << 20, np.uint8)  # freed at once: glibc would take what is smaller from its heap from now on
before = libc.mallinfo2().hblkhd
kept = np.ones(4 << 20, np.uint8)
print(libc.mallinfo2().hblkhd - before)
"""


@pytest.mark.skipif(memory._bound is None or not hasattr(memory._libc, "mallinfo2"), reason="no glibc, or an old one")
@pytest.mark.parametrize(("chosen", "goes_back"), [({}, True), ({"MALLOC_MMAP_THRESHOLD_": "33554432"}, False)])
def test_large_pieces_are_taken_from_the_system_one_by_one_unless_the_user_chose_otherwise(chosen, goes_back):
    others = {name: value for name, value in os.environ.items() if name not in memory._CHOSEN}
    done = subprocess.run([sys.executable, "-c", _LARGE_PIECES], env=others | chosen, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (int(done.stdout) >= 4 << 20) == goes_back
