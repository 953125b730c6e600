"""How many analyses run at once, how many may wait, and when work is given up."""

from __future__ import annotations

import asyncio
import contextvars
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from newstance.models.errors import NewstanceError
from newstance.models.hearing import Heard, until

Result = TypeVar("Result")
# A new time counts this much in the running mean that the waiting time is told from.
_NEW = 0.2


class BusyError(NewstanceError):
    """There is no room in the queue, or none came free in time.

    Attributes:
        retry_after: Seconds until it makes sense to ask again.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooSlowError(NewstanceError):
    """The work took longer than one request may take."""


class Gate:
    """Lets a few pieces of work run in threads of its own; some wait in order of arrival, the rest are sent away.

    Work whose caller is cancelled, or whose time is over, leaves the queue; if it runs already, it is told at the
    next ``heard()`` and keeps its place until it has really ended, so no more than ``at_once`` ever run.

    Args:
        at_once: How many run.
        waiting: How many wait beside them.
        seconds: How long one may run, and how long it may wait before.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self.at_once = at_once
        self.running = 0
        self.waiting = 0
        self._most_waiting = waiting
        self._seconds = seconds
        self._slots = asyncio.Semaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="newstance-analysis")
        self._mean = 1.0  # seconds that a piece of work takes

    async def run(self, work: Callable[[Heard], Result]) -> Result:
        """Do a piece of work in a thread.

        Args:
            work: Handed ``heard``, which it calls wherever it can stop.

        Raises:
            BusyError: Too many wait, or no place came free in time.
            TooSlowError: The work was given up.
        """
        await self._enter()
        given_up = threading.Event()
        start = time.perf_counter()

        def leave(done: asyncio.Future[Result]) -> None:
            done.exception()  # nobody may be left to see it, and asyncio would print it
            self._mean += _NEW * (time.perf_counter() - start - self._mean)
            self.running -= 1
            self._slots.release()

        run = contextvars.copy_context().run
        future = asyncio.get_running_loop().run_in_executor(self._threads, run, work, until(given_up))
        future.add_done_callback(leave)
        try:
            done, _ = await asyncio.wait({future}, timeout=self._seconds)
        finally:
            given_up.set()
        if not done:
            raise TooSlowError(
                f"this takes longer than the {self._seconds:g} seconds that one request may take; "
                "give a shorter text or fewer targets, or leave the summary out"
            )
        return future.result()

    def close(self) -> None:
        """Start nothing more; does not wait for what runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def retry_after(self) -> int:
        """Seconds until a place in the queue should come free."""
        return max(1, math.ceil(self._mean * (self.waiting + 1) / self.at_once))

    async def _enter(self) -> None:
        if self._slots.locked() and self.waiting >= self._most_waiting:
            raise BusyError(
                f"the server is busy: {self.running} analyses run and {self.waiting} wait; "
                f"try again in {self.retry_after} s",
                self.retry_after,
            )
        self.waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise BusyError(
                f"the server is busy: no analysis could begin within {self._seconds:g} s; "
                f"try again in {self.retry_after} s",
                self.retry_after,
            ) from None
        finally:
            self.waiting -= 1
        self.running += 1
