"""The steps of an analysis, and the time that they take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from .analysis import Analysis
from .reading.reading import Reading

StepName = Literal["reading", "stances", "summary", "done"]


@dataclass(frozen=True)
class Step:
    """How far an analysis has come.

    Attributes:
        name: What begins or goes on: reading, stances or summary; "done" at the end.
        reading: The article; None before it has been read.
        analysis: What has been found; None before there are stances, those toward the first targets alone while they
            are being found, without a summary before the end.
    """

    name: StepName
    reading: Reading | None = None
    analysis: Analysis | None = None


@contextmanager
def timed(step: str, seconds: dict[str, float]) -> Iterator[None]:
    """Add the seconds that a step takes to those of others."""
    start = time.perf_counter()
    yield
    seconds[step] = round(time.perf_counter() - start, 3)
