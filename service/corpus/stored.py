"""A run's folder, read back: ``Run(folder).frame("stances")``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newstance.models.errors import InputError

from .tables import arrow, as_frame, schema

if TYPE_CHECKING:
    import pandas
    import pyarrow

HEADER, DONE, REJECTED = "run.json", "done", "rejected.jsonl"
_AGAIN = "give the command of the run again, and it makes that part anew"


class Run:
    """A run's folder. Only shards that are complete count; one that is being written is not seen.

    Args:
        folder: One that ``newstance run`` wrote, finished or not.

    Raises:
        InputError: It is none.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not (self.folder / HEADER).is_file():
            raise InputError(f"{folder} is no run: it has no {HEADER}; give the folder that newstance run wrote")

    @cached_property
    def header(self) -> dict[str, Any]:
        """What ``run.json`` says.

        Raises:
            InputError: It is damaged.
        """
        return _json(self.folder / HEADER)

    def shards(self) -> list[int]:
        """The numbers of the complete shards, in order."""
        return sorted(int(path.stem) for path in (self.folder / DONE).glob("*.json") if path.stem.isdigit())

    def file(self, table: str, shard: int) -> Path:
        """Where a table of a shard lies."""
        return self.folder / table / f"{shard:06}.parquet"

    def parts(self, table: str, damaged: str = "raise", shards: Sequence[int] | None = None) -> Iterator[pyarrow.Table]:
        """A table shard by shard, so that it need not fit into memory.

        Args:
            table: One of ``TABLES``.
            damaged: ``raise`` stops at a file that cannot be read; ``skip`` goes on with the next.
            shards: Of which ones; None takes those that are complete when the first is asked for.

        Raises:
            InputError: There is no such table, or a file of it is missing or damaged.
            ConfigError: pyarrow is not installed.
        """
        pa, columns = arrow(), schema(table)
        for shard in self.shards() if shards is None else shards:
            file = self.file(table, shard)
            try:
                yield pa.parquet.read_table(file, schema=columns, page_checksum_verification=True)
            except (OSError, pa.ArrowException) as error:
                if damaged == "raise":
                    raise InputError(f"{file} is damaged or missing ({_short(error)}); {_AGAIN}") from error

    def table(self, table: str, damaged: str = "raise") -> pyarrow.Table:
        """A whole table, in Arrow's form; takes and raises what ``parts`` does."""
        return arrow().concat_tables([schema(table).empty_table(), *self.parts(table, damaged)])

    def frame(self, table: str = "stances", damaged: str = "raise") -> pandas.DataFrame:
        """A whole table as a pandas DataFrame; takes and raises what ``parts`` does."""
        return as_frame(self.table(table, damaged))

    def rejected(self) -> Iterator[dict[str, Any]]:
        """The records that gave no rows: ``file``, ``line``, ``id`` and ``reason`` of each, in order."""
        for shard in self.shards():
            yield from _json(self.folder / DONE / f"{shard:06}.json").get("rejected", [])


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file} is damaged or missing ({_short(error)}); {_AGAIN}") from error
    if not isinstance(found, dict):
        raise InputError(f"{file} is damaged (it holds no object); {_AGAIN}")
    return found


def _short(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).partition("\n")[0][:200]
