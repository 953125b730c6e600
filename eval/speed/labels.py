"""How often newstance's labels are those of float32, on more questions than are timed."""

from __future__ import annotations

from newstance.models.pairs import usable_cores

from .bench import Bench
from .contestants import OURS, REFERENCE, Given, ready
from .sheets import Sheet

_NOTE = """\
Windows, as far as the articles that ship have them, and sentences. Float32 is transformers' text-classification on the
weights that ship."""


def measure(bench: Bench) -> list[Sheet]:
    """One row: questions, and on how many of them both give the same label."""
    bench.tell(f"labels of {len(bench.more_questions):,} questions")
    given = Given(bench.source, bench.forms, usable_cores())
    ours, exact = (ready(key, given)(bench.more_questions) for key in (OURS, REFERENCE))
    same = sum(one == other for one, other in zip(ours, exact, strict=True))
    row = {"questions": len(ours), "same label as float32": same, "share": same / len(ours)}
    return [Sheet("Labels", [row], " ".join(_NOTE.split()))]
