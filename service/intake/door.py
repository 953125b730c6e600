"""The one way in which the bytes of a file come in."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from newstance.models.errors import InputError

# A FIFO that nobody writes to must not be waited for; Windows has neither FIFOs nor this flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FILES = (
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)

_PIECE = 1_000_000  # bytes


def read_file(path: Path, most: int) -> bytes:
    """The content of a regular file.

    Links are followed, and what they lead to is looked at. It is looked at before it is opened, since opening alone
    makes some devices act, and again once it is open, since it may have been changed between.

    Args:
        path: The file.
        most: The bytes that are read; a larger file is refused, whatever size the system says it has.

    Raises:
        InputError: It is missing, too large, or no regular file.
    """
    try:
        _check(path, path.stat())
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            _check(path, os.fstat(file.fileno()))
            return read_stream(file, most, str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # a null character in the name
        raise InputError(f"{str(path)!r} is no name of a file; give another") from error


def refuse_no_file(path: Path) -> None:
    """Look at a file before it is opened by who would wait for a pipe, or read a device without end.

    Raises:
        InputError: It is no regular file.
        OSError: It is not there.
    """
    _check(path, path.stat())


def read_stream(stream: BinaryIO, most: int, what: str) -> bytes:
    """All that a stream holds, up to its end.

    Args:
        stream: Opened for bytes.
        most: More bytes than these are refused.
        what: What an error calls it.

    Raises:
        InputError: It holds more.
    """
    # At once, room for all that is allowed would be taken, whatever there is.
    pieces, left = [], most + 1
    while left and (piece := stream.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    content = b"".join(pieces)
    if len(content) > most:
        raise InputError(f"{what} has more than {most / 1_000_000:g} MB; give the article alone")
    return content


def _check(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{path} cannot be read: Is a directory; give a file")
    for is_such, name in _NO_FILES:
        if is_such(found.st_mode):
            raise InputError(f"{path} is {name}, no file; save what it gives to a file, or give it on standard input")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} is no regular file; give one that is")
