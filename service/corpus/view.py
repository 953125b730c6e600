"""Questions to a run's stances: who stands where, by source and over time, and the statements behind each answer."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from newstance.models.errors import InputError

from .facts import Facts
from .selection import UNDATED, UNKNOWN, WHOLE, By, Cell, Periods, Selection
from .shares import Shares, shares
from .statements import Statement, statements

if TYPE_CHECKING:
    import pandas

MOST_POINTS = 1500  # each is resampled; more are no picture either
_MENU = 300  # names offered; all others can be typed
_PASSES = """
    (len($sources::VARCHAR[]) = 0 OR source IN (SELECT no FROM sources WHERE name IN (SELECT unnest($sources))))
    AND (len($actors::VARCHAR[]) = 0 OR actor IN (SELECT no FROM actors WHERE name IN (SELECT unnest($actors))))
    AND (len($targets::VARCHAR[]) = 0 OR target IN (SELECT no FROM targets WHERE name IN (SELECT unnest($targets))))
    AND (len($kinds::VARCHAR[]) = 0 OR kind IN (SELECT no FROM kinds WHERE name IN (SELECT unnest($kinds))))
    AND ($start::DATE IS NULL OR date IS NULL OR date >= $start)
    AND ($end::DATE IS NULL OR date IS NULL OR date <= $end)
    AND probability >= $minimum
    AND ($base = 'all' OR display <> 'neutral')
"""
# What a selection leaves, once: every question is asked of this table.
_CHOSEN = f"""
CREATE OR REPLACE TEMP TABLE chosen AS
WITH given AS (SELECT * FROM facts WHERE {_PASSES} AND ($undated OR date IS NOT NULL))
SELECT * FROM given
WHERE ($per_actor <= 1 OR actor IN (SELECT actor FROM given GROUP BY actor HAVING count(*) >= $per_actor))
AND ($per_target <= 1 OR target IN (SELECT target FROM given GROUP BY target HAVING count(*) >= $per_target))
"""
_COUNTS = """
SELECT count(*), count(DISTINCT article), count(*) FILTER (date IS NULL),
    count(DISTINCT article) FILTER (date IS NULL), count(DISTINCT article) FILTER (source = $unknown) FROM chosen
"""
_LEFT_OUT = f"SELECT count(DISTINCT article) FROM facts WHERE {_PASSES} AND date IS NULL"
_IN_FOCUS = """
    ($actor::VARCHAR IS NULL OR actor = (SELECT no FROM actors WHERE name = $actor))
    AND ($target::VARCHAR IS NULL OR target = (SELECT no FROM targets WHERE name = $target))
