"""Several articles side by side, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from newstance.service.analysis import Analysis
from newstance.service.article import Article
from newstance.service.comparison import ComparedActor, Comparison, Difference, Row

from .board import Cell, cell_of
from .evidence import drawer
from .fragments import fragment
from .wording import WORDS, count, flat, listed

_LABEL_LENGTH = 70
_MOST_SAID = 8  # sentences above the table, which has the rest
_DIFFERENCES: dict[Difference, tuple[str, str]] = {
    "contrary": ("≠", "opposite sides"),
    "partly": ("≈", "not all take the side"),
    "alike": ("=", "alike"),
    "alone": ("", "in one article only"),
}


def label_of(article: Article) -> str:
    """What an article is called where there is little room."""
    words = flat(article.title or article.text)
    return words if len(words) <= _LABEL_LENGTH else f"{words[: _LABEL_LENGTH - 1]}…"


class Line(NamedTuple):
    """A row of the table.

    Attributes:
        row: What is compared.
        is_first: Whether it is the first of its actor.
        named: How often each article names the actor.
        cells: One for each article.
        sign: How the articles differ.
        words: The same in words.
    """

    row: Row
    is_first: bool
    named: str
    cells: Sequence[Cell]
    sign: str
    words: str


def welcome() -> str:
    """What the tab says before articles are compared."""
    return fragment("compare", "welcome")


def chosen_articles(articles: Sequence[Article], most: int) -> str:
    """The articles that are to be compared, each with a button that takes it out."""
    named = [(label_of(article), _origin(article)) for article in articles]
    return fragment("compare", "chosen_articles", named, most)


def _origin(article: Article) -> str:
    words = count(len(article.text.split()), "word")
    return " · ".join(filter(None, (article.source, article.date, words)))


def summaries(
    articles: Sequence[Article],
    analyses: Mapping[int, Analysis],
    problems: Mapping[int, str],
    written: Mapping[int, str],
) -> str:
    """What is known of each article so far, beside each other.

    Args:
        articles: All that are compared.
        analyses: By the article's number; those that are there.
        problems: Why an article could not be analysed.
        written: What stands where a summary is not there yet.
    """
    columns = [
        (
            _letter(i),
            label_of(article),
            _origin(article),
            problems.get(i),
            analyses[i].summary if i in analyses else None,
            written.get(i, "Waiting…"),
        )
        for i, article in enumerate(articles)
    ]
    return fragment("compare", "summaries", columns)


def table(comparison: Comparison, names: Sequence[str], chosen: tuple[int, int] | None = None) -> str:
    """Actors and targets down, articles across; what differs is marked by a sign and words.

    Args:
        comparison: What is compared.
        names: What each of its articles is called, such as "A".
        chosen: Article and stance of the cell whose evidence is open.
    """
    shared = [row for row in comparison.rows if row.actor.articles > 1]
    alone = [row for row in comparison.rows if row.actor.articles == 1]
    return fragment(
        "compare",
        "table",
        names,
        shared=_lines(comparison, shared, names, chosen),
        alone=_lines(comparison, alone, names, chosen),
        actors_alone=len({row.actor for row in alone}),
        contrary=sum(row.difference == "contrary" for row in comparison.rows),
        partly=sum(row.difference == "partly" for row in comparison.rows),
        says=[
            (_DIFFERENCES[row.difference][0], says(comparison, row, names))
            for row in sorted(shared, key=lambda row: row.difference != "contrary")
            if row.difference in ("contrary", "partly")
        ][:_MOST_SAID],
    )


def says(comparison: Comparison, row: Row, names: Sequence[str]) -> str:
    """Which article says what: "Kim on Putin: in favor in A and C, against in B; D shows no stance"."""
    told: dict[str, list[str]] = {}
    for article, index, analysis, name in zip(row.actor.actors, row.cells, comparison.analyses, names, strict=True):
        stance = None if index is None else analysis.stances[index]
        is_shown = stance is not None and stance.display != "neutral"
        silent = "not named" if article is None else "no stance shown"
        told.setdefault(WORDS[stance.display] if stance is not None and is_shown else silent, []).append(name)
    order = [*(WORDS[side] for side in ("favor", "against", "mixed")), "no stance shown", "not named"]
    parts = [f"{words} in {listed(told[words])}" for words in order if words in told]
    return f"{row.actor.name} on {row.target}: {', '.join(parts)}."


def to_dict(comparison: Comparison, names: Sequence[str]) -> dict[str, Any]:
    """A comparison as plain dicts and lists: its articles, and for each actor and target what each of them shows."""
    return {
        "articles": [
            {"name": name, **{key: getattr(analysis.article, key) for key in ("title", "source", "date", "url")}}
            for name, analysis in zip(names, comparison.analyses, strict=True)
        ],
        "targets": comparison.targets,
        "rows": [
            {
                "actor": row.actor.name,
                "target": row.target,
                "difference": row.difference,
                "says": says(comparison, row, names),
                "stances": {
                    name: analysis.stances[index].to_dict()
                    for name, index, analysis in zip(names, row.cells, comparison.analyses, strict=True)
                    if index is not None
                },
            }
            for row in comparison.rows
        ],
    }


def evidence_in(analysis: Analysis, index: int | None, part: str) -> str:
    """The evidence for one stance of one of several articles, under the article's name.

    Args:
        analysis: What was found in it.
        index: As in ``evidence.drawer``.
        part: As in ``evidence.drawer``.
    """
    return drawer(analysis, index, part, label_of(analysis.article))


def _lines(
    comparison: Comparison, rows: Sequence[Row], names: Sequence[str], chosen: tuple[int, int] | None
) -> list[Line]:
    """The rows of a table; the first of an actor's holds its name for all of them."""
    return [
        Line(
            row,
            number == 0,
            _named(row.actor, names),
            [_cell(comparison, i, index, row, names[i], chosen) for i, index in enumerate(row.cells)],
            *_DIFFERENCES[row.difference],
        )
        for _, of_actor in groupby(rows, key=lambda row: row.actor)
        for number, row in enumerate(of_actor)
    ]


def _named(actor: ComparedActor, names: Sequence[str]) -> str:
    return ", ".join(
        f"{name} {len(one.mentions)}×" for name, one in zip(names, actor.actors, strict=True) if one is not None
    )


def _cell(
    comparison: Comparison,
    article: int,
    index: int | None,
    row: Row,
    name: str,
    chosen: tuple[int, int] | None,
) -> Cell:
    where = {"data-target": name}
    if index is None:
        return Cell(where, "not named" if row.actor.actors[article] is None else "not asked")
    pressed = str(chosen == (article, index)).lower()
    way = {"type": "button", "data-article": str(article), "data-cell": str(index), "aria-pressed": pressed}
    return cell_of(comparison.analyses[article].stances[index], row.target, where, way, article=name)


def _letter(number: int) -> str:
    return "ABCDE"[number]


def letters(articles: int) -> list[str]:
    """What the articles are called in the table."""
    return [_letter(i) for i in range(articles)]
