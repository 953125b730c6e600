"""Articles that shipped lists and marks are about: other people's, so they stay in the data folder, known by hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from newstance.models.errors import ConfigError, InputError

from .records import file_records

ARTICLES = "articles/train.jsonl"


def texts_of(rows: Sequence[dict[str, Any]], made_for: str, data: Path) -> list[str]:
    """The texts of articles, as they were when somebody read them.

    Args:
        rows: Each with ``id`` and ``sha256`` of an article's text.
        made_for: The file that the rows come from.
        data: The folder that holds the labelled sets.

    Returns:
        One text for each row, in the same order.

    Raises:
        ConfigError: The articles are not there.
        InputError: An article is missing, or is not the one that was read.
    """
    path = data / ARTICLES
    if not path.is_file():
        raise ConfigError(f"there is no file {path}; --data names the folder that holds the labelled sets")
    known = {row["id"]: row["article"] for _, row in file_records(path) if isinstance(row, dict)}
    texts = []
    for row in rows:
        text = known.get(row["id"])
        if text is None or hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
            raise InputError(
                f"{path}: the article {row['id']} is {'missing' if text is None else 'not the one that was read'}; "
                f"use the file that {made_for} was made on, or take its row out"
            )
        texts.append(text)
    return texts
