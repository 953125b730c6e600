"""Work in a thread that tells how far it is, and can be told to stop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from newstance.models.hearing import until

Item = TypeVar("Item")
_HEARD_EVERY = 0.1  # seconds until a request to stop is noticed
_OVER = object()


def in_background(
    work: Callable[[Callable[[Item], None]], None], stop: threading.Event | None = None
) -> Iterator[Item]:
    """What some work tells, as soon as it tells it.

    Args:
        work: Runs in a thread; takes what it tells by. Telling raises ``Stopped`` in it once nobody listens.
        stop: Ends the work when it is set.

    Raises:
        Stopped: ``stop`` was set.
        Exception: What the work raised.
    """
    stop = stop or threading.Event()
    heard = until(stop)
    arrived: queue.SimpleQueue[object] = queue.SimpleQueue()

    def tell(item: Item) -> None:
        heard()
        arrived.put(item)

    failed: list[BaseException] = []

    def run() -> None:
        try:
            work(tell)
        except BaseException as error:  # raised below, where it is seen
            failed.append(error)
        finally:
            arrived.put(_OVER)

    threading.Thread(target=run, daemon=True).start()
    try:
        while True:
            heard()
            try:
                item = arrived.get(timeout=_HEARD_EVERY)
            except queue.Empty:
                continue
            if item is _OVER:
                break
            yield item  # type: ignore[misc]
        if failed:
            raise failed[0]
    finally:
        stop.set()
