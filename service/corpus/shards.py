"""Shards of a run: a fixed number of records each; on disk a file for each table, and a marker once all are there."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..disk import told
from .records import Record
from .stored import DONE
from .tables import TABLES, Rows, arrow, as_table

SIZE = 100  # records: some minutes of work, which a kill costs at most, and files of a handy size


@dataclass(frozen=True)
class Shard:
    """Records that are worked on together.

    Attributes:
        number: From 0.
        records: In the order of the inputs.
    """

    number: int
    records: tuple[Record, ...]


def shards_of(records: Iterable[Record], size: int = SIZE) -> Iterator[Shard]:
    """All records, in shards. One that holds and is called the same as one before it is told as such."""
    known = _Known()
    told_apart = (_told_apart(number, record, known) for number, record in enumerate(records))
    number = 0
    while chosen := tuple(islice(told_apart, size)):
        yield Shard(number, chosen)
        number += 1


def add_to(digest: Any, record: Record) -> None:
    """Add to a hash what a record holds and where it stands."""
    digest.update(json.dumps([record.place, record.digest]).encode())


def _told_apart(number: int, record: Record, known: _Known) -> Record:
    if record.problem:
        return record
    first, place = known.first(record, number)
    return record if first == number else record.refused(f"the same as {place}, which is read")


class _Known:
    """Which record first held something: on disk, since a run may have more than fit into memory."""

    def __init__(self) -> None:
        # A name of nothing is a file of its own, which goes with the connection.
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.execute("create table known (digest blob primary key, number integer, place text) without rowid")

    def first(self, record: Record, number: int) -> tuple[int, str]:
        key = bytes.fromhex(record.digest)[:16]
        self._db.execute("insert or ignore into known values (?, ?, ?)", (key, number, record.place))
        first, place = self._db.execute("select number, place from known where digest = ?", (key,)).fetchone()
        return first, place


def write_shard(folder: Path, number: int, rows: Rows, rejected: Sequence[Mapping[str, Any]] = (), **more: Any) -> None:
    """Write a shard: its tables under other names, then all of them by rename, then its marker.

    Args:
        folder: Of the run.
        number: Of the shard, from 0.
        rows: By table.
        rejected: Of its records, those that gave no rows.
        more: What else the marker says.

    Raises:
        InputError: It cannot be written, as on a full disk; nothing of it is left.
    """
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        try:
            for table in TABLES:
                with (unfinished / table).open("wb") as file:
                    found = as_table(table, rows.get(table, []))
                    arrow().parquet.write_table(found, file, compression="zstd", write_page_checksum=True)
                    _to_disk(file)
            marker = {
                **more,
                "rows": {table: len(rows.get(table, [])) for table in TABLES},
                "bytes": {table: (unfinished / table).stat().st_size for table in TABLES},
                "rejected": list(rejected),
            }
            with (unfinished / DONE).open("w", encoding="utf-8") as file:
                json.dump(marker, file, ensure_ascii=False)
                _to_disk(file)
            for name in (*TABLES, DONE):
                (folder / name).mkdir(exist_ok=True)
                (unfinished / name).replace(path_of(folder, name, number))
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


_UNFINISHED = ".part-"


def path_of(folder: Path, name: str, number: int) -> Path:
    """Where a table of a shard lies, or its marker, whose ``name`` is ``done``."""
    return folder / name / f"{number:06}.{'json' if name == DONE else 'parquet'}"


def remove_unfinished(folder: Path) -> None:
    """Remove what killed runs left of shards that they were writing."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def marker_of(folder: Path, number: int, key: str) -> dict[str, Any] | None:
    """What the marker of a shard says; None if the shard is not there, is damaged, or was made by another run.

    Args:
        folder: Of the run.
        number: Of the shard.
        key: What the run names its shards by.
    """
    try:
        marker = json.loads(path_of(folder, DONE, number).read_text(encoding="utf-8"))
        sizes = {table: path_of(folder, table, number).stat().st_size for table in TABLES}
    except (OSError, ValueError, RecursionError):
        return None
    return marker if isinstance(marker, dict) and (marker.get("key"), marker.get("bytes")) == (key, sizes) else None


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
