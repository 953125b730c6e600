"""Whole articles, growth and many, by tiny models: what is measured, not how long it takes."""

from dataclasses import replace

import pytest

from newstance.eval.speed import articles, growth, many
from newstance.eval.speed.bench import Bench
from newstance.eval.speed.contestants import CONTESTANTS, ZERO_SHOT


@pytest.fixture
def bench(tmp_path, tiny_profile):
    file = tmp_path / "tiny.yaml"
    file.write_text(tiny_profile.model_dump_json(exclude_unset=True))
    return Bench(str(file), repetitions=2, many=4)


@pytest.fixture
def road(monkeypatch):
    """The loop's, which notes what it is asked."""
    asked = []
    monkeypatch.setitem(
        CONTESTANTS, ZERO_SHOT, replace(CONTESTANTS[ZERO_SHOT], load=lambda given: lambda some: asked.append(some))
    )
    monkeypatch.setattr(Bench, "forms", None)
    return asked


def test_parts_of_an_analysis_add_up(bench, road, monkeypatch):
    monkeypatch.setattr(articles, "WORDS", (100, 200, 600))
    sheet, _ = articles.measure(bench)
    rows = {row["article"]: row for row in sheet.rows}
    assert [row["words"] for row in sheet.rows][:4] == [100, 200, 600, 600]
    summit = rows["sample summit, its topic"]
    assert summit["actors"] * summit["targets"] == 48
    longest = rows["600 words, 5 targets"]
    assert (longest["actors"], longest["targets"]) == (12, 5)
    for row in sheet.rows:
        assert row["first stances, s"].median <= row[articles.TIME].median
        parts = [row[part] for part in ("reading", "tokenizer", "model", "rest")]
        assert sum(parts) == pytest.approx(row[articles.TIME].median, rel=0.5)
        assert row["tokenizer"] > 0


def test_the_loop_is_reckoned_from_a_few_of_its_questions(bench, road, monkeypatch):
    monkeypatch.setattr(articles, "in_turn", lambda keys, act, n: {"loop": [2.0, 4.0], "ours": [1.0, 1.0]})
    monkeypatch.setattr(articles, "_LOOPED", 10)
    analyzer = bench.analyzer()
    task = articles._tasks(analyzer)[0]
    sheet = articles._looped(bench, analyzer, task)
    questions = len(articles._all_questions(analyzer, task.article))
    assert sheet.rows[1]["s"].median == pytest.approx(3 * questions / 10)
    assert sheet.rows[1]["newstance is so many times as fast"].high == pytest.approx(4 * questions / 10)
    assert f"The loop has {questions} questions of three hypotheses each. 10 of them" in sheet.note


def test_without_the_pipeline_the_loop_is_left_out(bench, monkeypatch):
    monkeypatch.setitem(CONTESTANTS, ZERO_SHOT, replace(CONTESTANTS[ZERO_SHOT], needs=("no_such_package",)))
    sheet = articles._looped(bench, None, articles.Task("200 words", None))
    assert "not installed" in sheet.rows[0]["s"]


def test_growth_of_each_thing_is_measured_and_drawn(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "SIZES", {"words": (100, 200), "actors": (1, 3), "targets": (1, 2), "articles": (1, 2)})
    slopes, points = growth.measure(bench)
    assert [row["grows"] for row in slopes.rows] == ["words", "actors", "targets", "articles"]
    assert [row["to"] for row in points.rows] == [100, 200, 1, 3, 1, 2, 1, 2]
    growth.draw(points, tmp_path / "growth.svg")
    assert "<svg" in (tmp_path / "growth.svg").read_text()


@pytest.mark.parametrize(
    ("grows", "size", "stances"), [("actors", 3, 3 * growth.TARGETS), ("targets", 1, growth.ACTORS)]
)
def test_what_grows_is_asked_about(bench, grows, size, stances):
    assert len(growth._call(grows, bench.analyzer())(size).stances) == stances


def test_many_articles_have_five_targets_each(bench):
    (sheet,) = many.measure(bench)
    (row,) = sheet.rows
    assert row["articles"] == 4
    assert row["articles/s"].low > 0
    assert row["cells each"] > many.TARGETS
