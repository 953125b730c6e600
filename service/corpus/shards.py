"""Shards of a run on disk: a file for each table, and a marker once all of them are there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .stored import DONE
from .tables import TABLES, Rows, arrow, as_table


def write_shard(folder: Path, number: int, rows: Rows, rejected: Sequence[Mapping[str, Any]] = (), **more: Any) -> None:
    """Write a shard: its tables under other names, then all of them by rename, then its marker.

    Args:
        folder: Of the run.
        number: Of the shard, from 0.
        rows: By table.
        rejected: Of its records, those that gave no rows.
        more: What else the marker says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".part-", dir=folder))
    try:
        for table in TABLES:
            arrow().parquet.write_table(
                as_table(table, rows.get(table, [])), unfinished / table, compression="zstd", write_page_checksum=True
            )
        marker = {"rows": {table: len(rows.get(table, [])) for table in TABLES}, "rejected": list(rejected), **more}
        (unfinished / DONE).write_text(json.dumps(marker, ensure_ascii=False), encoding="utf-8")
        for name in (*TABLES, DONE):
            (folder / name).mkdir(exist_ok=True)
            (unfinished / name).replace(folder / name / f"{number:06}.{'json' if name == DONE else 'parquet'}")
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
