"""The words that the rules of reading go by: lists in ``lang/en``, one file for each theme.

What stands there is common in the news, and no name: names come from the article, and countries from ``places``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "lang" / "en"


def words(theme: str, name: str) -> frozenset[str]:
    """A list of words, all in small letters.

    Args:
        theme: The file that it is in.
        name: What it is called there.
    """
    return frozenset(_theme(theme)[name].split())


@cache
def _theme(theme: str) -> dict[str, str]:
    lists: dict[str, str] = yaml.safe_load((FOLDER / f"{theme}.yaml").read_text(encoding="utf-8"))
    return lists
