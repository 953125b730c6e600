"""Corrections in a file of the user's: JSON lines that are only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from newstance.models.errors import InputError

from .record import LONGEST_TEXT, Correction

_LONGEST_LINE = 8 * LONGEST_TEXT  # bytes; a character takes up to six where it is escaped
_MOST_BYTES = 2_000_000_000  # a hundred thousand rows of long articles; nobody fills a server's disk by corrections
_WAIT = 10.0  # seconds for others who write; each takes a moment


class CorrectionFile:
    """A file of corrections. Several processes may add to it at once.

    Args:
        path: JSON lines, each with the fields of ``Correction``; made when something is first added.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def append(self, corrections: Sequence[Correction]) -> None:
        """Add corrections, all of them or none, and wait until they are on disk.

        Raises:
            InputError: The file cannot be written, or others keep it locked.
        """
        from filelock import FileLock, Timeout

        data = b"".join(json.dumps(one.to_dict(), ensure_ascii=False).encode() + b"\n" for one in corrections)
        if not data:
            return
        try:
            with FileLock(self.path.with_name(self.path.name + ".lock"), timeout=_WAIT):
                self._append(data)
        except Timeout:
            raise InputError(f"{self.path} has been locked for {_WAIT:.0f} s; who else writes to it?") from None
        except OSError as error:
            raise InputError(
                f"{self.path} cannot be written: {error.strerror or error}; name a file in a folder that is yours"
            ) from error

    def _append(self, data: bytes) -> None:
        with self.path.open("ab+") as file:
            before = file.seek(0, os.SEEK_END)
            if before + len(data) > _MOST_BYTES:
                raise InputError(f"{self.path} is full: it holds {before:,} bytes; begin another file")
            if before:
                file.seek(before - 1)
                if file.read(1) != b"\n":  # somebody wrote by hand, or a disk was full
                    data = b"\n" + data
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise

    def read(self) -> list[Correction]:
        """All corrections, in the order in which they were added.

        Raises:
            InputError: The file is missing, or a line is no correction; the message names file and line.
        """
        return list(self._rows())

    def _rows(self) -> Iterator[Correction]:
        try:
            with self.path.open("rb") as file:
                number = 0
                while line := file.readline(_LONGEST_LINE + 1):
                    number += 1
                    if line.strip():
                        yield self._row(line, number)
        except OSError as error:
            raise InputError(f"the corrections in {self.path} cannot be read: {error.strerror or error}") from error

    def _row(self, line: bytes, number: int) -> Correction:
        try:
            if len(line) > _LONGEST_LINE:
                raise InputError(f"the line has more than {_LONGEST_LINE:,} bytes")
            values = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            if not isinstance(values, dict):
                raise InputError(f"a JSON object is expected, and not {str(values)[:40]!r}")
            return Correction.from_dict(values)
        except (InputError, ValueError, RecursionError) as error:
            raise InputError(
                f"{self.path}:{number}: no correction: {error}; correct the line, or take it out"
            ) from error


def read_all(paths: Iterable[str | Path]) -> list[Correction]:
    """The corrections of several files, one after the other; raises as ``CorrectionFile.read``."""
    return [correction for path in paths for correction in CorrectionFile(path).read()]


def latest(corrections: Iterable[Correction]) -> list[Correction]:
    """The last word of each coder on each cell, by time, of equal times the later row; in the order of the words."""
    words: dict[tuple[str, ...], Correction] = {}
    for correction in sorted(corrections, key=lambda one: one.when):
        key = (correction.coder, *correction.cell)
        words.pop(key, None)
        words[key] = correction
    return list(words.values())
