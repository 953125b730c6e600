"""Analyses as rows of tables, written to a run's folder and read back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from newstance.models.errors import InputError
from newstance.service.analysis import Actor, Analysis, Evidence, Mention, Source, Stance, Summary, SummarySentence
from newstance.service.article import Article
from newstance.service.corpus.shards import write_shard
from newstance.service.corpus.stored import Run
from newstance.service.corpus.tables import TABLES, article_hash, as_table, joined, rows_of, schema

TEXT = "Solberg praised the harbour plan. Miller called it a disaster."


def analysis(title="Harbour", day="2024-05-01"):
    solberg = Actor("Solberg", "person", ("Anna Solberg",), (Mention(0, 7, "Solberg"),), 0.5)
    shown = Evidence(0, 33, TEXT[:33], "favor", 0.9, "Solberg", False, "own words")
    claim = Evidence(34, 62, TEXT[34:], "against", 0.8, None, True, "claim", "Miller")
    probabilities = {"favor": 0.7, "against": 0.2, "neutral": 0.1}
    stance = Stance(solberg, "the plan", "favor", 0.7, probabilities, (shown, claim), "both", is_mixed=True)
    silent = Stance(solberg, "rain", "neutral", 1.0, {"favor": 0.0, "against": 0.0, "neutral": 1.0}, (), "none")
    sentence = SummarySentence(TEXT[:33], (Source(0, 33, TEXT[:33]),), 1.0)
    return Analysis(
        Article(TEXT, title, "harbour.txt", day, "https://news.example/1", "en", "Ann Lee"),
        Summary((sentence, SummarySentence("Miller is against it.", (), 0.4)), "lead"),
        (solberg,),
        ("the plan", "rain"),
        (stance, silent),
        ("A note.",),
    )


def test_rows_hold_what_the_analysis_holds():
    rows = rows_of(analysis(), "a-1", "in.jsonl:3")
    key = rows["articles"][0]["article"]
    assert re.fullmatch("[0-9a-f]{16}", key)
    assert {row["article"] for found in rows.values() for row in found} == {key}
    assert rows["articles"] == [
        {"article": key, "id": "a-1", "title": "Harbour", "source": "harbour.txt", "date": date(2024, 5, 1)}
        | {"author": "Ann Lee", "url": "https://news.example/1", "language": "en", "text": TEXT}
        | {"notes": ["A note."], "place": "in.jsonl:3"}
    ]
    assert rows["actors"] == [
        {"article": key, "actor": "Solberg", "kind": "person", "aliases": ["Anna Solberg"], "mentions": 1}
        | {"starts": [0], "ends": [7], "weight": 0.5}
    ]
    assert [(row["target"], row["label"], row["display"]) for row in rows["stances"]] == [
        ("the plan", "favor", "mixed"),
        ("rain", "neutral", "neutral"),
    ]
    assert [(row["probability"], row["favor"], row["note"]) for row in rows["stances"]] == [
        (0.7, 0.7, "both"),
        (1.0, 0.0, "none"),
    ]
    assert [(row["rank"], TEXT[row["start"] : row["end"]] == row["text"]) for row in rows["evidence"]] == [
        (0, True),
        (1, True),
    ]
    assert [(row["speaker"], row["voice"], row["claimed_by"], row["truncated"]) for row in rows["evidence"]] == [
        ("Solberg", "own words", None, False),
        (None, "claim", "Miller", True),
    ]
    assert [(row["sentence"], row["support"], row["quoted"], row["sources"]) for row in rows["summaries"]] == [
        (0, 1.0, True, [{"start": 0, "end": 33, "text": TEXT[:33]}]),
        (1, 0.4, False, []),
    ]
    assert {table: list(found[0]) for table, found in rows.items()} == {t: schema(t).names for t in TABLES}


def test_an_analysis_gives_its_rows_and_frames():
    one = analysis()
    assert one.to_records() == rows_of(one)
    assert one.to_frame()["target"].tolist() == ["the plan", "rain"]
    assert list(one.to_frame("evidence").columns) == schema("evidence").names
    assert replace(one, summary=None).to_frame("summaries").empty
    with pytest.raises(InputError, match="no table 'opinions'; its tables are articles, actors"):
        one.to_frame("opinions")


@pytest.mark.parametrize("day", ["", "2024-13-01", "yesterday"])
def test_a_day_that_is_none_is_null(day):
    assert rows_of(analysis(day=day))["articles"][0]["date"] is None


def test_an_article_is_named_by_all_that_tells_it_from_others():
    article = analysis().article
    others = [replace(article, **{name: "2024-05-02"}) for name in ("text", "title", "date", "source", "url")]
    keys = {article_hash(article), article_hash(article, "1"), *map(article_hash, others)}
    assert len(keys) == 7
    # Not by what is found out about it, nor by two values that run into each other.
    assert article_hash(replace(article, language="de", author="")) in keys
    assert article_hash(Article("a", "bc")) != article_hash(Article("ab", "c"))


def test_a_folder_gives_back_what_was_written(tmp_path):
    shards = [[rows_of(analysis("one")), rows_of(analysis("two"))], [rows_of(analysis("three"))], []]
    for number, shard in enumerate(shards):
        write_shard(tmp_path, number, joined(shard), [{"file": "x", "line": number, "id": "", "reason": "empty"}])
    (tmp_path / "run.json").write_text('{"profile": "tiny"}')
    run = Run(tmp_path)
    assert run.header == {"profile": "tiny"}
    assert run.shards() == [0, 1, 2]
    for table in TABLES:
        rows = joined(one for shard in shards for one in shard)[table]
        assert run.table(table).to_pylist() == rows
        assert run.table(table).schema == schema(table) == as_table(table, rows).schema
    assert run.frame("articles")["title"].tolist() == ["one", "two", "three"]
    assert [(row["file"], row["line"]) for row in run.rejected()] == [("x", 0), ("x", 1), ("x", 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*TABLES, "done", "run.json"])


def test_a_shard_without_its_marker_is_not_seen(tmp_path):
    for number in (0, 1):
        write_shard(tmp_path, number, rows_of(analysis(f"{number}")))
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "done" / "000000.json").unlink()
    assert Run(tmp_path).frame("articles")["title"].tolist() == ["1"]


def test_what_is_damaged_is_told_and_the_rest_can_be_read(tmp_path):
    for number in (0, 1):
        write_shard(tmp_path, number, rows_of(analysis(f"{number}")))
    (tmp_path / "run.json").write_text("{}")
    run = Run(tmp_path)
    file = run.file("articles", 0)
    content = file.read_bytes()
    for damage in (content[:-9], b"", content[:200] + bytes([content[200] ^ 1]) + content[201:]):
        file.write_bytes(damage)
        with pytest.raises(InputError, match=r"articles/000000.parquet is damaged or missing .*give the command"):
            run.frame("articles")
        assert run.frame("articles", damaged="skip")["title"].tolist() == ["1"]
    assert len(run.frame("stances")) == 4


def test_a_folder_that_is_no_run_and_a_table_that_is_none_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"is no run: it has no run\.json; give the folder"):
        Run(tmp_path)
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(InputError, match="damaged"):
        print(Run(tmp_path).header)
    with pytest.raises(InputError, match="no table 'opinions'; its tables are articles, actors"):
        Run(tmp_path).table("opinions")
