"""Runs that are damaged, not done, joined, or none."""

from __future__ import annotations

import json
import shutil

import corpus_run
import pytest

from newstance.models.errors import InputError
from newstance.service.corpus.facts import duckdb
from newstance.service.corpus.run import RunOptions
from newstance.service.corpus.run import run as run_of
from newstance.service.corpus.selection import QUARTERS, Cell, Periods, Selection
from newstance.service.corpus.view import CorpusView


@pytest.fixture
def run(harbour_run, tmp_path):
    """A copy that may be damaged."""
    return shutil.copytree(harbour_run, tmp_path / "run")


def articles_of(view):
    with view.ask() as asked:
        return asked.counts().all_articles


@pytest.mark.parametrize("table", ["articles", "stances"])
@pytest.mark.parametrize("damage", ["cut", "overwritten", "gone", "other columns"])
def test_one_damaged_shard_is_told_of_and_the_rest_is_read(run, table, damage):
    file = run / table / "000003.parquet"
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "overwritten":
        # The tables' footer is whole, so that the damage is seen where the data are read.
        file.write_bytes(content[:8] + b"\xff" * 3000 + content[3008:])
    elif damage == "gone":
        file.unlink()
    else:
        shutil.copy(run / "summaries" / "000003.parquet", file)
    view = CorpusView(run)
    assert (view.facts.shards, articles_of(view)) == (5, 250)
    assert len(view.facts.problems) == 1
    assert view.facts.problems[0].startswith("shard 000003 cannot be read and is left out: ")
    assert str(run) not in view.facts.problems[0]


def test_damaged_evidence_is_told_of_where_it_is_missed(run):
    (run / "evidence" / "000002.parquet").write_bytes(b"PAR1")
    view = CorpusView(run)
    assert view.facts.problems == []
    with view.ask() as asked:
        count, found, problems = asked.statements(Cell(), limit=10_000)
    assert len(found) == count
    assert problems[0].startswith("evidence of shard 000002 cannot be read")
    assert str(run) not in problems[0]
    without = {one.shard for one in found if not one.sentences}
    assert without == {2}


def test_only_shards_that_are_done_are_read(run):
    (run / "done" / "000005.json").unlink()
    (run / "stances" / "000005.parquet").write_bytes(b"")  # as it is while it is written
    view = CorpusView(run)
    assert articles_of(view) == 250
    assert view.facts.problems == ["1 of 6 shards are not done: the run goes on, or was stopped; read it again later"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"counts": {"records": 1000}, "shard": 50}, ["14 of 20 shards are not done"]),
        ({"counts": {"records": 301}, "shard": 50}, ["1 of 7 shards are not done"]),
        ({"counts": {"records": 300}, "shard": 50}, []),
        ({"counts": {"records": 3}, "shard": 50}, []),
        *(({"counts": counts, "shard": shard}, []) for counts, shard in (([], 50), ({"records": "x"}, 50), ({}, 0))),
        ({"counts": {"records": 1000}, "shard": 0}, []),
    ],
)
def test_shards_that_were_not_begun_are_told_of(run, header, said):
    (run / "run.json").write_text(json.dumps(header))
    problems = CorpusView(run).facts.problems
    assert [problem.partition(":")[0] for problem in problems] == said


