"""One function over many items, by several processes that each load their models once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from ..pairs import limit_cores, usable_cores

Item = TypeVar("Item")
Result = TypeVar("Result")

_work: Callable[[Any], Any] | None = None  # of a process of a pool


def mapped(
    load: Callable[[], Callable[[Item], Result]], items: Sequence[Item], processes: int = 1, chunk: int = 8
) -> Iterator[Result]:
    """What a function says of each item, in order.

    Args:
        load: Makes the function; called once in each process, and picklable if there are several.
        items: What it is asked of; none needs no function.
        processes: How many work at the same time.
        chunk: Items that a process takes at a time.
    """
    if not items:
        return
    if processes == 1:
        yield from map(load(), items)
        return
    # Fresh processes, no forks: the threads of a model that is loaded here would hang there.
    spawn = multiprocessing.get_context("spawn")
    # Each with its share of the cores: with more threads than cores they wait for one another at every step.
    begun_with = (load, max(1, usable_cores() // processes))
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_begin, initargs=begun_with) as pool:
        yield from pool.map(_ask, items, chunksize=chunk)


def _begin(load: Callable[[], Callable[[Any], Any]], cores: int) -> None:
    global _work
    limit_cores(cores)
    _work = load()


def _ask(item: Any) -> Any:
    assert _work is not None
    return _work(item)
