"""Long work that hears when nobody waits for it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
# Called by the work wherever it can stop; raises to stop it. Takes and ignores whatever a progress hook is handed.
Heard = Callable[..., None]
_EVERY = 200  # items; a few milliseconds of the slowest loops


class Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """Nobody waits for the work any more."""


def unheard(*_: object) -> None:
    """What work calls that nobody can stop."""


def until(stop: threading.Event) -> Heard:
    """What work calls that goes on until an event is set; raises ``Stopped`` then."""

    def heard(*_: object) -> None:
        if stop.is_set():
            raise Stopped

    return heard


def listening(items: Iterable[Item], heard: Heard) -> Iterator[Item]:
    """The items of a loop that hears every few of them."""
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            heard()
        yield item
