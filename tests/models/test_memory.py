"""What is free goes back to the system, now and then."""

import sys

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
    for _ in range(memory._EVERY):
        memory.give_back()
