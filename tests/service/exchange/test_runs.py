import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from coded import ANALYSIS

from newstance.models.errors import InputError
from newstance.service import Article
from newstance.service.corpus.shards import write_shard
from newstance.service.corpus.stored import Run
from newstance.service.corpus.tables import joined, rows_of
from newstance.service.exchange import from_analysis, from_run, read_coded

OTHER = replace(ANALYSIS, article=replace(ANALYSIS.article, title="Another", date=""))


def write_run(folder, *shards):
    folder.mkdir()
    (folder / "run.json").write_text("{}")
    for number, analyses in enumerate(shards):
        write_shard(folder, number, joined(rows_of(analysis) for analysis in analyses))
    return folder


def test_a_run_gives_what_its_analyses_give(tmp_path):
    folder = write_run(tmp_path / "run", [ANALYSIS, OTHER], [], [ANALYSIS])
    for neutral in (False, True):
        one, two = (from_analysis(analysis, neutral) for analysis in (ANALYSIS, OTHER))
        assert list(from_run(folder, neutral)) == [one, two, one]
    assert [c.actors for c in from_run(folder)] == [ANALYSIS.actors] * 3


@pytest.mark.parametrize("name", ["a*b", "what?", "run [1]"])
def test_a_run_may_be_called_as_if_it_were_a_pattern(tmp_path, name):
    folder = write_run(tmp_path / name, [ANALYSIS])
    assert list(read_coded([folder])) == [from_analysis(ANALYSIS)]


def test_an_article_that_came_twice_is_one(tmp_path):
    folder = write_run(tmp_path / "run", [ANALYSIS, ANALYSIS], [OTHER, ANALYSIS])
    one, two = from_analysis(ANALYSIS), from_analysis(OTHER)
    assert list(read_coded([folder])) == [one, two]


def test_runs_and_analyses_together(tmp_path):
    folder = write_run(tmp_path / "run", [ANALYSIS])
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for file, analysis in zip(files, (ANALYSIS, OTHER), strict=True):
        file.write_text(analysis.to_json(), encoding="utf-8")
    assert list(read_coded([*files, folder])) == [from_analysis(ANALYSIS), from_analysis(OTHER)]


def test_a_shard_that_is_not_complete_does_not_count(tmp_path):
    folder = write_run(tmp_path / "run", [ANALYSIS], [OTHER])
    (folder / "done" / "000000.json").unlink()
    assert [c.document.title for c in from_run(folder)] == ["Another"]


def test_a_shard_that_is_done_meanwhile_does_not_count(tmp_path, monkeypatch):
    folder, complete = write_run(tmp_path / "run", [ANALYSIS]), Run.shards

    def shards(run):
        found = complete(run)
        write_shard(folder, len(found), rows_of(OTHER))
        return found

    monkeypatch.setattr(Run, "shards", shards)
    assert list(from_run(folder)) == [from_analysis(ANALYSIS)]


def test_an_article_without_a_word_on_anybody_is_a_document(tmp_path):
    empty = replace(ANALYSIS, article=Article.from_text("It rained."), actors=(), stances=())
    (found,) = from_run(write_run(tmp_path / "run", [empty]))
    assert (found.document.text, found.statements) == ("It rained.", ())


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"is a folder without run\.json"):
        list(read_coded([tmp_path]))
    with pytest.raises(InputError, match="cannot be read: No such file"):
        list(read_coded([tmp_path / "none"]))
    (tmp_path / "x.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(InputError, match=r"x\.json is no analysis"):
        list(read_coded([tmp_path / "x.json"]))


def test_damage_is_told(tmp_path):
    folder = write_run(tmp_path / "run", [ANALYSIS])
    rows = rows_of(ANALYSIS)
    rows["evidence"][0]["end"] = 10_000
    write_shard(folder, 1, rows)
    with pytest.raises(InputError, match=r"of the run .* is damaged .*does not stand in document"):
        list(from_run(folder))
    rows["actors"] = []
    write_shard(folder, 1, rows)
    with pytest.raises(InputError, match=r"is damaged .*'Ana Lund'"):
        list(from_run(folder))
    (folder / "stances" / "000001.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="is damaged or missing"):
        list(from_run(folder))


def test_a_day_that_python_has_not_is_told_with_its_shard(tmp_path):
    folder = write_run(tmp_path / "run", [ANALYSIS], [OTHER])
    file = folder / "articles" / "000001.parquet"
    table = pq.read_table(file)
    days = pa.array([10_000_000], pa.int32()).cast(pa.date32())  # in the year 29349
    pq.write_table(table.set_column(table.schema.get_field_index("date"), table.schema.field("date"), days), file)
    with pytest.raises(InputError, match=r"shard 000001 of the run .* holds what cannot be read \("):
        list(from_run(folder))
