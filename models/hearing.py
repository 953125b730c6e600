"""Long work that hears when nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
# Called by the work wherever it can stop; raises to stop it. Takes and ignores whatever a progress hook is handed.
Heard = Callable[..., None]
_EVERY = 200  # items; a few milliseconds of the slowest loops


def unheard(*_: object) -> None:
    """What work calls that nobody can stop."""


def listening(items: Iterable[Item], heard: Heard) -> Iterator[Item]:
    """The items of a loop that hears every few of them."""
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            heard()
        yield item
