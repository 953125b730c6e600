"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..disk import make_folder, whole


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """As ``whole``, in a folder that is made if it is not there."""
    path = Path(path)
    make_folder(path.parent)
    with whole(path) as unfinished:
        yield unfinished
