import sys

import pytest

from newstance.eval.speed import machine
from newstance.eval.speed.timing import exponent, in_turn, megabytes, peak_memory, ratios, run_to_end


def test_every_other_repetition_goes_backwards():
    done = []

    def clock(call):
        call()
        return len(done)

    taken = in_turn(["a", "b"], lambda key, repetition: done.append((key, repetition)), 3, clock)
    assert done == [("a", 0), ("b", 0), ("b", 1), ("a", 1), ("a", 2), ("b", 2)]
    assert taken == {"a": [1, 4, 5], "b": [2, 3, 6]}


def test_ratios_are_of_the_same_repetition():
    assert ratios([4.0, 9.0], [2.0, 3.0]) == [2.0, 3.0]


def test_the_exponent_takes_every_size():
    sizes = (1, 2, 4, 8)
    assert exponent(sizes, [3 * size**2 for size in sizes]) == pytest.approx(2)
    assert 0 < exponent(sizes, [1, 2, 4, 1]) < 1  # the smallest and the largest alone would tell 0


@pytest.mark.skipif(peak_memory() is None, reason="this system does not tell")
def test_memory_is_what_a_process_itself_has_held():
    held = bytearray(300_000_000)
    assert peak_memory() > len(held)
    small, large = (
        run_to_end([sys.executable, "-c", f"held = bytearray(b'x') * {size}; import time; time.sleep(0.3)"])[1]
        for size in (1, 200_000_000)
    )
    assert small < 100_000_000  # although it was begun by one that holds more
    assert large > 200_000_000
    assert peak_memory(2**30) is None


def test_a_command_that_fails_says_why():
    with pytest.raises(RuntimeError, match="ended with 3: no luck"):
        run_to_end([sys.executable, "-c", "import sys; sys.stderr.write('no luck'); sys.exit(3)"])


def test_megabytes():
    assert megabytes(1_499_999) == 1
    assert megabytes(None) is None


def test_the_machine_is_told():
    told = machine.told()
    assert told["processor"]
    assert told["versions"]["newstance"]
    assert told["processor"] in machine.in_words(told)
