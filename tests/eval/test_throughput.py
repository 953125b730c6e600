"""The roads over many articles, by an analyzer without models: what is measured, and that answers are compared."""

from __future__ import annotations

import argparse
import json
from itertools import islice

import pytest
from many_articles import FakeAnalyzer, fake_profile

from newstance.eval import throughput
from newstance.eval.throughput import Measured, made_articles, mixed_articles
from newstance.service import Analyzer
from newstance.service.corpus.step import Task


def test_made_articles_differ_and_are_the_same_each_time():
    made = list(islice(made_articles(), 40))
    assert made == list(islice(made_articles(), 40))
    assert len({row["title"] for row in made}) == len({row["id"] for row in made}) == 40
    assert len({row["text"] for row in made}) > 15
    assert all(20 < len(row["text"].split()) < 250 for row in made)


def test_mixed_articles_are_halves_of_texts_under_other_names():
    texts = [
        "Bob Hill spoke. Rain fell. Anna Low left. It ended.",
        "Wind rose. Trees fell. Roads closed. Peter Hay came.",
    ]
    made = list(islice(mixed_articles(texts), 12))
    assert made == list(islice(mixed_articles(texts), 12))
    assert made != list(islice(mixed_articles(texts, seed=1), 12))
    beginnings = {row["text"].split(". ", 1)[1].split(". ")[0] for row in made}
    assert beginnings == {"Rain fell", "Trees fell"}  # each text in its turn
    endings = {row["text"].split(". ")[-2] for row in made}
    assert len(endings - {"Roads closed"}) > 1 and "Roads closed" in endings  # Anna is called otherwise each time
    assert not any(name in row["text"] for row in made for name in ("Bob", "Anna"))
    assert all("Hill spoke" in row["text"] for row in made[::2])


def test_articles_of_labelled_sets(tmp_path, monkeypatch, capsys):
    file = tmp_path / "set.jsonl"
    rows = [{"id": f"{i}", "article": f"Bob Hill spoke {i}. Rain fell.", "summary": "Rain fell."} for i in range(3)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = tmp_path / "own.yaml"
    given = {"kind": "summaries", "metric": "rougeL", "source": "made", "terms": "free", "file": {"path": "set.jsonl"}}
    config.write_text(json.dumps({"name": "own", **given}))
    read = []
    monkeypatch.setattr(
        throughput,
        "_in_its_process",
        lambda chosen, road, file: read.append(file.read_text()) or Measured(4, 2.0, 1.5, 10**9, ["a"]),
    )
    monkeypatch.setenv("COLUMNS", "200")
    asked = ["--sets", str(config), "--root", str(tmp_path), "--articles", "4", "--roads", "many", "loop"]
    assert throughput.main(asked) == 0
    assert len(read) == 2 and read[0] == read[1] and len(read[0].splitlines()) == 4
    assert "of the rate of loop" in " ".join(capsys.readouterr().out.split())


@pytest.fixture
def walk(tmp_path, monkeypatch):
    profile = tmp_path / "fake.yaml"
    profile.write_text(fake_profile(tmp_path).model_dump_json(exclude_unset=True))
    data = tmp_path / "a.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in islice(made_articles(), 8)))
    monkeypatch.setattr(Task, "analyzer", lambda self: FakeAnalyzer(0.05))
    monkeypatch.setattr(Analyzer, "from_profile", lambda profile: FakeAnalyzer(0.05))

    def walk(road):
        chosen = argparse.Namespace(road=road, data=data, profile=str(profile), target=["rain"], summaries=False)
        return Measured(**throughput._walk(chosen))

    return walk


def test_roads_give_the_same_answers_and_their_times(walk):
    loop, many, run = (walk(road) for road in ("loop", "many", "run 1"))
    assert loop.answers == many.answers == run.answers
    assert len(set(loop.answers)) == loop.articles == 8
    assert 5 < loop.rate <= 20
    assert many.rate > loop.rate  # two at a time
    assert loop.cores < 0.5 and run.cores is None  # the fake sleeps
    assert min(loop.memory, many.memory, run.memory) > 50_000_000


def test_answers_that_differ_are_told(monkeypatch, capsys):
    found = {"loop": ["a", "b"], "many": ["a", "b"], "run 1": ["a", "b"], "run 2": ["a", "c"]}
    monkeypatch.setattr(
        throughput,
        "_in_its_process",
        lambda chosen, road, file: Measured(len(file.read_text().splitlines()), 2.0, None, 10**9, found[road]),
    )
    monkeypatch.setenv("COLUMNS", "200")
    assert throughput.main(["--articles", "2", "8"]) == 1
    assert capsys.readouterr().out.count("DIFFERENT") == 2
    found["run 2"] = ["a", "b"]
    assert throughput.main(["--articles", "2", "8"]) == 0
    said = capsys.readouterr().out
    assert "DIFFERENT" not in said
    assert [line.split("│")[2].strip() for line in said.splitlines() if "equal" in line] == ["2"] * 4 + ["8"] * 4
