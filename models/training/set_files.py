"""Files of labelled sets that a recipe names: under the data root, or ours, which lie with newstance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field

from newstance.configs import Settings

from ..article_texts import ArticleTexts
from ..errors import ConfigError

Share = Annotated[float, Field(ge=0, le=1)]

Record = TypeVar("Record")

SHIPPED = Path(__file__).parent / "data"  # rows of our own


class SetFile(Settings):
    """A set's file and how much of it is drawn from; each kind of set adds what is made of it.

    Attributes:
        name: What the log and the model card call it.
        file: JSON lines, a path under the data root.
        shipped: The file lies with newstance instead, in ``models/training/data``.
        terms: Its licence or terms.
        part: The share of the file to draw from; keeps training, development and test articles of one file apart.
    """

    name: str
    file: str
    shipped: bool = False
    terms: str
    part: tuple[Share, Share] = (0.0, 1.0)


def records_of(labelled: SetFile, data: Path) -> list[dict[str, Any]]:
    """The part of a set's JSON lines that is drawn from.

    Raises:
        ConfigError: The file is missing.
    """
    path = (SHIPPED if labelled.shipped else data) / labelled.file
    if not path.is_file():
        raise ConfigError(f"{labelled.name}: there is no file {path}; --data names the folder that holds the sets")
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return part_of(records, labelled.part)


def part_of(records: Sequence[Record], part: tuple[float, float]) -> list[Record]:
    """The records between two shares of all, in their order."""
    low, high = (round(share * len(records)) for share in part)
    return list(records[low:high])


def with_articles(records: Iterable[dict[str, Any]], labelled: SetFile, data: Path) -> list[dict[str, Any]]:
    """Records with the text of the ``article`` that each is about; raises as ``ArticleTexts.of``."""
    texts = ArticleTexts(data, labelled.file)
    return [{**record, "article": texts.of(record)} for record in records]
