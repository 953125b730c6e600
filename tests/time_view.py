"""How long each click in the corpus view takes over a run: python tests/time_view.py DIR

A run of a million stances: python tests/corpus_run.py DIR 56000 40
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from newstance.service.corpus.selection import MONTHS, Periods, Selection
from newstance.service.corpus.view import CorpusView
from newstance.service.page.corpus_handlers import PERIODS, CorpusHandlers

FORM = ([], [], [], [], "", "", True, 0, 1, 1, "sides")


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Do something, and tell how long it took: seconds on the clock, and of the processor."""
    start, cpu = time.perf_counter(), time.process_time()
    found = act()
    print(f"{time.perf_counter() - start:6.2f} s  {time.process_time() - cpu:6.2f} s of the processor  {what}")
    return found


def main(folder: str) -> None:
    """Time opening a run, every way to cut time, filters, and the way from a number to its sentences."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    view = timed("open the run", lambda: CorpusView(folder))
    with view.ask(Selection(base="all")) as asked:
        print(asked.counts())
    handlers = CorpusHandlers(view)
    for cut in PERIODS:
        timed(f"Show: by source, {cut}", lambda cut=cut: handlers.show(*FORM, "source", cut, 12))
    timed("Show: by actor, months", lambda: handlers.show(*FORM, "actor", "Months", 12))
    narrow = (["Harbour Post"], [], [], ["person"], "2023-06-01", "", False, 0.6, 50, 50, "all", "target", "Months", 12)
    seen = timed("Show: all filters, by target, months", lambda: handlers.show(*narrow)).seen
    cell = seen.board[0].cell
    with view.ask() as asked:
        timed("course of one pair, months", lambda: asked.points("source", "all", MONTHS, cell))
        timed("course of one pair, sliding", lambda: asked.points("source", "all", Periods.sliding(12), cell))
        timed("20 statements with their sentences", lambda: asked.statements(cell))
        timed("20 statements, 5,000 further", lambda: asked.statements(cell, 5000))


if __name__ == "__main__":
    main(sys.argv[1])
