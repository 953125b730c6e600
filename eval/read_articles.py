"""The articles that shipped lists and marks are about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from newstance.models.article_texts import ArticleTexts

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
    texts = ArticleTexts(data, made_for)
    return [texts.of({"file": ARTICLES, **row}) for row in rows]
