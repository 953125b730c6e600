"""What a run reads, as a stream of records: files, folders, patterns, tables, lists of addresses; in a fixed order."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from newstance.models.errors import InputError

from ..article import SUFFIXES, clean
from ..intake.table_file import SUFFIXES as TABLES
from ..intake.table_file import file_records
from .records import COLUMNS, Record
from .stored import DONE, HEADER, REJECTED
from .tables import TABLES as WRITTEN_TABLES

_WRITTEN = (HEADER, DONE, REJECTED, *WRITTEN_TABLES)
_ADDRESS_CHARACTERS = 10_000  # of a line in a list; browsers take a fifth of it


@dataclass(frozen=True)
class Inputs:
    """What a run reads.

    Attributes:
        given: Files, folders, patterns such as ``news/**/*.txt`` and web addresses. A table (``.jsonl``, ``.csv``,
            ``.tsv``, ``.parquet``) gives a record for each row; of a folder everything is read that is below it.
        addresses: Files that hold one address in each line; empty lines and those that begin with # are left out.
        columns: What a table's column is called that is not called as usual, by its name in ``records.COLUMNS``.
        limit: How many records are read at most.
        leave_out: A folder that is not looked into: where the run writes.
    """

    given: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    leave_out: Path | None = None

    def __post_init__(self) -> None:
        if not self.given and not self.addresses:
            raise InputError("there is nothing to read; name files, folders or tables, or a list by --addresses FILE")
        if unknown := [name for name in self.columns if name not in COLUMNS]:
            raise InputError(f"no column is called {unknown[0]!r} here; there are {', '.join(COLUMNS)}")

    def records(self) -> Iterator[Record]:
        """All records, in the same order each time; the names in one folder are the most that is held at once.

        Raises:
            InputError: Something that was named is not there, or a folder holds nothing that is read.
        """
        return islice(self._records(), self.limit)

    def _records(self) -> Iterator[Record]:
        for name in self.given:
            if "://" in name:
                yield _address(name, name, 0)
                continue
            for path in _paths(name):
                if path.is_dir():
                    yield from self._folder(path)
                elif not self._is_written(path):
                    yield from self._file(path)
        for name in self.addresses:
            yield from self._list(Path(name))

    def _folder(self, folder: Path) -> Iterator[Record]:
        if self.leave_out is not None and folder.resolve() == self.leave_out.resolve():
            raise InputError(f"{folder} is where the run writes, and cannot be read, too; choose another --out")
        is_read = False
        for at, below, names in os.walk(folder, onerror=_unreadable):
            below[:] = sorted(name for name in below if not name.startswith(".") and not self._is_left_out(at, name))
            for name in sorted(name for name in names if not name.startswith(".")):
                path = Path(at, name)
                if path.suffix.lower() in (*SUFFIXES, *TABLES):
                    is_read = True
                    yield from self._file(path)
                else:
                    yield _whole(path).refused(f"files of this kind are not read; those that are: {_kinds()}")
        if not is_read:
            raise InputError(f"{folder} holds no article: nothing in it ends in {_kinds()}")

    def _is_written(self, path: Path) -> bool:
        """Whether the run itself writes a file: a pattern, unlike a folder, may lead there."""
        if self.leave_out is None or not path.resolve().is_relative_to(self.leave_out.resolve()):
            return False
        return path.resolve().relative_to(self.leave_out.resolve()).parts[0] in _WRITTEN

    def _is_left_out(self, at: str, name: str) -> bool:
        return self.leave_out is not None and Path(at, name).resolve() == self.leave_out.resolve()

    def _file(self, path: Path) -> Iterator[Record]:
        if path.suffix.lower() not in TABLES:
            yield _whole(path)
            return
        try:
            for line, row in file_records(path):
                yield Record.of_row(clean(str(path)), line, row, self.columns)
        except (InputError, OSError) as error:
            # The rows before it stand; where the table goes on after it, nobody knows.
            yield _whole(path).refused(f"the table cannot be read on: {error}")

    def _list(self, path: Path) -> Iterator[Record]:
        try:
            with path.open(encoding="utf-8-sig", errors="replace") as file:
                line = 0
                while text := file.readline(_ADDRESS_CHARACTERS + 1):
                    line += 1
                    is_comment = text.lstrip().startswith("#")
                    if len(text) > _ADDRESS_CHARACTERS and not text.endswith("\n"):
                        while (rest := file.readline(_ADDRESS_CHARACTERS)) and not rest.endswith("\n"):
                            pass
                        if not is_comment:
                            problem = f"the line has more than {_ADDRESS_CHARACTERS:,} characters"
                            yield _address("", str(path), line).refused(problem)
                    elif text.strip() and not is_comment:
                        yield _address(text.strip(), str(path), line)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _paths(name: str) -> list[Path]:
    if os.path.lexists(name):
        return [Path(name)]
    if not glob.has_magic(name):
        raise InputError(f"{name} is not there; check the name")
    found = sorted(map(Path, glob.glob(name, recursive=True)))  # noqa: PTH207 (Path.glob takes no absolute patterns)
    if not found:
        raise InputError(f"no file fits the pattern {name}; check it")
    return [path for path in found if not path.is_dir()] or found


def _whole(path: Path) -> Record:
    return Record(clean(str(path)), 0, "file", {"path": str(path)})


def _address(address: str, file: str, line: int) -> Record:
    return Record(clean(file), line, "address", {"address": clean(address)})


def _unreadable(error: OSError) -> None:
    raise InputError(f"the folder {error.filename} cannot be read: {error.strerror}") from error


def _kinds() -> str:
    return ", ".join((*SUFFIXES, *TABLES))
