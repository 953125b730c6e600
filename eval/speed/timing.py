"""Time and memory, and roads in turn: machines are slower at one moment than at the next, their ratios less so."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

Key = TypeVar("Key", bound=Hashable)
_LOOK = 0.05  # seconds between two looks at a process


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(
    keys: Sequence[Key],
    act: Callable[[Key, int], object],
    repetitions: int,
    clock: Callable[[Callable[[], object]], float] = seconds_of,
) -> dict[Key, list[float]]:
    """Seconds of each act in each repetition.

    Args:
        keys: What is done, in order; every other repetition goes backwards, so that what drifts favours none.
        act: Does it; takes a key, and which repetition it is, from 0.
        repetitions: How many.
        clock: Runs a call, and says how long it took.
    """
    taken: dict[Key, list[float]] = {key: [] for key in keys}
    for repetition in range(repetitions):
        for key in keys[:: -1 if repetition % 2 else 1]:
            taken[key].append(clock(partial(act, key, repetition)))
    return taken


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Of each repetition's two figures."""
    return [one / other for one, other in zip(above, below, strict=True)]


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """How seconds grow with size: 1 is linear, 2 quadratic; least squares of the logarithms."""
    slope, _ = np.polyfit(np.log(sizes), np.log(np.maximum(seconds, 1e-9)), 1)
    return float(slope)


def peak_memory(process: int | str = "self") -> int | None:
    """The most bytes that a process has held so far; None where the system does not tell, or it has gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    # Not what getrusage says: that is never less than what the parent held when it forked.
    found = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")]
    return found[0] if found else None


def run_to_end(command: Sequence[str], known_codes: Sequence[int] = (0,)) -> tuple[float, int | None]:
    """Run a command; how long it took, and the most bytes that it held.

    Raises:
        RuntimeError: It fails; says with what words.
    """
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        most = None
        while process.poll() is None:
            most = peak_memory(process.pid) or most  # the last look is near the end, and a peak only grows
            time.sleep(_LOOK)
        took = time.perf_counter() - start
        said = process.stderr.read() if process.stderr else ""
    if process.returncode not in known_codes:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said.strip()[-500:]}")
    return took, most


def megabytes(number: int | None) -> int | None:
    """Bytes as MB."""
    return None if number is None else round(number / 1e6)
