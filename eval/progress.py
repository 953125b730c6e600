"""A bar on standard error that tells how far a run is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .runs import Advance


@contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """A bar with rate and time left on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        rate,
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def advance(done: int, total: int) -> None:
            # The first call tells what is on disk already; counted as work, it would spoil the rate.
            if not progress.tasks:
                progress.add_task(title, total=total, completed=done, rate="")
                return
            task = progress.tasks[0]
            progress.update(task.id, advance=done)
            if task.speed:
                progress.update(task.id, rate=f"{task.speed:.1f}/s")

        yield advance
