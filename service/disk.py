"""Files that are there whole or not at all, folders that one run at a time works in, and errors of disks in words."""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError

_HALVES = re.compile("[\ud800-\udfff]")


def readable(value: Any, indent: int | None = None) -> str:
    """JSON that people can read; halves of surrogate pairs, which no file can hold, are escaped in it."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return json.dumps(value, indent=indent) if _HALVES.search(text) else text


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, if they are not there.

    Raises:
        InputError: It cannot be made.
    """
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Another path to write a file at; it gets its own when all is written, and is on disk by then.

    Each writer has a folder of its own for it, so that several do not get in each other's way.

    Raises:
        InputError: It cannot be written; nothing of it is left.
    """
    with (
        told(path),
        tempfile.TemporaryDirectory(prefix=".newstance-", dir=path.parent, ignore_cleanup_errors=True) as folder,
    ):
        unfinished = Path(folder) / path.name
        yield unfinished
        with unfinished.open("rb+") as file:  # Windows brings to disk only what may be written
            os.fsync(file.fileno())
        unfinished.replace(path)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all. Halves of surrogate pairs become question marks.

    Raises:
        InputError: It cannot be written.
    """
    with whole(path) as unfinished:
        unfinished.write_bytes(text.encode("utf-8", errors="replace"))


def write_json(path: Path, value: Any) -> None:
    """Write JSON that people can read, whole or not at all; raises as ``write_whole``."""
    write_whole(path, readable(value, indent=2) + "\n")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Errors of the system in plain words, with what to do."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = (
            "make room, and give the same command again: a run goes on where it stopped"
            if is_full
            else "choose another folder, or let yourself write there"
        )
        raise InputError(f"{path} cannot be written: {error.strerror or error}; {remedy}") from error


@contextmanager
def only_run_in(folder: Path) -> Iterator[None]:
    """Keep a second run out of a folder while the first one works there.

    The lock is the operating system's own, so it goes with a killed process.

    Raises:
        InputError: Another run is at work there, or nobody may write there.
    """
    from filelock import FileLock, Timeout

    make_folder(folder)
    lock = FileLock(folder / ".lock")
    with told(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise InputError(f"another run is at work in {folder}; wait for it, or choose another --out") from error
    try:
        yield
    finally:
        lock.release()
