import csv
import json
import zipfile
from dataclasses import replace

import networkx as nx
import pytest
from coded import ANALYSIS, TEXT

from newstance.service.cli import main
from newstance.service.corpus.shards import write_shard
from newstance.service.corpus.tables import rows_of
from newstance.service.exchange import from_analysis, read_dna, read_qdpx

OTHER = replace(ANALYSIS, article=replace(ANALYSIS.article, title="Another", date="2024-03-03"))


@pytest.fixture
def sources(tmp_path):
    file, run = tmp_path / "a.json", tmp_path / "run"
    file.write_text(ANALYSIS.to_json(), encoding="utf-8")
    run.mkdir()
    (run / "run.json").write_text("{}")
    write_shard(run, 0, rows_of(OTHER))
    return [str(file), str(run)]


def export(sources, tmp_path, kind, *more, name=""):
    out = tmp_path / (name or f"out.{kind}")
    return main(["export", *sources, "--to", kind, "--out", str(out), *more]), out


def rows(file):
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_every_format_is_written_of_analyses_and_runs_together(sources, tmp_path, capsys):
    written = {}
    for kind in ("dna", "events", "graphml", "gexf", "qdpx", "label-studio", "csv", "actors"):
        code, written[kind] = export(sources, tmp_path, kind)
        assert code == 0
        said = capsys.readouterr()
        assert said.out.splitlines()[0] == str(written[kind])
        assert said.err == "newstance: 10 passages of 2 articles\n"
    assert len(read_dna(written["dna"])) == len(read_qdpx(written["qdpx"])) == len(rows(written["csv"])) == 10
    assert written["events"].read_text(encoding="utf-8").count("\n") == 11
    for read, kind in ((nx.read_graphml, "graphml"), (nx.read_gexf, "gexf")):
        assert read(written[kind]).edges["actor/Ana Lund", "target/the toll"]["weight"] == 2
    assert [task["data"]["text"] for task in json.loads(written["label-studio"].read_text("utf-8"))] == [TEXT] * 2
    assert (tmp_path / "out.xml").read_text().startswith("<View>")
    assert zipfile.is_zipfile(written["qdpx"])


def test_a_table_has_a_row_for_each_passage(sources, tmp_path):
    _, out = export(sources[:1], tmp_path, "csv", "--neutral")
    found = rows(out)
    said = from_analysis(ANALYSIS, neutral=True).statements
    assert [(row["actor"], row["target"], row["stance"], row["text"]) for row in found] == [
        (s.actor, s.target, s.label, s.text) for s in said
    ]
    assert ",".join(found[0].values()) == (
        f"{said[0].document.id},The bridge,Kim Doe,Daily,2024-03-01,https://example.org/a,Ana Lund,person,,the bridge,"
        f"favor,0.8000,0,28,{said[0].text},newstance,"
    )


def test_actors_are_joined_as_the_edited_table_says(sources, tmp_path):
    _, table = export(sources, tmp_path, "actors")
    assert [row["name"] for row in rows(table)] == ["Ana Lund", "Rain", "the Green League"]
    table.write_text("name,canonical,kind\nAna Lund,Dr. A. Lund,person\nthe bridge,Harbour Bridge,\n")
    _, out = export(sources, tmp_path, "csv", "--actors", str(table))
    found = rows(out)
    assert {row["actor"] for row in found} == {"Dr. A. Lund", "the Green League"}
    assert {row["target"] for row in found} == {"Harbour Bridge", "the toll"}


def test_what_a_format_cannot_hold_is_said(tmp_path, capsys):
    undated = replace(ANALYSIS, article=replace(ANALYSIS.article, date=""))
    (tmp_path / "a.json").write_text(undated.to_json(), encoding="utf-8")
    export([str(tmp_path / "a.json")], tmp_path, "dna")
    assert "newstance: 1 documents without a date are dated 1970-01-01\n" in capsys.readouterr().err


def test_what_is_less_probable_is_left_out(sources, tmp_path):
    _, out = export(sources, tmp_path, "csv", "--min-probability", "0.5")
    assert {row["probability"] for row in rows(out)} == {"0.8000"}


def test_options_of_networks(sources, tmp_path, capsys):
    options = (
        "--network",
        "onemode",
        "--aggregate",
        "conflict",
        "--normalize",
        "average",
        "--duplicates",
        "acrossrange",
    )
    _, out = export(sources, tmp_path, "graphml", *options)
    # Lund is for both once, the League against both and for the toll: 2 conflicts, by (2 + 3) / 2 statements.
    assert nx.read_graphml(out).edges["Ana Lund", "the Green League"]["weight"] == pytest.approx(2 / 2.5)
    capsys.readouterr()
    code, _ = export(sources, tmp_path, "gexf", "--window", "1", name="w.gexf")
    assert code == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / f"w-2024-03-0{day}.gexf") for day in (1, 3)]
    code, _ = export(sources, tmp_path, "gexf", "--window", "3", name="w.gexf")
    assert code == 2
    assert "w-2024-03-01.gexf is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("csv", ["--network", "onemode"], "options of networks do not go with --to csv; take --to graphml or gexf"),
        ("dna", ["--neutral"], "--neutral does not go with --to dna, where agreement is yes or no"),
        ("graphml", ["--aggregate", "congruence"], "'congruence' does not fit a twomode network"),
        ("graphml", ["--window", "9"], "a time window of 9 days does not fit"),
        ("csv", ["--actors", "none.csv"], "none.csv cannot be read"),
    ],
)
def test_what_does_not_go_together_is_refused(sources, tmp_path, capsys, kind, more, message):
    code, out = export(sources, tmp_path, kind, *more)
    assert code == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(("kind", "name"), [("csv", "out.csv"), ("label-studio", "out.xml")])
def test_no_file_of_somebody_is_replaced(sources, tmp_path, capsys, kind, name):
    (tmp_path / name).write_text("mine")
    code, out = export(sources, tmp_path, kind)
    assert code == 2
    assert f"{name} is there already" in capsys.readouterr().err
    assert (tmp_path / name).read_text() == "mine"
    assert not out.exists() or out.name == name


@pytest.mark.parametrize("value", ["1.1", "-0.1", "nan"])
def test_a_probability_is_from_0_to_1(sources, tmp_path, capsys, value):
    with pytest.raises(SystemExit):
        export(sources, tmp_path, "csv", "--min-probability", value)
    assert f"{value} is not from 0 to 1" in capsys.readouterr().err


def test_a_text_that_is_a_formula_to_spreadsheets_is_a_text(tmp_path):
    text = "=SUM(1)" + TEXT[7:]
    assert len(text) == len(TEXT)
    stance = ANALYSIS.stances[0]
    evidence = (replace(stance.evidence[0], text=text[:28]),)
    evil = replace(
        ANALYSIS,
        article=replace(ANALYSIS.article, text=text, title="@x"),
        actors=(replace(stance.actor, mentions=()),),
        stances=(replace(stance, evidence=evidence, actor=replace(stance.actor, mentions=())),),
    )
    (tmp_path / "a.json").write_text(evil.to_json(), encoding="utf-8")
    _, out = export([str(tmp_path / "a.json")], tmp_path, "csv")
    (row,) = rows(out)
    assert (row["title"], row["text"]) == ("'@x", "'" + text[:28])
