"""Marked articles, and what is counted in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from newstance.service import Actor
from newstance.service.reading.actors import match_actor

from ..actors import has_name
from ..document import Table
from ..halves import Half
from ..metrics import Measure, mean_of_totals
from ..read_articles import texts_of
from ..records import shipped_rows

Part = Literal["quotations", "pronouns", "actors"]


@dataclass(frozen=True)
class Marked:
    """An article and the marks in it.

    Attributes:
        id: The article's.
        text: As the marks count its characters.
        marks: The shipped row; ``eval/data/marks/README.md`` says what is in it.
    """

    id: str
    text: str
    marks: dict[str, Any]


@dataclass
class Counted:
    """What was counted in one article.

    Attributes:
        shares: By name of a measure: how many, and of how many.
        errors: What is wrong, one line each.
    """

    shares: dict[str, tuple[int, int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def marked_articles(part: Part, data: Path, half: Half | None = None) -> list[Marked]:
    """The articles with marks of one kind.

    Args:
        part: Which marks.
        data: The folder that holds the labelled sets.
        half: "first" to choose by, "second" to report; None takes both.

    Raises:
        ConfigError: The articles are not there.
        InputError: An article is missing, or is not the one that was marked.
    """
    name = f"marks/{part}.jsonl"
    rows = [row for row in shipped_rows(name) if half in (None, row["half"])]
    texts = texts_of(rows, name, data)
    return [Marked(row["id"], text, row) for row, text in zip(rows, texts, strict=True)]


def is_one_of(actor: Actor, names: Sequence[str], actors: Sequence[Actor]) -> bool:
    """Whether one of some names is an actor's own, or means it among the actors of its article."""
    return has_name(actor, names) or any(match_actor(name, actors) is actor for name in names)


def shares_table(counted: Sequence[Counted]) -> Table:
    """The shares over all articles, with intervals that resample articles.

    Args:
        counted: One for each article, all with the same measures; at least one.
    """
    lines = []
    for name in counted[0].shares:
        by_article = np.array([one.shares[name] for one in counted], dtype=float)  # (articles, 2)
        hits, among = by_article.sum(axis=0)
        lines.append([name, f"{hits:.0f}", f"{among:.0f}", Measure(by_article, mean_of_totals).estimate().as_text()])
    return Table(["", "count", "n", "share (95 % interval)"], lines)
