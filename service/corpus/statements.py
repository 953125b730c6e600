"""The statements behind a number: whose they are, in which articles, and the sentences that show them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb

from newstance.service.analysis import Display, Evidence

from .facts import Facts
from .selection import Cell

MOST_SENTENCES = 5  # of a statement, the strongest first
_BEHIND = """
WITH behind AS (
    SELECT * FROM chosen
    WHERE ($actor::VARCHAR IS NULL OR actor = (SELECT no FROM actors WHERE name = $actor))
    AND ($target::VARCHAR IS NULL OR target = (SELECT no FROM targets WHERE name = $target))
    AND ($source::VARCHAR IS NULL OR source = (SELECT no FROM sources WHERE name = $source))
    AND ($kind::VARCHAR IS NULL OR kind = (SELECT no FROM kinds WHERE name = $kind))
    AND ($first::INTEGER IS NULL OR month BETWEEN $first AND $last)
    AND (NOT $undated OR date IS NULL)
)
"""
_COUNT = f"{_BEHIND} SELECT count(*) FROM behind"
_PAGE = f"""{_BEHIND}
SELECT a.article, a.shard, actor.name, named.name, target.name, b.display, b.probability, s.name, b.date
FROM (SELECT * FROM behind ORDER BY date DESC NULLS LAST, article, actor, target, named LIMIT $limit OFFSET $offset) b
    JOIN articles a ON a.no = b.article JOIN actors actor ON actor.no = b.actor JOIN actors named ON named.no = b.named
    JOIN targets target ON target.no = b.target JOIN sources s ON s.no = b.source
ORDER BY b.date DESC NULLS LAST, b.article, b.actor, b.target, b.named
"""
_TITLES = "SELECT article, coalesce(title, ''), coalesce(url, '') FROM read_parquet($file) " + (
    "WHERE list_contains($articles::VARCHAR[], article)"
)
_SENTENCES = """
SELECT article, actor, target, start, "end", text, label, probability, speaker, truncated, voice, claimed_by
FROM read_parquet($file) WHERE list_contains($articles::VARCHAR[], article) ORDER BY article, actor, target, rank
"""


@dataclass(frozen=True)
class Statement:
    """What one article shows of one actor toward one target.

    Attributes:
        article: The article's key in the run's tables.
        shard: The shard that holds it.
        actor: Whose stance it is.
        named: What the article calls the actor.
        target: Toward what.
        display: favor, against, mixed or neutral.
        probability: Of the label.
        source: "" if it is not known.
        date: None if it is not known.
        title: Of the article; "" if it has none.
        url: "" if it has none; anything that the article's owner has written.
        sentences: The strongest first; at most ``MOST_SENTENCES``.
    """

    article: str
    shard: int
    actor: str
    named: str
    target: str
    display: Display
    probability: float
    source: str
    date: date | None
    title: str = ""
    url: str = ""
    sentences: tuple[Evidence, ...] = ()

    @property
    def was_asked(self) -> bool:
        """As ``Stance.was_asked``."""
        return self.display != "neutral" or self.probability < 1


def statements(
    facts: Facts, cursor: duckdb.DuckDBPyConnection, cell: Cell, offset: int, limit: int
) -> tuple[int, list[Statement], list[str]]:
    """The statements behind a place, of those in the cursor's table ``chosen``; see ``Asked.statements``."""
    first, last = cell.months or (None, None)
    given: dict[str, Any] = {
        "actor": cell.actor,
        "target": cell.target,
        "source": cell.source,
        "kind": cell.kind,
        "first": first,
        "last": last,
        "undated": cell.undated,
    }
    count = (cursor.execute(_COUNT, given).fetchone() or (0,))[0]
    page = cursor.execute(_PAGE, given | {"limit": limit, "offset": offset}).fetchall()
    found = [Statement(*row) for row in page]
    titles: dict[str, tuple[str, str]] = {}
    sentences: dict[tuple[str, str, str], list[Evidence]] = {}
    problems: list[str] = []
    for shard in sorted({one.shard for one in found}):
        here = list({one.article for one in found if one.shard == shard})
        for article, title, url in _rows(facts, cursor, "articles", shard, _TITLES, here, problems):
            titles[article] = (title, url)
        for article, actor, target, *rest in _rows(facts, cursor, "evidence", shard, _SENTENCES, here, problems):
            sentences.setdefault((article, actor, target), []).append(Evidence(*rest))
    filled = [
        replace(
            one,
            title=titles.get(one.article, ("", ""))[0],
            url=titles.get(one.article, ("", ""))[1],
            sentences=tuple(sentences.get((one.article, one.named, one.target), ())[:MOST_SENTENCES]),
        )
        for one in found
    ]
    return int(count), filled, problems


def _rows(
    facts: Facts,
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    shard: int,
    sql: str,
    articles: list[str],
    problems: list[str],
) -> list[tuple[Any, ...]]:
    try:
        return cursor.execute(sql, {"file": facts.file(table, shard), "articles": articles}).fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        problems.append(f"{table} of shard {shard:06} cannot be read: {facts.told(error)}")
        return []
