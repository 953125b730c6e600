"""The records of a table in a file: JSON lines, CSV or Parquet, read as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from newstance.configs.extras import lacking
from newstance.models.errors import ConfigError, InputError

from .csv_table import csv_rows
from .door import refuse_no_file

if TYPE_CHECKING:
    import pyarrow

# A record, or the reason why there is none, with its line.
Records = Iterator[tuple[int, dict[str, Any] | str]]
SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
LINE_BYTES = 20_000_000  # of a record in JSON; an article of the 5 MB that are read of a text file may take this
_BATCH = 100  # rows of Parquet that are held at a time


def file_records(path: Path, delimiter: str = "") -> Records:
    """The records of a file, of the kind that its ending says.

    Args:
        path: The file.
        delimiter: What stands between the cells of a CSV or TSV file; "" recognizes it.

    Raises:
        ConfigError: It is of no kind that is read, or what reads it is not installed.
        InputError: It is no regular file, or not what its ending says, as a whole; single bad rows are told as such.
    """
    # The text formats are read here and not by ``datasets``, which forgets lines: one bad row there is an
    # error without a place, or a column that silently changes its type.
    suffix = path.suffix.lower()
    try:
        if suffix in (".jsonl", ".ndjson", ".json"):
            yield from _jsonl_records(path)
        elif suffix in (".csv", ".tsv"):
            yield from csv_rows(path, delimiter)
        elif suffix == ".parquet":
            yield from _parquet_records(path)
        else:
            raise ConfigError(f"{path} is none of .jsonl, .csv, .tsv and .parquet")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no table in UTF-8 ({error}); save it in UTF-8") from error


def _jsonl_records(path: Path) -> Records:
    refuse_no_file(path)
    with path.open("rb") as file:
        for line, content in enumerate(_lines(file), 1):
            if content is None:
                yield line, f"the line has more than {LINE_BYTES // 1_000_000} MB"
                continue
            try:
                text = content.decode("utf-8-sig" if line == 1 else "utf-8")
                record = json.loads(text) if text.strip() else None
            except UnicodeDecodeError as error:
                yield line, f"is not in UTF-8 ({error}); save it in UTF-8"
                continue
            except json.JSONDecodeError as error:
                yield line, f"column {error.colno} of the line: no valid JSON ({error.msg})"
                continue
            except RecursionError:
                yield line, "no valid JSON: it is nested too deeply"
                continue
            except ValueError as error:  # Python reads no numbers of more than some thousand digits
                yield line, f"no JSON that can be read: {error}"
                continue
            if text.strip():
                yield line, record if isinstance(record, dict) else f"expected a JSON object, got {text.strip()[:40]}"


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Line by line, and None for one that is too long to be held."""
    while content := file.readline(LINE_BYTES):
        if content.endswith(b"\n") or len(content) < LINE_BYTES:
            yield content
            continue
        while (content := file.readline(LINE_BYTES)) and not content.endswith(b"\n"):
            pass
        yield None


def _parquet_records(path: Path) -> Records:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise lacking("Parquet is read by pyarrow", "corpus") from error
    line = 0
    try:
        refuse_no_file(path)
        with ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH):
                for record in _rows(batch):
                    line += 1
                    yield line, record
    except (ArrowException, OSError) as error:
        raise InputError(f"{path.name} could not be read as Parquet ({error})") from error


def _rows(batch: pyarrow.RecordBatch) -> Iterator[dict[str, Any] | str]:
    """Rows as Python has them; for one that holds what Python has not, such as a day in the year 10,000, the reason."""
    try:
        yield from batch.to_pylist()
    except (ArithmeticError, LookupError, ValueError) as error:
        if batch.num_rows == 1:
            yield f"it holds a value that cannot be read ({error})"
            return
        for row in range(batch.num_rows):
            yield from _rows(batch.slice(row, 1))
