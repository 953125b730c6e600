"""What hears how far a run is, and what tells it to end."""

from __future__ import annotations

import threading


class Watch:
    """Hears how far a run is, and says when it is to end; this one hears nothing and ends nothing.

    Attributes:
        finish: Set to begin no more shards.
        abandon: Set to leave those that are at work, too.
    """

    def __init__(self) -> None:
        self.finish = threading.Event()
        self.abandon = threading.Event()

    def looking(self, records: int) -> None:
        """So many records have been counted; called now and then."""

    def begin(self, records: int, done: int) -> None:
        """There are so many records, and so many of them were done before."""

    def advance(self, done: int, rejected: int) -> None:
        """So many more are done, some of which were rejected."""
