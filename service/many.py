"""The same done to many, in order: while one is at work the next begins."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from newstance.models.hearing import Heard, Stopped

Item = TypeVar("Item")
Made = TypeVar("Made")
# While the stance model answers one article, the next is read: rules and models hardly take each other's time.
AT_ONCE = 2


def each(
    function: Callable[[Item, Heard], Made],
    items: Iterable[Item],
    at_once: int = AT_ONCE,
    ended: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Item, Made | Exception]]:
    """Each item with what a function makes of it, or raises; in order, and no further ahead than is at work.

    Args:
        function: Called in threads of its own, with what it calls now and then to hear whether it is still wanted.
        items: Taken one by one as there is room.
        at_once: How many are at work.
        ended: Whether somebody else has ended the work.
    """
    stop = threading.Event()

    def heard(*_: object) -> None:
        if stop.is_set() or ended():
            raise Stopped

    pool = ThreadPoolExecutor(at_once, "many")
    running: deque[tuple[Item, Future[Made]]] = deque()

    def first() -> tuple[Item, Made | Exception]:
        item, future = running.popleft()
        try:
            return item, future.result()
        except Exception as error:
            return item, error

    try:
        for item in items:
            running.append((item, pool.submit(function, item, heard)))
            if len(running) == at_once:
                yield first()
        while running:
            yield first()
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def one_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items; while one is worked on, the next is made."""
    iterator = iter(items)
    end = object()
    pool = ThreadPoolExecutor(1, "ahead")
    try:
        coming = pool.submit(next, iterator, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, iterator, end)
            yield item  # type: ignore[misc]  # what is not the end is an item
    finally:
        pool.shutdown(cancel_futures=True)