"""
# How many articles are of which sort, by place and period; a sort is how many statements it has for, against, ...
_SORTS = f"""
WITH placed AS (
    SELECT CASE $row WHEN 'source' THEN source WHEN 'actor' THEN actor WHEN 'target' THEN target WHEN 'kind' THEN kind
        ELSE 0 END AS row, CASE $column WHEN 'source' THEN source WHEN 'actor' THEN actor WHEN 'target' THEN target
        WHEN 'kind' THEN kind ELSE 0 END AS "column", month, article, display
    FROM chosen WHERE {_IN_FOCUS}
),
kept AS (
    SELECT * FROM placed
    WHERE row IN (SELECT row FROM placed GROUP BY row ORDER BY count(*) DESC, row LIMIT $rows)
    AND "column" IN (SELECT "column" FROM placed GROUP BY "column" ORDER BY count(*) DESC, "column" LIMIT $columns)
),
by_article AS (
    SELECT row, "column", month, article, count(*) FILTER (display = 'favor') AS favor,
        count(*) FILTER (display = 'against') AS against, count(*) FILTER (display = 'mixed') AS mixed,
        count(*) FILTER (display = 'neutral') AS neutral
    FROM kept GROUP BY ALL
),
sorts AS (
    SELECT row, "column", month, favor, against, mixed, neutral, count(*) AS articles FROM by_article GROUP BY ALL
),
periods AS (
    SELECT * EXCLUDE (month), unnest(CASE WHEN $step = 0 THEN [0::BIGINT] WHEN month IS NULL THEN [NULL::BIGINT]
        ELSE range((month - $width) // greatest($step, 1) * $step + $step, month + 1, $step) END) AS period
    FROM sorts
)
SELECT row, "column", period, favor, against, mixed, neutral, sum(articles)::BIGINT AS articles FROM periods
WHERE $step >= $width OR period IS NULL
OR period BETWEEN (SELECT min(month) FROM kept) AND (SELECT max(month) FROM kept) - $width + 1
GROUP BY ALL ORDER BY row, "column", period NULLS LAST, favor, against, mixed, neutral
"""


@dataclass(frozen=True)
class Counts:
    """How many statements and articles a question is about; answers instead, where the selection counts them.

    Attributes:
        statements: Those that are selected.
        articles: With a statement that is selected.
        undated_statements: Selected ones that lie in no period.
        undated: Articles of these.
        unknown: Articles of the selected ones whose source is not known.
        undated_left_out: Articles that pass all other filters, and are left out for want of a date.
        all_statements: All answers of the run, those that take no side, too.
        all_articles: Of the run, those without an answer, too.
    """

    statements: int
    articles: int
    undated_statements: int
    undated: int
    unknown: int
    undated_left_out: int
    all_statements: int
    all_articles: int


@dataclass(frozen=True)
class Point:
    """One number of an answer, and what stands behind it.

    Attributes:
        row: What it is of, by the question's ``row``; "" where that is all.
        column: The same by its ``column``.
        period: What the period is called.
        start: The month in which it begins, counted from the year 0; None for the whole time and for what is undated.
        shares: For and against.
        counts: Statements in favor, against, mixed, neutral.
        cell: Leads to the statements.
    """

    row: str
    column: str
    period: str
    start: int | None
    shares: Shares
    counts: tuple[int, int, int, int]
    cell: Cell


class Asked:
    """One selection of a run's stances, to which questions are put; made by ``CorpusView.ask``."""

    def __init__(self, facts: Facts, cursor: duckdb.DuckDBPyConnection, selection: Selection) -> None:
        self._facts = facts
        self._cursor = cursor
        self.selection = selection
        self._check_names()
        self._filters = {
            "sources": list(selection.sources),
            "actors": list(selection.actors),
            "targets": list(selection.targets),
            "kinds": list(selection.kinds),
            "start": selection.start,
            "end": selection.end,
            "minimum": selection.minimum_probability,
            "base": selection.base,
        }
        rest = {
            "undated": selection.undated,
            "per_actor": selection.per_actor,
            "per_target": selection.per_target,
        }
        cursor.execute(_CHOSEN, self._filters | rest)

    def counts(self) -> Counts:
        """How much is selected, and how much of it lies in no period or has no source."""
        unknown = self._one("SELECT any_value(no) FROM sources WHERE name = ''")[0]
        found = self._one(_COUNTS, {"unknown": unknown})
        undated = 0 if self.selection.undated else self._one(_LEFT_OUT, self._filters)[0]
        of = (self._one("SELECT count(*) FROM facts")[0], self._one("SELECT count(*) FROM articles")[0])
        return Counts(found[0], found[1], found[2], found[3], found[4], undated, *of)

    def several(self, by: By, focus: Cell | None = None) -> int:
        """How many sources, actors, targets or kinds have a selected statement; ``focus`` as in ``points``."""
        focus = focus or Cell()
        sql = "SELECT count(DISTINCT CASE $by WHEN 'source' THEN source WHEN 'actor' THEN actor WHEN 'target' "
        sql += f"THEN target WHEN 'kind' THEN kind ELSE 0 END) FROM chosen WHERE {_IN_FOCUS}"
        return int(self._one(sql, {"by": by, "actor": focus.actor, "target": focus.target})[0])

    def points(
        self,
        row: By = "all",
        column: By = "all",
        periods: Periods = WHOLE,
        focus: Cell | None = None,
        rows: int = 20,
        columns: int = 10,
    ) -> list[Point]:
        """Shares of the selected statements by two of their properties and by period.

        Args:
            row: The first property.
            column: The second.
            periods: How time is cut. Windows that reach beyond the first or last month with a statement are left out.
                What is undated stands last, as a period of its own; the whole time includes it.
            focus: Take the statements of its actor and target alone.
            rows: How many values of the first property are taken, those with the most statements.
            columns: The same of the second.

        Returns:
            One point for each place with a statement; the values with the most statements first, in order of time.

        Raises:
            InputError: There are more than ``MOST_POINTS``.
        """
        focus = focus or Cell()
        found = self._cursor.execute(
            _SORTS,
            {
                "row": row,
                "column": column,
                "step": periods.step,
                "width": periods.width,
                "actor": focus.actor,
                "target": focus.target,
                "rows": rows,
                "columns": columns,
            },
        ).fetchall()
        places = {key: list(sorts) for key, sorts in groupby(found, key=lambda sort: sort[:3])}
        if len(places) > MOST_POINTS:
            raise InputError(
                f"these are {len(places):,} points, and at most {MOST_POINTS:,} are shown; choose longer periods, or "
                "fewer actors or sources"
            )
        named = [self._names(by, {key[of] for key in places}) for of, by in enumerate((row, column))]
        made = [
            _point((row, named[0][key[0]]), (column, named[1][key[1]]), periods, key[2], sorts, focus)
            for key, sorts in places.items()
        ]
        return _heaviest_first(made)

    def statements(self, cell: Cell, offset: int = 0, limit: int = 20) -> tuple[int, list[Statement], list[str]]:
        """The statements behind a place in an answer.

        Args:
            cell: The place.
            offset: How many are skipped.
            limit: How many are given at the most.

        Returns:
            How many there are, the latest of them first, and what could not be read of them, in words.
        """
        return statements(self._facts, self._cursor, cell, offset, limit)

    def _check_names(self) -> None:
        chosen = self.selection
        for what, given, sql in (
            ("source", chosen.sources, "SELECT name FROM sources WHERE name IN (SELECT unnest($names))"),
            ("actor", chosen.actors, "SELECT name FROM actors WHERE name IN (SELECT unnest($names))"),
            ("target", chosen.targets, "SELECT name FROM targets WHERE name IN (SELECT unnest($names))"),
            ("kind", chosen.kinds, "SELECT name FROM kinds WHERE name IN (SELECT unnest($names))"),
        ):
            if not given:
                continue
            known = {name for (name,) in self._cursor.execute(sql, {"names": list(given)}).fetchall()}
            if missing := [name for name in given if name not in known]:
                raise InputError(f"this run has no {what} {missing[0]!r}; choose one of the list, or write it as there")

    def _names(self, by: By, numbers: set[int]) -> dict[int, str]:
        if by == "all":
            return {0: ""}
        sql = {
            "source": "SELECT no, name FROM sources WHERE list_contains($numbers::INTEGER[], no)",
            "actor": "SELECT no, name FROM actors WHERE list_contains($numbers::INTEGER[], no)",
            "target": "SELECT no, name FROM targets WHERE list_contains($numbers::INTEGER[], no)",
            "kind": "SELECT no, name FROM kinds WHERE list_contains($numbers::INTEGER[], no)",
        }[by]
        return dict(self._cursor.execute(sql, {"numbers": list(numbers)}).fetchall())

    def _one(self, sql: str, given: dict[str, Any] | None = None) -> tuple[Any, ...]:
        return self._cursor.execute(sql, given).fetchone() or ()


class CorpusView:
    """A run's folder, to which questions can be put by several threads at once.

    Args:
        folder: The run's folder.

    Attributes:
        facts: What was read of it.

    Raises:
        InputError: As ``Facts``.
    """

    def __init__(self, folder: str | Path) -> None:
        self.facts = Facts(folder)

    @contextmanager
    def ask(self, selection: Selection | None = None) -> Iterator[Asked]:
        """Put questions to some of the stances.

        Args:
            selection: None takes all that take a side.

        Raises:
            InputError: It names what the run does not have.
        """
        cursor = self.facts.cursor()
        try:
            yield Asked(self.facts, cursor, selection or Selection())
        except duckdb.OutOfMemoryException as error:
            raise InputError("this question takes more memory than there is; choose fewer actors or sources") from error
        finally:
            cursor.close()

    def menu(self, by: By) -> list[str]:
        """Names to choose from, those with the most statements first, at most some hundred; sources by their names."""
        sql = {
            "source": "SELECT name FROM sources ORDER BY name LIMIT $most",
            "actor": "SELECT name FROM actors JOIN facts ON no = actor GROUP BY name "
            "ORDER BY count(*) DESC, name LIMIT $most",
            "target": "SELECT name FROM targets JOIN facts ON no = target GROUP BY name "
            "ORDER BY count(*) DESC, name LIMIT $most",
            "kind": "SELECT name FROM kinds ORDER BY name LIMIT $most",
        }[by]
        cursor = self.facts.cursor()
        try:
            return [name for (name,) in cursor.execute(sql, {"most": _MENU}).fetchall()]
        finally:
            cursor.close()


def table(points: Sequence[Point], row: By, column: By) -> pandas.DataFrame:
    """Points as a table, one row each.

    Args:
        points: What ``Asked.points`` gave.
        row: What its ``row`` was; names the first column.
        column: The same of the second.

    Returns:
        The columns row and column under their names, unless they are "all"; period; favor, against, mixed, neutral
        (statements); statements, articles; and for both sides the share and its band, empty where there is none; note.
    """
    import pandas

    return pandas.DataFrame(
        [
            {
                **({row: point.row or UNKNOWN} if row != "all" else {}),
                **({column: point.column or UNKNOWN} if column != "all" else {}),
                "period": point.period,
                **dict(zip(("favor", "against", "mixed", "neutral"), point.counts, strict=True)),
                "statements": point.shares.statements,
                "articles": point.shares.articles,
                "share_favor": point.shares.favor.value,
                "share_favor_low": point.shares.favor.low,
                "share_favor_high": point.shares.favor.high,
                "share_against": point.shares.against.value,
                "share_against_low": point.shares.against.low,
                "share_against_high": point.shares.against.high,
                "note": point.shares.note,
            }
            for point in points
        ]
    )


def _point(
    row: tuple[By, str], column: tuple[By, str], periods: Periods, start: int | None, sorts: Sequence[Any], focus: Cell
) -> Point:
    is_whole = periods.step == 0
    label = UNDATED if start is None else periods.label(start)
    numbers = np.array([sort[3:] for sort in sorts], dtype=np.int64)
    counts, articles = numbers[:, :4], numbers[:, 4]
    chosen = {"actor": focus.actor, "target": focus.target}
    chosen |= {by: name for by, name in (row, column) if by != "all"}
    months = None if is_whole or start is None else (start, start + periods.width - 1)
    cell = Cell(**chosen, months=months, undated=start is None)
    key = zlib.crc32(repr((cell, periods)).encode())
    sums = tuple(int(number) for number in articles @ counts)
    place = None if is_whole else start
    return Point(row[1], column[1], label, place, shares(counts, articles, key), sums, cell)  # type: ignore[arg-type]


def _heaviest_first(points: Sequence[Point]) -> list[Point]:
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for point in points:
        rows[point.row] = rows.get(point.row, 0) + point.shares.statements
        columns[point.column] = columns.get(point.column, 0) + point.shares.statements
    return sorted(
        points,
        key=lambda p: (-rows[p.row], p.row, -columns[p.column], p.column, p.start is None, p.start or 0),
    )
