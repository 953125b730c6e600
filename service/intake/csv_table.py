"""The rows of a CSV or TSV file, with the line that each begins on; what is wrong with a table is said, not guessed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

from newstance.models.errors import InputError

from .door import refuse_no_file

_DELIMITERS = (",", ";", "\t", "|")
_LINE_CHARACTERS = 20_000_000  # of a line, and of all lines of a row; as much as of a line of JSON


def csv_rows(path: Path, delimiter: str = "") -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The rows of a table whose first line names its columns, each with its line; the reason where there is none.

    Args:
        path: The file.
        delimiter: What stands between cells; "" recognizes it in the first line.

    Raises:
        InputError: It is no regular file, its first line is too long to name columns, or two columns have one name.
    """
    refuse_no_file(path)
    # For the whole process, so never lower than others set it; what bounds a row here are its lines.
    csv.field_size_limit(max(csv.field_size_limit(), _LINE_CHARACTERS))
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = delimiter or _delimiter_of(file, "\t" if path.suffix == ".tsv" else ",")
        # Strict, since else a quotation mark that nothing closes takes the following rows into its cell.
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        columns: list[str] = []
        while True:
            line = lines.begin_row()  # a quoted cell may run over several lines
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _TooLongError as error:
                if not columns:
                    raise InputError(f"{path.name}, line {lines.number}: {error}; give a table") from None
                last = lines.number
                lines.pass_row(delimiter)
                for lost in range(line, lines.number + 1):
                    yield lost, str(error) if lost == last else f"is in one row with line {last}, which is too long"
                continue
            except csv.Error as error:
                yield from _unread(line, lines.number, error)
                continue
            if not columns:
                columns = cells
                _refuse_twins(columns, path.name)
            elif len(cells) > len(columns):
                yield line, f"has more cells than the {len(columns)} columns of the first line"
            elif cells:
                yield line, dict(zip_longest(columns, cells))


class _TooLongError(Exception):
    """A line is too long to be held, or a row."""


class _Lines:
    """The lines of a file; one that is too long is passed by unread, with an error, and one that makes a row so.

    Attributes:
        number: How many lines were passed.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._first = 1  # line of the row
        self._held = 0  # characters of the row
        self._last = ""  # line; for one that is too long, a quotation mark if their number in it is odd
        self.number = 0

    def begin_row(self) -> int:
        """The line that a row begins on, which is the next one."""
        self._first, self._held = self.number + 1, 0
        return self._first

    def pass_row(self, delimiter: str) -> None:
        """Pass what is left of a row that is too long."""
        # The reader asks for a row's second line only where a quotation mark is open.
        mark = '"' if self.number > self._first else ""
        while _goes_on(mark + self._last, delimiter):
            mark, self._held = '"', 0
            try:
                next(self)
            except _TooLongError:
                pass
            except StopIteration:
                return

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == _LINE_CHARACTERS and not line.endswith(("\n", "\r")):
            marks = 0
            while line and not line.endswith(("\n", "\r")):
                marks += line.count('"')
                line = self._file.readline(_LINE_CHARACTERS)
            self._last = '"' * ((marks + line.count('"')) % 2)
            raise _TooLongError(f"the line has more than {_LINE_CHARACTERS:,} characters")
        self._last = line
        self._held += len(line)
        if self._held > _LINE_CHARACTERS:
            raise _TooLongError(f"the row has more than {_LINE_CHARACTERS:,} characters")
        return line


def _goes_on(line: str, delimiter: str) -> bool:
    """Whether a quotation mark is open at the end of a line that begins outside of any."""
    try:
        next(csv.reader([line], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _delimiter_of(file: TextIO, usual: str) -> str:
    """What makes most columns of a file's first line; the usual one if another makes no more."""
    first = file.readline(_LINE_CHARACTERS)
    file.seek(0)
    columns = {mark: first.count(mark) for mark in (usual, *_DELIMITERS)}
    return max(columns, key=columns.__getitem__)


def _refuse_twins(columns: list[str], name: str) -> None:
    twins = [column for column, count in Counter(columns).items() if column and count > 1]
    if twins:
        raise InputError(f"{name}, line 1: two columns are called {twins[0]!r}; give each a name of its own")


def _unread(line: int, last: int, error: csv.Error) -> Iterator[tuple[int, str]]:
    """What is said of each line that the reader went through before it gave up on a row."""
    if last == line and "unexpected end" not in str(error):
        yield line, f"is no row of a table ({error})"
        return
    inside = f"; lines {line + 1} to {last} are inside of it" if last > line else ""
    yield line, f"a quotation mark is opened and not closed{inside}"
    for lost in range(line + 1, last + 1):
        yield lost, f"is inside of the quotation mark that is opened on line {line}"