def test_a_run_that_has_nothing_yet_is_empty(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    view = CorpusView(tmp_path)
    with view.ask() as asked:
        assert asked.counts().all_articles == 0
        assert asked.points("actor", "target") == []
        assert asked.points("source", "all", QUARTERS) == []
        assert asked.statements(Cell()) == (0, [], [])
    assert view.facts.problems == []


def test_a_filter_that_nothing_passes_gives_an_empty_answer(run):
    with CorpusView(run).ask(Selection(minimum_probability=1.0)) as asked:
        assert asked.counts().statements == 0
        assert asked.points("actor", "target") == []
        assert asked.points("source", "all", Periods.sliding(12)) == []


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder"])
def test_a_folder_that_is_no_run_is_refused(tmp_path, what):
    folder = tmp_path / "x"
    if what == "a file":
        folder.write_text("")
    elif what == "an empty folder":
        folder.mkdir()
    with pytest.raises(InputError, match="is no run"):
        CorpusView(folder)


@pytest.mark.parametrize("content", ["[1", "[]", "[" * 100_000])
def test_a_run_file_that_is_not_readable_is_told_of(run, content):
    (run / "run.json").write_text(content)
    view = CorpusView(run)
    assert articles_of(view) == 300
    assert view.facts.problems[0].startswith("run.json is damaged")


def test_statements_without_an_article_and_articles_that_stand_twice_are_told_of(tmp_path):
    stance = [("Norway", "country", "the port tax", "favor", 0.9)]
    rows = corpus_run.empty()
    corpus_run.article(rows, 1, stance)
    rows["stances"].append(rows["stances"][0] | {"article": "0" * 16})
    again = corpus_run.empty()
    corpus_run.article(again, 1, stance)
    view = CorpusView(corpus_run.write(tmp_path, [rows, again]))
    with view.ask() as asked:
        counts = asked.counts()
    assert (counts.all_articles, counts.all_statements) == (1, 1)
    assert view.facts.problems[0].startswith("2 answers are left out: ")


def test_what_a_run_writes_is_read(tmp_path, task, inputs):
    run_of(inputs, task, tmp_path / "out", RunOptions(shard=8))
    view = CorpusView(tmp_path / "out")
    assert (view.facts.shards, view.facts.problems, view.facts.run["profile"]) == (8, [], "fake")
    with view.ask(Selection(base="all")) as asked:
        assert (asked.counts().all_articles, asked.counts().statements) == (56, 56)
        count, found, problems = asked.statements(Cell(), limit=100)
    assert (count, problems) == (56, [])
    assert all(one.sentences for one in found if one.display != "neutral")


# Actors who are joined


def test_joined_actors_count_as_one_and_keep_the_articles_name(run):
    (run / "actors.csv").write_text(
        'name,canonical,kind\nNorway,"Norway, the state",country\nPort Authority,"Norway, the state",country\n'
    )
    with CorpusView(run).ask(Selection(actors=("Norway, the state",))) as asked:
        (point,) = asked.points("actor", "kind")
        _, found, _ = asked.statements(point.cell, limit=10_000)
    assert (point.row, point.column) == ("Norway, the state", "country")
    assert {one.named for one in found} == {"Norway", "Port Authority"}
    assert all(one.sentences for one in found)
    assert point.shares.articles < point.shares.statements


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,other\nNorway,x\n", "has no column 'canonical'"),
        ("name,canonical,kind\nNorway,A,\nNorway,B,\n", "'Norway' is 'B', and .* that it is 'A'; leave one"),
        ("name,canonical,kind\nNorway,,\n", "has no canonical"),
        ("name,canonical,kind\nNorway,A,\nA,Norway,\n", "the names go round in a circle"),
    ],
)
def test_a_table_of_actors_that_says_no_one_thing_is_refused(run, content, said):
    (run / "actors.csv").write_text(content)
    with pytest.raises(InputError, match=said):
        CorpusView(run)


def test_a_table_of_actors_is_read_as_exports_read_it(run):
    """With semicolons, names in any case, and rows that lead on; other columns do not matter."""
    table = "name;canonical;kind;note\nNORWAY;Oslo;;\nOslo;the state;country;said so\nport  authority;the state;;\n"
    (run / "actors.csv").write_text(table)
    with CorpusView(run).ask(Selection(actors=("the state",))) as asked:
        _, found, _ = asked.statements(Cell(kind="country"), limit=10_000)
    assert {one.named for one in found} == {"Norway", "Port Authority"}


def test_a_table_of_actors_elsewhere_is_not_read(run, tmp_path):
    (tmp_path / "elsewhere.csv").write_text("name,canonical\nNorway,the state\n")
    (run / "actors.csv").symlink_to(tmp_path / "elsewhere.csv")
    view = CorpusView(run)
    assert view.facts.problems == ["actors.csv is left out: a link leads out of the folder"]
    with pytest.raises(InputError, match="no actor 'the state'"), view.ask(Selection(actors=("the state",))):
        pass


@pytest.mark.parametrize("name", ["a*b", "what?", "run [1]", "[ab]", "**", "{a,b}"])
def test_a_folder_may_be_called_as_if_it_were_a_pattern(harbour_run, tmp_path, name):
    for folder in (name, "axb", "a"):  # these fit some of the names
        shutil.copytree(harbour_run, tmp_path / folder)
    (tmp_path / name / "stances" / "000003.parquet").write_bytes(b"PAR1")
    view = CorpusView(tmp_path / name)
    assert (view.facts.shards, articles_of(view)) == (5, 250)
    assert str(tmp_path) not in view.facts.problems[0]
    with view.ask() as asked:
        count, found, problems = asked.statements(Cell(), limit=10_000)
    assert (len(found), problems) == (count, [])
    assert all(one.sentences for one in found)


# Nothing but the folder can be read


def test_no_statement_can_leave_the_folder(run, tmp_path):
    outside = tmp_path / "outside.parquet"
    shutil.copy(run / "articles" / "000000.parquet", outside)
    cursor = CorpusView(run).facts.cursor()
    for sql in (
        f"SELECT * FROM read_parquet('{outside}')",
        f"SELECT * FROM read_parquet('{run}/../outside.parquet')",
        "SELECT * FROM read_text('/etc/hostname')",
        f"COPY (SELECT 1) TO '{tmp_path / 'written.csv'}'",
        "SET enable_external_access = true",
        f"SET allowed_directories = ['{tmp_path}']",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            cursor.execute(sql)
    assert cursor.execute(f"SELECT count(*) FROM read_parquet('{run}/articles/000000.parquet')").fetchone() == (50,)


def test_a_link_that_leads_out_is_not_followed(run, tmp_path):
    outside = tmp_path / "outside.parquet"
    (run / "articles" / "000001.parquet").rename(outside)
    (run / "articles" / "000001.parquet").symlink_to(outside)
    view = CorpusView(run)
    assert articles_of(view) == 250
    assert view.facts.problems == ["shard 000001 is left out: a link leads out of the folder"]
