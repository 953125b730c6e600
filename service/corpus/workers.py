"""Who does the shards of a run on one machine: this process, or several with models of their own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from newstance.models.errors import ModelError
from newstance.models.pairs import usable_cores

from .shards import Shard
from .step import Step, Task
from .watch import Watch

Made = tuple[int, dict[str, int]]  # a shard's number, and what it gave
_LOOK = 0.5  # seconds between two looks at how far the workers are
# Of a worker's process.
_make_step: Callable[[], Step] | None = None
_count: Any = None


def here(task: Task, shards: Iterable[Shard], watch: Watch) -> Iterator[Made]:
    """Do shards in this process; models are loaded when the first comes."""
    step = None
    for shard in shards:
        step = step or Step(task, ended=watch.abandon.is_set)
        if watch.finish.is_set():  # while models were loaded
            return
        yield shard.number, step(shard, watch.advance)


def processes(task: Task, shards: Iterable[Shard], watch: Watch, workers: int) -> Iterator[Made]:
    """Do shards in several processes, which share the cores; what is done first comes first.

    Raises:
        ModelError: A worker was killed, as systems do that run out of memory.
    """
    context = multiprocessing.get_context("spawn")
    # Read without a lock, and ended without one: a worker that is killed keeps those that it holds for ever.
    count: Any = context.Array("q", 2)
    ended = context.RawValue("b", 0)
    own = replace(task, cores=max(1, usable_cores() // workers))
    pool = ProcessPoolExecutor(workers, context, _begin, (own, count, ended))
    told = [0, 0]
    running: set[Future[Made]] = set()

    def finished(most: int) -> Iterator[Made]:
        while len(running) > most:
            done, _ = wait(running, _LOOK, FIRST_COMPLETED)
            now = count.get_obj()[:]
            watch.advance(now[0] - told[0], now[1] - told[1])
            told[:] = now
            running.difference_update(done)
            if watch.abandon.is_set():
                ended.value = 1
            yield from (future.result() for future in done)

    try:
        for shard in shards:
            with _deaf():  # Ctrl-C reaches all processes of a terminal; only the first one decides what it means
                running.add(pool.submit(_make, shard))
            # One more than there are workers, so that none waits for its next.
            yield from finished(workers)
        yield from finished(0)
    except BrokenProcessPool as error:
        raise ModelError(
            "a worker was killed, as systems do that run out of memory; the shards that are done stay. Give the same "
            "command again, with fewer --workers if that is the cause"
        ) from error
    finally:
        ended.value = 1
        pool.shutdown(cancel_futures=True)


def _begin(task: Task, count: Any, ended: Any) -> None:
    global _make_step, _count
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _count = count
    # Models are loaded with the first shard: what goes wrong here is told by no more than that the pool is broken.
    _make_step = cache(lambda: Step(task, ended=lambda: bool(ended.value)))


def _make(shard: Shard) -> Made:
    assert _make_step is not None
    return shard.number, _make_step()(shard, _add)


def _add(done: int, rejected: int) -> None:
    with _count.get_lock():
        _count[0] += done
        _count[1] += rejected


def _end_with_parent() -> None:
    """A worker whose run was killed must not go on writing beside the next one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are started meanwhile do not hear Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
