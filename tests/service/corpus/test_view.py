"""Questions to a run, held against counting by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import corpus_run
import pytest

from newstance.models.errors import InputError
from newstance.service.corpus.selection import MONTHS, QUARTERS, YEARS, Cell, Periods, Selection
from newstance.service.corpus.view import CorpusView, table


@pytest.fixture(scope="module")
def view(harbour_run):
    return CorpusView(harbour_run)


@pytest.fixture(scope="module")
def rows():
    """Every stance with its article, as plain dicts."""
    found = []
    for shard in corpus_run.harbour():
        articles = {article["article"]: article for article in shard["articles"]}
        found += [{**articles[stance["article"]], **stance} for stance in shard["stances"]]
    return found


def sides(rows):
    return [row for row in rows if row["display"] != "neutral"]


def told(points, *names):
    """(favor, against, mixed, neutral) by what a point is of."""
    return {tuple(getattr(point, name) for name in names): point.counts for point in points}


def counted(rows, *keys):
    counts = Counter((*(key(row) for key in keys), row["display"]) for row in rows)
    places = {key[:-1] for key in counts}
    return {
        place: tuple(counts[(*place, side)] for side in ("favor", "against", "mixed", "neutral")) for place in places
    }


def test_board_counts_what_the_articles_show(view, rows):
    with view.ask() as asked:
        points = asked.points("actor", "target")
    assert told(points, "row", "column") == counted(sides(rows), lambda r: r["actor"], lambda r: r["target"])
    for point in points:
        here = [r for r in sides(rows) if (r["actor"], r["target"]) == (point.row, point.column)]
        assert point.shares.articles == len({r["article"] for r in here})
        assert point.shares.favor.value == pytest.approx(point.counts[0] / len(here))


@pytest.mark.parametrize(
    ("periods", "name"),
    [
        (YEARS, lambda day: f"{day.year}"),
        (QUARTERS, lambda day: f"{day.year}-Q{(day.month - 1) // 3 + 1}"),
        (MONTHS, lambda day: f"{day:%Y-%m}"),
    ],
)
def test_over_time_by_source_with_the_undated_apart(view, rows, periods, name):
    with view.ask() as asked:
        points = asked.points("source", "all", periods)
    expected = counted(sides(rows), lambda r: r["source"], lambda r: name(r["date"]) if r["date"] else "undated")
    assert told(points, "row", "period") == expected
    assert any(period == "undated" for _, period in expected)
    assert any(source == "" for source, _ in expected)
    # In order of time, what is undated last.
    of_one = [point.period for point in points if point.row == "Harbour Post"]
    assert of_one == sorted(of_one)
    assert of_one[-1] == "undated"


def test_sliding_windows_hold_whole_months_and_do_not_reach_beyond(view, rows):
    with view.ask() as asked:
        points = [point for point in asked.points(periods=Periods.sliding(6)) if point.start is not None]
    dated = [row for row in sides(rows) if row["date"]]
    assert [point.period for point in points][:2] == ["2023-01 to 2023-06", "2023-02 to 2023-07"]
    assert points[-1].period == "2024-07 to 2024-12"
    assert len(points) == 19
    for point in points:
        first, last = point.start, point.start + 5
        inside = [r for r in dated if first <= r["date"].year * 12 + r["date"].month - 1 <= last]
        assert sum(point.counts) == len(inside)
        assert point.shares.articles == len({row["article"] for row in inside})


def test_filters_narrow_together(view, rows):
    chosen = Selection(
        sources=("Harbour Post", ""),
        actors=("Norway", "Green Party"),
        targets=("the cruise ban", "the port tax"),
        kinds=("country", "body"),
        start=date(2023, 3, 1),
        end=date(2024, 6, 30),
        undated=False,
        minimum_probability=0.7,
        base="all",
    )
    with view.ask(chosen) as asked:
        counts, points = asked.counts(), asked.points("actor", "target")
    expected = [
        row
        for row in rows
        if row["source"] in chosen.sources
        and row["actor"] in chosen.actors
        and row["target"] in chosen.targets
        and row["date"]
        and chosen.start <= row["date"] <= chosen.end
        and row["probability"] >= 0.7
    ]
    assert len(expected) > 20
    assert counts.statements == len(expected)
    assert counts.articles == len({row["article"] for row in expected})
    assert told(points, "row", "column") == counted(expected, lambda r: r["actor"], lambda r: r["target"])


@pytest.mark.parametrize("base", ["sides", "all"])
def test_left_out_as_undated_is_what_passes_all_other_filters(view, rows, base):
    chosen = Selection(sources=("Harbour Post",), actors=("Norway",), minimum_probability=0.6, undated=False, base=base)
    passes = [
        row
        for row in (rows if base == "all" else sides(rows))
        if row["source"] == "Harbour Post" and row["actor"] == "Norway" and row["probability"] >= 0.6
    ]
    undated = {row["article"] for row in passes if not row["date"]}
    assert 0 < len(undated) < len({row["article"] for row in rows if not row["date"]})
    with view.ask(chosen) as asked:
        assert asked.counts().undated_left_out == len(undated)
    with view.ask(replace(chosen, undated=True)) as asked:
        assert asked.counts().undated_left_out == 0


def test_every_number_leads_to_just_its_statements(view):
    chosen = Selection(minimum_probability=0.6, per_actor=200)
    with view.ask(chosen) as asked:
        points = [
            *asked.points("actor", "target"),
            *asked.points("source", "all", QUARTERS),
            *asked.points("kind", "all", Periods.sliding(12), Cell(target="the port tax")),
        ]
        assert len(points) > 40
        for point in points:
            count, found, problems = asked.statements(point.cell, limit=1000)
            assert problems == []
            shown = Counter(one.display for one in found)
            assert (count, len(found)) == (sum(point.counts), sum(point.counts))
            assert tuple(shown[side] for side in ("favor", "against", "mixed", "neutral")) == point.counts


def test_statements_come_with_title_address_and_sentences(view, rows):
    with view.ask() as asked:
        count, first, _ = asked.statements(Cell("Norway", "the cruise ban"), limit=5)
        _, second, _ = asked.statements(Cell("Norway", "the cruise ban"), offset=5, limit=5)
    assert count == len([r for r in sides(rows) if (r["actor"], r["target"]) == ("Norway", "the cruise ban")])
    assert [one.date for one in first] == sorted((one.date for one in first), reverse=True)
    assert {one.article for one in first}.isdisjoint({one.article for one in second})
    by_article = {row["article"]: row for row in rows}
    for one in first + second:
        row = by_article[one.article]
        assert (one.title, one.url, one.source, one.date) == (row["title"], row["url"], row["source"], row["date"])
        assert [sentence.text.startswith("Norway ") for sentence in one.sentences] == [True]
        assert one.sentences[0].text in row["text"]


def test_those_with_too_few_statements_are_left_out(view, rows):
    by_actor = Counter(row["actor"] for row in sides(rows))
    least = sorted(by_actor.values())[4]
    with view.ask(Selection(per_actor=least)) as asked:
        points = asked.points("actor")
        assert asked.several("actor") == len(points)
    assert {point.row for point in points} == {name for name, n in by_actor.items() if n >= least}
    assert 0 < len(points) < len(by_actor)


def test_a_point_keeps_its_band_whatever_else_is_shown(view):
    with view.ask() as asked:
        all_of_them = asked.points("source", "all", YEARS)
    with view.ask(Selection(sources=("Morning Voice",))) as asked:
        alone = asked.points("source", "all", YEARS)
    assert alone == [point for point in all_of_them if point.row == "Morning Voice"]


def test_the_heaviest_are_kept(view):
    with view.ask() as asked:
        everybody, three = asked.points("actor"), asked.points("actor", rows=3)
    assert [point.row for point in three] == [point.row for point in everybody][:3]


def test_the_table_has_a_row_for_each_point(view):
    with view.ask() as asked:
        points = asked.points("source", "all", YEARS)
    found = table(points, "source", "all")
    assert list(found.columns)[:6] == ["source", "period", "favor", "against", "mixed", "neutral"]
    assert len(found) == len(points)
    assert set(found["source"]) == {"Harbour Post", "Evening Ledger", "Morning Voice", "unknown"}
    assert (found["favor"] + found["against"] + found["mixed"] + found["neutral"] == found["statements"]).all()


def test_wrong_questions_are_refused_in_words(view):
    with pytest.raises(InputError, match="no actor 'Nobody'"), view.ask(Selection(actors=("Nobody",))):
        pass
    with pytest.raises(InputError, match="ends on 2023-01-01, before it begins"):
        Selection(start=date(2024, 1, 1), end=date(2023, 1, 1))
    with pytest.raises(InputError, match="2 to 120 months"):
        Periods.sliding(1)
    with pytest.raises(InputError, match="between 0 and 1"):
        replace(Selection(), minimum_probability=1.5)


def test_names_are_never_read_as_sql(view):
    with view.ask(Selection()) as asked:
        count, found, _ = asked.statements(Cell(actor="Norway' OR '1'='1"))
    assert (count, found) == (0, [])
